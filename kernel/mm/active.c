/* active.c - which hart runs which space, and what it must forget when that changes. See space.h.
 *
 * A space knows its harts as bits in active_harts, a hart its space in `active`. Each function
 * orders its steps so that no hart keeps a translation, or a fetched instruction, from before the
 * change. Source: Privileged Architecture, "Supervisor Memory-Management Fence Instruction". */

#include "mm/area.h"
#include "mm/pagetable.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

static struct space *active[MAX_HARTS]; /* each written by its own hart only */

void
space_code_changed(struct space *s)
{
    /* The new bytes must be seen before we look at who runs here: a hart that comes later fences by
     * itself. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    __asm__ volatile("fence.i" ::: "memory");
    u64 others = s->active_harts & ~(1UL << hart_index());
    if (others)
        sbi_remote_fence_i(hart_mask_ids(others));
}

struct space *
space_current(void)
{
    return active[hart_index()];
}

void
space_activate(struct space *s)
{
    u32 self = hart_index();
    struct space *old = active[self];
    if (old == s)
        return;
    if (s)
        __atomic_fetch_or(&s->active_harts, 1UL << self, __ATOMIC_SEQ_CST);
    active[self] = s;
    csr_write(satp, SATP_SV39 | (s ? s->root : kernel_root) >> PAGE_SHIFT);
    /* No ASIDs: forget the old space's translations, and its code in the fetch path. */
    __asm__ volatile("sfence.vma\n\tfence.i" ::: "memory");
    /* Last: whoever sees the bit gone may free the root that satp held until now. */
    if (old)
        __atomic_fetch_and(&old->active_harts, ~(1UL << self), __ATOMIC_SEQ_CST);
}

void
space_flush(struct space *s, u64 va, u64 size)
{
    /* The changed entries must be seen before we look at who runs here: a hart that sets its bit
     * after our look walks the table after it too, and finds the new entries. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    tlb_flush(__atomic_load_n(&s->active_harts, __ATOMIC_SEQ_CST), va, size);
}
