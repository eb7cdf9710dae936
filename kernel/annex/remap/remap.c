/* remap.c - mremap: an area shrinks, grows in place, or moves with its pages.
 *
 * vDSO and vvar move whole or not at all. A C library uses this call for large blocks in
 * realloc(3), and copies them itself where the kernel does not have it.
 *
 * Source: Linux man-page mremap(2), and Linux's order of errors. */

#include <asm/errno.h>
#include <asm/unistd.h>
#include <linux/mman.h>
#include "mm/area.h"
#include "proc/annex.h"

/* Moves [addr, addr+old) of area `a` to a range of `length` bytes: at `to` if the caller insists
 * (MAP_AT_FIXED), or anywhere. */
static s64
move_area(struct space *s, struct area *a, u64 addr, u64 old, u64 to, u64 length, u32 flags)
{
    s64 place = place_area(s, area_clone(s, a, addr, addr + length), to, flags);
    if (place < 0)
        return place;
    if (area_split(s, addr) || area_split(s, addr + old) ||
        !area_share(s, addr, addr + MIN(old, length), s, place, 0)) {
        area_unmap(s, place, place + length);
        return -ENOMEM;
    }
    /* These two addresses may lie inside of what moves. */
    if (s->sigreturn - addr < old)
        s->sigreturn += place - addr;
    if (s->vdso_base - addr < old)
        s->vdso_base += place - addr;
    area_unmap(s, addr, addr + old); /* split already: cannot fail */
    area_merge(s, place, place + length);
    return place;
}

/* The area ends `more` bytes higher, if there is room. */
static bool
grow_in_place(struct space *s, struct area *a, u64 more)
{
    u64 end = a->end + more;
    if (end > area_next(a)->start)
        return false;
    s->mapped_pages += more >> PAGE_SHIFT;
    a->end = end;
    area_merge(s, a->start, end);
    return true;
}

static s64
remap(struct space *s, u64 addr, u64 old, u64 length, u64 flags, u64 to)
{
    bool fixed = flags & MREMAP_FIXED;
    bool may_move = flags & MREMAP_MAYMOVE;
    if (flags & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED) || (fixed && !may_move) || addr % PAGE_SIZE ||
        !length || !old)
        return -EINVAL;
    if (!in_user_half(addr, old))
        return -EFAULT;
    if (length > USER_END)
        return -ENOMEM;
    old = ALIGN_UP(old, PAGE_SIZE);
    length = ALIGN_UP(length, PAGE_SIZE);
    u64 old_end = addr + old;
    spin_guard(&s->lock);
    struct area *a = space_find(s, addr);
    if (!a || (old_end > a->end && (fixed || length > old)))
        return -EFAULT; /* only shrinking is done across areas */
    bool is_whole = addr == a->start && old_end == a->end && length == old;
    if (a->flags & AREA_SPECIAL && !is_whole)
        return length > old ? -EFAULT : -EINVAL;
    if (fixed) {
        bool overlaps = to < old_end && addr < to + length;
        if (to % PAGE_SIZE || !in_user_half(to, length) || overlaps)
            return -EINVAL;
        return move_area(s, a, addr, old, to, length, MAP_AT_FIXED);
    }
    if (length == old)
        return (s64)addr;
    if (length < old)
        return area_unmap(s, addr + length, old_end) ?: (s64)addr;
    if (old_end == a->end && grow_in_place(s, a, length - old))
        return (s64)addr;
    if (!may_move)
        return -ENOMEM;
    return move_area(s, a, addr, old, 0, length, 0);
}

static s64
mremap(const u64 *arg)
{
    return remap(space_current(), arg[0], arg[1], arg[2], arg[3], arg[4]);
}

static const struct annex_call calls[] = { { __NR_mremap, mremap }, { .call = NULL } };
static const struct annex annex ANNEX = { .calls = calls };
