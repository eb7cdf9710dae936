/* vvar.c - the writer of the vvar page. What a line means and how it is read: /vdso/vvar.h.
 *
 * The page lies in the kernel's own data. Processes see the same frame, read-only (image.c). */

#include "vvar.h"
#include "riscv/csr.h"
#include "vdso/vdso.h"

static union {
    struct vvar vvar;
    u8 bytes[PAGE_SIZE]; /* the frame is mapped whole: nothing else may live in it */
} page __attribute__((aligned(4096), section(".bss_page_aligned")));

static u64 update; /* number of the newest update */

struct vvar *
vvar_page(void)
{
    return &page.vvar;
}

/* The time is read *after* `begin` is seen to be raised: `fence w,iw` puts the CSR read, which is
 * device input, behind the stores. Were it read before, or unordered, a reader could use the old
 * rate for a moment after this one, and its next reading with the new rate would be earlier. */
u64
vvar_begin_update(void)
{
    update++;
    for (u32 i = 0; i < VVAR_CLOCKS; i++)
        if (page.vvar.clock[i].limit_ns)
            *(volatile u64 *)&page.vvar.clock[i].begin = update;
    __asm__ volatile("fence w,iw" ::: "memory");
    return rdtime();
}

/* `fence w,w` is enough: the data depend on the rdtime above, so it has happened before they did.
 * Data that did not would need `fence iw,w`. */
void
vvar_publish(void)
{
    __asm__ volatile("fence w,w" ::: "memory");
    for (u32 i = 0; i < VVAR_CLOCKS; i++)
        if (page.vvar.clock[i].limit_ns)
            *(volatile u64 *)&page.vvar.clock[i].end = update;
}
