/* area.h - what the files of mm/ share about areas: finding, making, splitting, emptying.
 *
 * For this room alone; others use space.h. The space's lock is held in every function. */
#pragma once

#include "mm/space.h"

/* Nothing is ever mapped below: a null pointer with an offset must fault. */
#define LOWEST 0x10000UL
/* A stack does not grow nearer than this to the area below it (Linux: stack_guard_gap). */
#define STACK_GAP (256 * PAGE_SIZE)
/* As Linux's vm.max_map_count: a list that is walked with the lock held must end. */
#define MAX_AREAS 65530

/* A copy of `like` for [start, end), not yet linked, with a reference to the object; NULL without
 * memory. */
struct area *area_clone(const struct area *like, u64 start, u64 end);
/* Drops the reference to the object and frees the record. */
void area_free(struct area *a);
/* Links it where its addresses say; they are free. 0, or -ENOMEM with MAX_AREAS there already. */
int area_insert(struct space *s, struct area *a);
/* Makes `addr` a border between areas. 0 or -ENOMEM. */
int area_split(struct space *s, u64 addr);
/* Joins neighbours from the area before `start` to the one after `end` where they are alike. */
void area_merge(struct space *s, u64 start, u64 end);
/* The first area that ends above addr, or NULL. */
struct area *area_at_or_above(struct space *s, u64 addr);
bool area_range_free(struct space *s, u64 start, u64 end);
/* Takes the pages of the range out of the page table, flushes, then puts the frames. */
void area_zap(struct space *s, u64 start, u64 end);
/* After entries of the range have changed: no hart that runs this space remembers the old ones. */
void space_flush(struct space *s, u64 va, u64 size);
/* Removes all areas of the range, their pages and the tables that served nobody else. 0 or -ENOMEM
 * (nothing lost then). */
int area_unmap(struct space *s, u64 start, u64 end);
/* A free range for `length` bytes where mmap would put it, 0 if there is none. */
u64 area_find_place(struct space *s, u64 length);
