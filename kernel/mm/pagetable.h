/* pagetable.h - Sv39 page tables: three levels of 512 entries.
 *
 * Source: Privileged Architecture, "Sv39: Page-Based 39-bit Virtual-Memory System". Entries are
 * written with A (and D when writable) set: hardware may fault instead of setting them, and we
 * have no use for the bits. Not here: what may be mapped (space.h). */
#pragma once

#include "lib/types.h"

typedef u64 pte_t;

#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_G (1UL << 5)
#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)

static inline u64
pte_pa(pte_t e)
{
    return (e >> 10 & 0xfffffffffffUL) << PAGE_SHIFT;
}

/* A leaf entry. `rights` is any of PTE_R W X U G. */
static inline pte_t
pte_leaf(u64 pa, u64 rights)
{
    return pa >> PAGE_SHIFT << 10 | rights | PTE_V | PTE_A | (rights & PTE_W ? PTE_D : 0);
}

/* Changes an entry. A release: another hart's walk that finds the entry finds what it points to as
 * it was written before, be it a table or a page; without it, on weakly ordered hardware, what was
 * in that frame before. */
static inline void
pte_set(pte_t *e, pte_t value)
{
    __atomic_store_n(e, value, __ATOMIC_RELEASE);
}

#define LEVEL_SHIFT(level) (PAGE_SHIFT + 9 * (level))
#define LEVEL_SIZE(level)                                                                          \
    (1UL << LEVEL_SHIFT(level)) /* what an entry serves: 4 KiB, 2 MiB, 1 GiB */

/* The entry of `va` at `level` (0 is the lowest) of the tables rooted at frame `root`. With `make`,
 * missing tables are added; NULL when absent, or without memory. The owner's lock must be held. */
pte_t *pt_entry(u64 root, u64 va, int level, bool make);

static inline pte_t *
pt_walk(u64 root, u64 va, bool make)
{
    return pt_entry(root, va, 0, make);
}

/* What visitors get: a valid entry, the first address that it serves, the caller's arg. */
typedef void (*pt_visit)(pte_t *e, u64 va, void *arg);

/* Visits every valid lowest-level user entry of [start, end) and skips holes quickly. */
void pt_for_each(u64 root, u64 start, u64 end, pt_visit visit, void *arg);

/* Visits the entry of every table that serves a part of [start, end) and lies in [low, high), where
 * nothing is mapped any more: lower tables first. The visitor clears it and puts the table's frame
 * when no hart can walk through it any more (a flush of everything: privileged ISA, SFENCE.VMA). */
void pt_for_each_unused(u64 root, u64 start, u64 end, u64 low, u64 high, pt_visit visit, void *arg);

/* A new root with the kernel's half filled in and the user's empty; 0 without memory. It goes by
 * frame_put when all areas are gone, and with them all tables. */
u64 pt_create(void);

/* Builds the kernel's own final tables (W^X, holes, guards) and switches this hart to them. */
void pt_kernel_init(void);
extern u64 kernel_root;

/* Maps the device registers [pa, pa+size) and returns their kernel address. Boot only. */
void *map_device(u64 pa, u64 size);

/* A fresh kernel stack with guards below and above; returns its top, 0 without memory. Init: once,
 * when kernel_root stands. */
void kernel_stacks_init(void);
u64 kernel_stack_alloc(void);
void kernel_stack_free(u64 top);

/* Forgets translations of [va, va+size) on every hart of the mask, this one included. */
void tlb_flush(u64 hart_mask, u64 va, u64 size);

/* The SBI's hart id mask for a mask of hart indexes. */
u64 hart_mask_ids(u64 mask);
