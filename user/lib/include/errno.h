/* errno.h - the number of the last error; the values are the kernel's (<asm/errno.h>).
 *
 * A plain variable, because the library serves programs with one thread. Threads would need one
 * errno each, in thread-local storage, and a loader that sets it up. */
#pragma once

#include <asm/errno.h>

extern int errno;
