/* tlb.c - forgetting translations, here and on other harts.
 *
 * Other harts are asked through the firmware: it interrupts them in M-mode, so one that spins on a
 * lock with S-mode interrupts off still answers, and we may hold that lock (sbi.h).
 * Source: Privileged Architecture, "Supervisor Memory-Management Fence Instruction". */

#include "mm/pagetable.h"
#include "dev/machine.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

/* Above this many pages one full flush is cheaper than a fence per page. */
#define MANY_PAGES 16

static void
flush_here(u64 va, u64 size)
{
    if (size > MANY_PAGES * PAGE_SIZE) {
        __asm__ volatile("sfence.vma" ::: "memory");
        return;
    }
    for (u64 at = va; at < va + size; at += PAGE_SIZE)
        __asm__ volatile("sfence.vma %0" ::"r"(at) : "memory");
}

u64
hart_mask_ids(u64 mask)
{
    u64 ids = 0;
    for (u32 i = 0; i < machine.hart_count; i++)
        if (mask >> i & 1)
            ids |= 1UL << machine.hart_ids[i];
    return ids;
}

void
tlb_flush(u64 hart_mask, u64 va, u64 size)
{
    u64 self = 1UL << hart_index();
    if (hart_mask & self)
        flush_here(va, size);
    if (hart_mask & ~self)
        sbi_remote_sfence(hart_mask_ids(hart_mask & ~self), va, size);
}
