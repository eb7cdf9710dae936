/* place.c - where a new area goes.
 *
 * A caller that names no address gets the highest gap below mmap_top that is large enough: first
 * fit, downwards, keeping clear of the stack's way down and of the guard pages round the vDSO.
 * Not here: what mmap and its kin do (map.c, remap.c), where exec wants things (proc/exec.c). */

#include <asm/errno.h>
#include "lib/random.h"
#include "mm/area.h"

/* The pages on either side of what must be guarded stay free. */
#define guard_of(a) ((a)->flags & (AREA_SPECIAL | AREA_STACK) ? PAGE_SIZE : 0)

/* Where the room that the area keeps to itself begins: a stack keeps the way that it may still
 * grow, and the gap below that. */
static u64
kept_from(const struct space *s, const struct area *a)
{
    if (!(a->flags & AREA_STACK))
        return a->start - guard_of(a);
    u64 way = MIN(s->stack_limit + STACK_GAP, a->end - LOWEST);
    return MIN(a->start, a->end - way);
}

/* The highest free range of `length` bytes that ends at or below `top`; 0 if there is none. Looks
 * at the gap above each area, from the highest area down to the border, which ends at 0. */
static u64
gap_between_areas(struct space *s, u64 top, u64 length)
{
    for (struct area *a = area_before(&s->border);; a = area_before(a)) {
        u64 bottom = MAX(a->end + guard_of(a), LOWEST);
        if (bottom <= top && top - bottom >= length)
            return top - length;
        if (a == &s->border)
            return 0;
        top = MIN(top, kept_from(s, a));
    }
}

/* As that, and clear of the heap's way up, where there may be no area yet. */
static u64
gap_below(struct space *s, u64 top, u64 length)
{
    u64 gap = gap_between_areas(s, top, length);
    bool in_the_way = gap < s->brk_start + HEAP_ROOM && gap + length > s->brk_start;
    return in_the_way ? gap_between_areas(s, s->brk_start, length) : gap;
}

/* Is there room at exactly `addr`? MAP_AT_FIXED makes room: what was there is gone then. The
 * address, or -errno with nothing lost. */
static s64
claim_place(struct space *s, u64 addr, u64 length, u32 flags)
{
    if (addr % PAGE_SIZE)
        return -EINVAL;
    if (!in_user_half(addr, length))
        return -ENOMEM;
    if (addr < LOWEST)
        return -EPERM;
    if (flags & MAP_AT_NOREPLACE)
        return area_at_or_above(s, addr)->start < addr + length ? -EEXIST : (s64)addr;
    return area_unmap(s, addr, addr + length) ?: (s64)addr;
}

/* A free place for `length` bytes: at the hint if there is room, else as high as possible below
 * mmap_top. When that is not in the upper third, as high as possible anywhere: what is too large
 * goes to the program's part. The address or -ENOMEM. */
static s64
find_place(struct space *s, u64 hint, u64 length)
{
    hint = ALIGN_DOWN(hint, PAGE_SIZE);
    if (hint && in_user_half(hint, length) && gap_below(s, hint + length, length) == hint)
        return (s64)hint;
    u64 place = gap_below(s, s->mmap_top, length);
    if (place < PLACES_LOW)
        place = gap_below(s, USER_END, length);
    return (s64)place ?: -ENOMEM;
}

s64
place_area(struct space *s, struct area *a, u64 addr, u32 flags)
{
    if (!a)
        return -ENOMEM;
    u64 length = a->end - a->start;
    bool exactly = flags & (MAP_AT_FIXED | MAP_AT_NOREPLACE);
    s64 place = exactly ? claim_place(s, addr, length, flags) : find_place(s, addr, length);
    if (place < 0) {
        area_free(s, a);
        return place;
    }
    a->start = place;
    a->end = place + length;
    list_add_before(&area_at_or_above(s, place)->link, &a->link);
    s->mapped_pages += length >> PAGE_SHIFT;
    return place;
}

s64
add_area(struct space *s, const struct area *like, u64 addr, u32 flags)
{
    s64 place = place_area(s, area_clone(s, like, 0, like->end), addr, flags);
    if (place >= 0)
        area_merge(s, place, place + like->end);
    return place;
}

/* A random place for `length` bytes from `low` on, with a free page on either side; 0 if there is
 * none. Where it is so crowded that chance finds nothing, the highest. */
static u64
draw(struct space *s, u64 low, u64 length)
{
    u64 need = length + 2 * PAGE_SIZE;
    if (!in_user_half(low, need))
        return 0;
    u64 choices = ((USER_END - low - need) >> PAGE_SHIFT) + 1;
    for (int tries = 0; tries < 128 && !s->unrandom; tries++) {
        u64 at = low + (random_below(choices) << PAGE_SHIFT);
        if (gap_below(s, at + need, need) == at)
            return at + PAGE_SIZE;
    }
    u64 gap = gap_below(s, USER_END, need);
    return gap >= low ? gap + PAGE_SIZE : 0;
}

u64
space_random_place(struct space *s, u64 low, u64 length)
{
    spin_guard(&s->lock);
    u64 place = draw(s, MAX(low, PLACES_LOW), length);
    if (!place)
        place = draw(s, PLACES_LOW, length);
    if (!place)
        place = draw(s, LOWEST, length);
    return place;
}
