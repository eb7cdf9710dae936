/* pagetable.h - Sv39 page tables and the TLB: entries, walks, loops over a range.
 *
 * Source: RISC-V Privileged Architecture, "Sv39". Tables are frames (frame.h), entries are pte_t.
 * A table belongs to whoever holds the lock of its space; nothing in here takes one. Not here: what
 * may be mapped (space.h). */
#pragma once

#include "lib/types.h"

typedef u64 pte_t;

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8 };      /* valid; readable, ... */
enum { PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 }; /* user, global, accessed, dirty */

#define pte_pa(e) (((e) >> 10 & 0xfffffffffffUL) << PAGE_SHIFT)

/* A leaf entry. `rights` is any of PTE_R W X U G. */
static inline pte_t
pte_leaf(u64 pa, u64 rights)
{
    return pa >> PAGE_SHIFT << 10 | rights | PTE_V | PTE_A | (rights & PTE_W ? PTE_D : 0);
}

/* Changes an entry. A release: another hart's walk that finds the entry finds what it points to as
 * it was written before, be it a table or a page; without it, on weakly ordered hardware, what was
 * in that frame before. */
#define pte_set(e, value) __atomic_store_n(e, value, __ATOMIC_RELEASE)

/* What an entry of a level serves: 4 KiB, 2 MiB, 1 GiB. Level 0 is the lowest. */
#define LEVEL_SHIFT(level) (PAGE_SHIFT + 9 * (level))
#define LEVEL_SIZE(level)  (1UL << LEVEL_SHIFT(level))

/* The entry of `va` at `level` of the tables rooted at frame `root`. With `make`, missing tables
 * are added; NULL when absent, or without memory. */
pte_t *pt_entry(u64 root, u64 va, int level, bool make);

/* A way through the entries of one level that begin in [next, end) and are not 0:
 *     struct pt_cursor c = { .root = root, .next = start, .end = end };
 *     while (pt_next(&c))
 *         ... *c.e, which serves c.va ...
 * Holes are skipped in large steps. The body may clear the entry, but no table may come or go: the
 * space's lock is held from the first pt_next to the last. (The tables of kernel_root stay for
 * ever, and each walk there keeps to a stack that is its own.) */
struct pt_cursor {
    u64 root, next, end;
    int level; /* 0: pages; above: the entries that lead to tables */
    pte_t *e;
    u64 va;
};
bool pt_next(struct pt_cursor *c); /* to the next entry; false when there are no more */

/* Builds the kernel's own final tables (W^X, holes, guards) and switches this hart to them. */
void pt_kernel_init(void);
extern u64 kernel_root;

/* The kernel address of the device registers [pa, pa+size). Boot only. Until pt_kernel_init it is
 * an address in the first page table, which shows all physical memory and is gone afterwards. */
void *map_device(u64 pa, u64 size);

/* Once, before any other root is copied from kernel_root. */
void kernel_stacks_init(void);
/* A fresh kernel stack with guards below and above: its top, 0 without memory. */
u64 kernel_stack_alloc(void);
/* Gives a stack back, whole or with only some of its pages. */
void kernel_stack_free(u64 top);

/* Forgets translations of [va, va+size) on every hart of the mask, this one included. */
void tlb_flush(u64 hart_mask, u64 va, u64 size);

/* The SBI's hart id mask for a mask of hart indexes. */
u64 hart_mask_ids(u64 mask);
