/* image.h - what the files of kernel/vdso/ share about the image.
 *
 * Valid after vdso_init(), which has checked the bytes. Other rooms include vdso.h. */
#pragma once

#include "lib/types.h"

u64 vdso_image_pages(void);
const void *vdso_image_page(u64 index);
/* Bytes from the image's base to __vdso_rt_sigreturn. */
u64 vdso_sigreturn_offset(void);
