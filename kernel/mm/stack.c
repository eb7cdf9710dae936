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

#include "machine/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "mm/frame.h"
#include "mm/pagetable.h"

#define MOST_SLOTS 16384
#define TOP(n)     (STACKS_BASE + (n)*KERNEL_STACK_SLOT) /* of the n-th stack; the first is 1 */

static struct spinlock lock = SPINLOCK_INIT("stacks");
static enum { FREE, USED, STALE } __attribute__((packed)) state[MOST_SLOTS];
static u32 slots, hand;

/* As many slots as stacks fit in memory, each with one frame more for what comes with a thread; and
 * their lowest tables, for ever: one for 64 of them. */
void
kernel_stacks_init(void)
{
    slots = MIN(MOST_SLOTS, frames_total() / (KERNEL_STACK_SIZE / PAGE_SIZE + 1));
    for (u64 va = STACKS_BASE; va < TOP(slots); va += LEVEL_SIZE(1))
        BUG_ON(!pt_entry(kernel_root, va, 0, true));
}

/* Moves the hand past a slot that is free on all harts and takes it: its top, or 0. */
static u64
take_slot(void)
{
    spin_guard(&lock);
    for (u32 looks = 2 * slots; looks > 0; looks--) {
        if (hand == slots) {
            tlb_flush((1UL << machine.hart_count) - 1, STACKS_BASE, TOP(slots) - STACKS_BASE);
            while (hand > 0)
                if (state[--hand] == STALE)
                    state[hand] = FREE;
        }
        if (state[hand++] == FREE) {
            state[hand - 1] = USED;
            return TOP(hand);
        }
    }
    return 0;
}

u64
kernel_stack_alloc(void)
{
    u64 top = take_slot();
    for (u64 va = top - KERNEL_STACK_SIZE; top && va < top; va += PAGE_SIZE) {
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
    for (; pt_next(&c); *c.e = 0)
        frame_put(pte_pa(*c.e));
    spin_guard(&lock);
    state[(top - TOP(1)) / KERNEL_STACK_SLOT] = STALE;
}
