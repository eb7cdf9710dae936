/* stack.c - kernel stacks between unmapped gaps.
 *
 * Each stands at the end of a 64 KiB slot of its own; the rest of the slot is never mapped, so a
 * stack that overflows faults instead of eating its neighbour (trap/entry.S then reports it from an
 * emergency stack). */

#include "lib/print.h"
#include "lib/spinlock.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/pagetable.h"
#include "sched/thread.h"

#define SLOTS 8192

static struct spinlock lock = SPINLOCK_INIT("stacks");
static u64 used[SLOTS / 64];

static u64
slot_top(u32 slot)
{
    return STACKS_BASE + (slot + 1) * KERNEL_STACK_SLOT;
}

/* The lowest free slot, or SLOTS. */
static u32
take_slot(void)
{
    for (u32 word = 0; word < ARRAY_SIZE(used); word++)
        if (~used[word]) {
            u32 bit = 0;
            while (used[word] >> bit & 1)
                bit++;
            used[word] |= 1UL << bit;
            return word * 64 + bit;
        }
    return SLOTS;
}

static void
drop_slot(u32 slot)
{
    used[slot / 64] &= ~(1UL << slot % 64);
}

/* Unmaps what of the stack is mapped; its frames go only when no hart can reach them any more. */
static void
unmap(u64 top)
{
    u64 pa[KERNEL_STACK_SIZE / PAGE_SIZE] = { 0 };
    for (u32 i = 0; i < ARRAY_SIZE(pa); i++) {
        pte_t *e = pt_walk(kernel_root, top - (i + 1) * PAGE_SIZE, false);
        if (!e || !(*e & PTE_V))
            continue;
        pa[i] = pte_pa(*e);
        *e = 0;
    }
    tlb_flush((1UL << harts_online) - 1, top - KERNEL_STACK_SIZE, KERNEL_STACK_SIZE);
    for (u32 i = 0; i < ARRAY_SIZE(pa); i++)
        frame_put(pa[i]);
}

static bool
map(u64 top)
{
    for (u32 i = 0; i < KERNEL_STACK_SIZE / PAGE_SIZE; i++) {
        pte_t *e = pt_walk(kernel_root, top - (i + 1) * PAGE_SIZE, true);
        u64 pa = e ? frame_alloc() : 0;
        if (!pa)
            return false;
        *e = pte_leaf(pa, PTE_R | PTE_W | PTE_G);
    }
    return true;
}

u64
kernel_stack_alloc(void)
{
    spin_lock(&lock);
    u32 slot = take_slot();
    u64 top = slot < SLOTS ? slot_top(slot) : 0;
    if (top && !map(top)) {
        unmap(top);
        drop_slot(slot);
        top = 0;
    }
    spin_unlock(&lock);
    return top;
}

void
kernel_stack_free(u64 top)
{
    spin_lock(&lock);
    unmap(top);
    drop_slot((top - STACKS_BASE) / KERNEL_STACK_SLOT - 1);
    spin_unlock(&lock);
}
