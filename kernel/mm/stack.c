/* stack.c - kernel stacks between unmapped gaps.
 *
 * Each stands at the end of a slot of its own; the rest of the slot is never mapped, so a stack
 * that overflows faults instead of eating its neighbour (trap/entry.S then reports it from an
 * emergency stack).
 *
 * The frames of a dead thread's stack go at once, its addresses do not: harts may still remember
 * where they led, and look at the next stack there (a waiter in a queue stands on one). Such a slot
 * is stale until all harts have been told to forget. That stops every hart of the machine for a
 * moment, so a hand goes round over the slots, and it is done once a round. */

#include "dev/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/pagetable.h"

#define MOST_SLOTS    16384
#define FRAMES_A_SLOT (KERNEL_STACK_SIZE / PAGE_SIZE)

static struct spinlock lock = SPINLOCK_INIT("stacks");
static enum { FREE, USED, STALE } __attribute__((packed)) state[MOST_SLOTS];
static u32 slots, hand;

/* As many slots as stacks fit in memory beside what comes with a thread, and their lowest tables
 * for ever: a frame for 64 of them. */
void
kernel_stacks_init(void)
{
    slots = MIN(MOST_SLOTS, frames_total() / (FRAMES_A_SLOT + 1));
    for (u64 at = 0; at < slots * KERNEL_STACK_SLOT; at += LEVEL_SIZE(1))
        BUG_ON(!pt_entry(kernel_root, STACKS_BASE + at, 0, true));
}

/* The next slot that is free on all harts; its number + 1, or 0. */
static u32
take_slot(void)
{
    spin_guard(&lock);
    for (int rounds = 0; rounds < 2; rounds++) {
        while (hand < slots)
            if (state[hand++] == FREE) {
                state[hand - 1] = USED;
                return hand;
            }
        tlb_flush((1UL << machine.hart_count) - 1, STACKS_BASE, slots * KERNEL_STACK_SLOT);
        for (hand = slots; hand > 0; hand--)
            if (state[hand - 1] == STALE)
                state[hand - 1] = FREE;
    }
    return 0;
}

u64
kernel_stack_alloc(void)
{
    u64 top = STACKS_BASE + take_slot() * KERNEL_STACK_SLOT;
    if (top == STACKS_BASE)
        return 0;
    for (u64 va = top - KERNEL_STACK_SIZE; va < top; va += PAGE_SIZE) {
        u64 pa = frame_alloc();
        if (!pa) {
            kernel_stack_free(top);
            return 0;
        }
        pte_set(pt_entry(kernel_root, va, 0, false), pte_leaf(pa, PTE_R | PTE_W | PTE_G));
    }
    return top;
}

/* Of a stack with all its pages or some. */
void
kernel_stack_free(u64 top)
{
    struct pt_cursor c = { .root = kernel_root, .next = top - KERNEL_STACK_SIZE, .end = top };
    while (pt_next(&c)) {
        frame_put(pte_pa(*c.e));
        *c.e = 0;
    }
    spin_guard(&lock);
    state[(top - STACKS_BASE) / KERNEL_STACK_SLOT - 1] = STALE;
}
