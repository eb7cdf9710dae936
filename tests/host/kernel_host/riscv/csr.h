/* csr.h - stands in for kernel/riscv/csr.h where kernel files run on the host.  A clock that
 * counts its readers; nothing else of that header is needed there. Found first, because its
 * folder comes first among the include paths. */
#pragma once

#include "lib/types.h"

static inline u64
rdtime(void)
{
    static u64 now;
    return ++now;
}
