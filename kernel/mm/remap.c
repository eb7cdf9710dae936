/* remap.c - mremap(2): an area shrinks, grows in place, or moves with its pages.
 *
 * A moved area has the frames that the old one had. The vDSO and vvar move only
 * whole, and the space remembers where signal handlers now return to. Source: Linux man-pages mremap(2). */

#include <asm/errno.h>
#include <linux/mman.h>
#include "mm/area.h"

/* Moves [addr, addr+old) of area `a` to a range of `length` bytes: at `to` if the caller insists
 * (MAP_AT_FIXED), or anywhere. */
static s64
move_area(struct space *s, struct area *a, u64 addr, u64 old, u64 to, u64 length, u32 flags)
{
    s64 place = area_place(s, area_clone(s, a, addr, addr + length), to, flags);
    if (place < 0)
        return place;
    if (area_split(s, addr) || area_split(s, addr + old) ||
        !area_share(s, addr, addr + MIN(old, length), s, place, 0)) {
        area_unmap(s, place, place + length);
        return -ENOMEM;
    }
    /* vdso_base and sigreturn are addresses inside of what moves. */
    if (s->sigreturn - addr < old)
        s->sigreturn += place - addr;
    if (s->vdso_base - addr < old)
        s->vdso_base += place - addr;
    area_unmap(s, addr, addr + old); /* split already: cannot fail */
    area_merge(s, place, place + length);
    return place;
}

s64
space_remap(struct space *s, u64 addr, u64 old, u64 length, u64 flags, u64 to)
{
    bool fixed = flags & MREMAP_FIXED, may_move = flags & MREMAP_MAYMOVE;
    if (flags & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED) || addr % PAGE_SIZE || !length || !old ||
        (fixed && !may_move))
        return -EINVAL;
    if (addr > USER_END || old > USER_END - addr)
        return -EFAULT;
    if (length > USER_END)
        return -ENOMEM;
    old = ALIGN_UP(old, PAGE_SIZE);
    length = ALIGN_UP(length, PAGE_SIZE);
    spin_guard(&s->lock);
    struct area *a = space_find(s, addr);
    if (!a || addr + old > a->end)
        return -EFAULT;
    if (a->flags & AREA_SPECIAL && (addr != a->start || addr + old != a->end || length != old))
        return -EINVAL;
    if (fixed && (to % PAGE_SIZE || to > USER_END || length > USER_END - to ||
                  (to < addr + old && addr < to + length)))
        return -EINVAL;
    if (!fixed && length <= old)
        return length < old ? area_unmap(s, addr + length, addr + old) ?: (s64)addr : (s64)addr;
    u64 end = addr + length;
    if (!fixed && addr + old == a->end && end <= MIN(USER_END, area_next(a)->start)) {
        s->mapped_pages += (length - old) >> PAGE_SHIFT;
        a->end = end;
        area_merge(s, a->start, end);
        return (s64)addr;
    }
    if (!may_move)
        return -ENOMEM;
    return move_area(s, a, addr, old, fixed ? to : 0, length, fixed ? MAP_AT_FIXED : 0);
}
