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
static u32 slots, hand; /* how many there are, and which is looked at next */

/* There are as many slots as stacks fit in memory, each with one frame more for what comes with a
 * thread. Their lowest tables are made here and stay for ever: one for 64 slots. */
void
kernel_stacks_init(void)
{
    slots = MIN(MOST_SLOTS, frames_total() / (KERNEL_STACK_SIZE / PAGE_SIZE + 1));
    for (u64 va = STACKS_BASE; va < TOP(slots); va += LEVEL_SIZE(1))
        BUG_ON(!pt_entry(kernel_root, va, 0, true));
}

/* Moves the hand past a slot that is free on all harts and takes it. Its top; 0 when there is none:
 * twice round shows all slots, those that the first round left stale too. */
static u64
take_slot(void)
{
    spin_guard(&lock);
    for (u32 looks = 2 * slots; looks > 0; looks--) {
        if (hand == slots) { /* all harts forget where stale slots led, and those are free again */
            tlb_flush((1UL << machine.hart_count) - 1, STACKS_BASE, TOP(slots) - STACKS_BASE);
            for (hand = slots; hand > 0; hand--)
                if (state[hand - 1] == STALE)
                    state[hand - 1] = FREE;
        }
        u32 slot = hand++;
        if (state[slot] == FREE) {
            state[slot] = USED;
            return TOP(slot + 1);
        }
    }
    return 0;
}

u64
kernel_stack_alloc(void)
{
    u64 top = take_slot();
    if (!top)
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

void
kernel_stack_free(u64 top)
{
    struct pt_cursor c = { .root = kernel_root, .next = top - KERNEL_STACK_SIZE, .end = top };
    while (pt_next(&c)) {
        frame_put(pte_pa(*c.e));
        *c.e = 0;
    }
    spin_guard(&lock);
    state[(top - TOP(1)) / KERNEL_STACK_SLOT] = STALE;
}
