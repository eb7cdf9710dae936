/* area.h - what the files of mm/ share about areas: finding, making, splitting, emptying.
 *
 * For this room alone; others use space.h. Whoever calls holds the space's lock. The areas are a
 * ring through `space->border`, which is no area: it "ends" at 0 and "begins" at USER_END, so that
 * code that looks at neighbours meets no end of a list. */
#pragma once

#include "mm/pagetable.h"
#include "mm/space.h"

/* Nothing is ever mapped below: a null pointer with an offset must fault. */
#define LOWEST 0x10000UL
/* As Linux's vm.max_map_count: a list that is walked with the lock held must end. */
#define MAX_AREAS 65530

#define area_before(a) list_entry((a)->link.prev, struct area, link)

/* AREA_READ, WRITE and EXEC are PTE_R, W and X one bit lower. RISC-V has no write-only pages - W
 * without R is reserved - so PROT_WRITE means both. */
#define pte_rights(prot) (PTE_U | ((prot)&AREA_PROT) << 1 | ((prot)&AREA_WRITE ? PTE_R : 0))

/* A copy of `like` for [start, end), not yet in the ring, with a reference to the object; NULL
 * without memory or when s has MAX_AREAS. */
struct area *area_clone(struct space *s, const struct area *like, u64 start, u64 end);
/* Takes the area out of the ring, drops the reference to the object and frees the record. */
void area_free(struct space *s, struct area *a);
/* Makes `addr` a border between areas. 0 or -ENOMEM. */
int area_split(struct space *s, u64 addr);
/* Joins neighbours from the area before `start` to the one after `end` where they are alike. */
void area_merge(struct space *s, u64 start, u64 end);
/* Moves a new area to where space_map's caller wants it, or where there is room, and puts it into
 * the ring. The address, or -errno with nothing lost but the new area. `a` may be NULL, when there
 * was no memory to make it: -ENOMEM. */
s64 place_area(struct space *s, struct area *a, u64 addr, u32 flags);
/* Makes an area like `like`, which begins at address 0, and places it so. */
s64 add_area(struct space *s, const struct area *like, u64 addr, u32 flags);
/* Gives `to` the pages that `from` has in [start, end) as well, from address `target` on, and takes
 * the rights `taken` from both. False without memory for the tables; area_unmap undoes it. */
bool area_share(struct space *from, u64 start, u64 end, struct space *to, u64 target, u64 taken);
/* Empties the page table's entries for [start, end) at this level: all harts forget them, then the
 * frames that they led to, pages or tables, are put. */
void area_zap(struct space *s, u64 start, u64 end, int level);
/* Removes all areas of the range, their pages and the tables that served nobody else. 0 or -ENOMEM
 * (nothing lost then). */
int area_unmap(struct space *s, u64 start, u64 end);
/* After entries of the range have changed: no hart that runs this space remembers the old ones. */
void space_flush(struct space *s, u64 va, u64 size);
