/* tlb.c - forgetting translations, here and on other harts.
 *
 * Other harts are asked through the firmware: it interrupts them in M-mode, so one that spins on a
 * lock with S-mode interrupts off still answers, and we may hold that lock (sbi.h).
 * Source: Privileged Architecture, "Supervisor Memory-Management Fence Instruction". */

#include "mm/pagetable.h"
#include "dev/machine.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

u64
hart_mask_ids(u64 mask)
{
    u64 ids = 0;
    for (u32 i = 0; i < machine.hart_count; i++)
        if (mask >> i & 1)
            ids |= 1UL << machine.hart_ids[i];
    return ids;
}

/* More than one page is one full flush: a change of tables needs it, and a fence for each of many
 * pages is no cheaper. */
void
tlb_flush(u64 hart_mask, u64 va, u64 size)
{
    u64 self = 1UL << hart_index();
    if (hart_mask & self && size == PAGE_SIZE)
        __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
    else if (hart_mask & self)
        __asm__ volatile("sfence.vma" ::: "memory");
    if (hart_mask & ~self)
        sbi_remote_sfence(hart_mask_ids(hart_mask & ~self), va, size);
}
