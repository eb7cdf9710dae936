/* stack.c - kernel stacks between unmapped gaps.
 *
 * Each stands at the end of a slot of its own; the rest of the slot is never mapped, so a stack
 * that overflows faults instead of eating its neighbour (trap/entry.S then reports it from an
 * emergency stack). The slots of one lowest page table are the bits of one word.
 *
 * The frames of a dead thread's stack go at once, its addresses do not: harts may still remember
 * where they led, and look at the next stack there (a waiter in a queue stands on one). A slot
 * stays stale until all harts have been told to forget. That stops every hart of the machine for a
 * moment, so it is done for many slots together. */

#include "dev/machine.h"
#include "lib/spinlock.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/pagetable.h"

#define SLOTS_A_WORD 64
#define WORDS        256
_Static_assert(SLOTS_A_WORD *KERNEL_STACK_SLOT == LEVEL_SIZE(1), "a word is a lowest table");

/* So many words keep their tables for ever: what a quiet system needs, stale slots included. */
#define KEPT_WORDS 2
#define MANY_STALE 32

static struct spinlock lock = SPINLOCK_INIT("stacks");
static u64 used[WORDS], stale[WORDS];
static u32 words = KEPT_WORDS;      /* no slot of a later word is used or stale */
static u32 stale_count, used_above; /* above: in words that are not kept */

/* The first slot that is free on all harts, or 0: there is more memory than slots. */
static u64
take_slot(void)
{
    for (u32 word = 0; word < WORDS; word++)
        for (u32 bit = 0; ~(used[word] | stale[word]) && bit < SLOTS_A_WORD; bit++)
            if (!((used[word] | stale[word]) >> bit & 1)) {
                used[word] |= 1UL << bit;
                used_above += word >= KEPT_WORDS;
                words = MAX(words, word + 1);
                return STACKS_BASE + (word * SLOTS_A_WORD + bit + 1) * KERNEL_STACK_SLOT;
            }
    return 0;
}

static pte_t *
table_of(u32 word)
{
    return pt_entry(kernel_root, STACKS_BASE + word * LEVEL_SIZE(1), 1, false);
}

/* All harts forget all slots. The tables behind the last one in use are cut off before and freed
 * after: a hart may walk through one until it has heard. */
static void
purge(void)
{
    u32 keep = words;
    for (; keep > KEPT_WORDS && !used[keep - 1]; keep--)
        *table_of(keep - 1) &= ~PTE_V;
    tlb_flush((1UL << machine.hart_count) - 1, STACKS_BASE, words * LEVEL_SIZE(1));
    for (u32 word = 0; word < words; word++)
        stale[word] = 0;
    for (; words > keep; words--) {
        pte_t *e = table_of(words - 1);
        frame_put(pte_pa(*e)); /* 0 when there was no memory for it */
        *e = 0;
    }
    stale_count = 0;
}

static void
drop_page(pte_t *e, u64 va, void *arg)
{
    frame_put(pte_pa(*e));
    *e = 0;
}

/* Of a stack with all its pages or some. When the last thread of a storm goes, memory must be as it
 * was before: hence the second condition. */
static void
drop_slot(u64 top)
{
    u32 slot = (top - STACKS_BASE) / KERNEL_STACK_SLOT - 1, word = slot / SLOTS_A_WORD;
    pt_for_each(kernel_root, top - KERNEL_STACK_SIZE, top, drop_page, NULL);
    used[word] &= ~(1UL << slot % SLOTS_A_WORD);
    stale[word] |= 1UL << slot % SLOTS_A_WORD;
    used_above -= word >= KEPT_WORDS;
    if (++stale_count == MANY_STALE || (word >= KEPT_WORDS && !used_above))
        purge();
}

static bool
map(u64 top)
{
    for (u64 va = top - KERNEL_STACK_SIZE; va < top; va += PAGE_SIZE) {
        pte_t *e = pt_walk(kernel_root, va, true);
        u64 pa = e ? frame_alloc() : 0;
        if (!pa)
            return false;
        pte_set(e, pte_leaf(pa, PTE_R | PTE_W | PTE_G));
    }
    return true;
}

void
kernel_stacks_init(void)
{
    for (u32 word = 0; word < KEPT_WORDS; word++)
        pt_walk(kernel_root, STACKS_BASE + word * LEVEL_SIZE(1), true);
}

u64
kernel_stack_alloc(void)
{
    spin_lock(&lock);
    u64 top = take_slot();
    if (top && !map(top)) {
        drop_slot(top);
        top = 0;
    }
    spin_unlock(&lock);
    return top;
}

void
kernel_stack_free(u64 top)
{
    spin_lock(&lock);
    drop_slot(top);
    spin_unlock(&lock);
}
