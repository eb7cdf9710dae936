/* pagetable.c - walking Sv39 page tables, and forgetting what was walked. See pagetable.h.
 *
 * A table of the lower levels keeps no count of its entries: it goes with the last area that it
 * serves (area.c). The kernel's own half is built in kernelmap.c. */

#include "mm/pagetable.h"
#include "machine/machine.h"
#include "mm/frame.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

/* The entry of `va` at *level. Where the tables end above that level: the last entry on the way,
 * and *level becomes its level. */
static pte_t *
descend(u64 root, u64 va, int *level)
{
    u64 table = root;
    for (int at = 2;; at--) {
        pte_t *e = (pte_t *)frame_direct(table) + (va >> LEVEL_SHIFT(at) & 511);
        if (at == *level || !(*e & PTE_V)) {
            *level = at;
            return e;
        }
        table = pte_pa(*e);
    }
}

pte_t *
pt_entry(u64 root, u64 va, int level, bool make)
{
    for (;;) {
        int reached = level;
        pte_t *e = descend(root, va, &reached);
        if (reached == level)
            return e;
        u64 pa = make ? frame_alloc_zero() : 0;
        if (!pa)
            return NULL;
        pte_set(e, pa >> PAGE_SHIFT << 10 | PTE_V); /* A, D and U are reserved in a non-leaf */
    }
}

bool
pt_next(struct pt_cursor *c)
{
    while (c->next < c->end) {
        int level = c->level;
        c->va = c->next;
        if (c->e && c->va % LEVEL_SIZE(level + 1))
            c->e++; /* the neighbour, in the same table: no walk */
        else
            c->e = descend(c->root, c->va, &level);
        c->next = ALIGN_DOWN(c->va, LEVEL_SIZE(level)) + LEVEL_SIZE(level);
        if (*c->e)
            return true;
    }
    return false;
}

/* --- forgetting translations, here and on other harts ------------------------------------------
 *
 * Other harts are asked through the firmware: it interrupts them in M-mode, so one that spins on a
 * lock with S-mode interrupts off still answers, and we may hold that lock (sbi.h).
 * Source: Privileged Architecture, "Supervisor Memory-Management Fence Instruction". */

u64
hart_mask_ids(u64 mask)
{
    u64 ids = 0;
    for (u32 i = 0; i < machine.hart_count; i++)
        if (mask >> i & 1)
            ids |= 1UL << machine.hart_ids[i];
    return ids;
}

/* More than one page is one full flush: a change of tables needs it, for a fence with an address is
 * about leaf entries alone; and one for each of many pages is no cheaper. The firmware is asked for
 * just that: how it does a range is its own choice. */
void
tlb_flush(u64 hart_mask, u64 va, u64 size)
{
    u64 self = 1UL << hart_index();
    u64 others = hart_mask & ~self;
    bool one_page = size == PAGE_SIZE;
    if (hart_mask & self && one_page)
        __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
    else if (hart_mask & self)
        __asm__ volatile("sfence.vma" ::: "memory");
    if (others && one_page)
        sbi_remote_sfence(hart_mask_ids(others), va, PAGE_SIZE);
    else if (others)
        sbi_remote_sfence(hart_mask_ids(others), 0, ~0UL);
}
