/* remap.c - mremap(2): an area shrinks, grows in place, or moves with its pages.
 *
 * Page table entries move, frames stay. The vDSO and vvar move only whole, and the space remembers
 * where signal handlers now return to. Source: Linux man-pages mremap(2). */

#include <asm/errno.h>
#include <linux/mman.h>
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/pagetable.h"

/* Pages on their way from one range to another. */
struct move {
    u64 root, offset; /* added to an address of the one, gives that of the other */
    bool failed;
};

static void
make_room(pte_t *e, u64 va, void *arg)
{
    struct move *m = arg;
    m->failed = m->failed || !pt_walk(m->root, va + m->offset, true);
}

static void
move_entry(pte_t *e, u64 va, void *arg)
{
    struct move *m = arg;
    *pt_walk(m->root, va + m->offset, false) = *e;
    *e = 0;
}

/* Carries the entries of [from, from+length) to `to`. 0 or -ENOMEM with nothing moved: the tables
 * of the target are made first. */
static int
move_entries(struct space *s, u64 from, u64 to, u64 length)
{
    struct move m = { .root = s->root, .offset = to - from };
    pt_for_each(s->root, from, from + length, make_room, &m);
    if (m.failed)
        return -ENOMEM;
    pt_for_each(s->root, from, from + length, move_entry, &m);
    space_flush(s, from, length);
    return 0;
}

/* vdso_base and sigreturn are addresses inside of what moves. */
static void
follow_vdso(struct space *s, u64 from, u64 length, u64 to)
{
    if (s->sigreturn - from < length)
        s->sigreturn += to - from;
    if (s->vdso_base && s->vdso_base - from < length)
        s->vdso_base += to - from;
}

/* Moves [addr, addr+old) of area `a` to a range of `length` bytes at `to`, which is free. */
static s64
move_area(struct space *s, struct area *a, u64 addr, u64 old, u64 to, u64 length)
{
    struct area *moved = area_clone(a, addr, addr + old);
    if (!moved)
        return -ENOMEM;
    moved->start = to;
    moved->end = to + length;
    if (area_split(s, addr) || area_split(s, addr + old) || area_insert(s, moved)) {
        area_free(moved);
        return -ENOMEM;
    }
    if (move_entries(s, addr, to, MIN(old, length))) {
        area_unmap(s, to, to + length); /* with the tables made so far */
        return -ENOMEM;
    }
    follow_vdso(s, addr, old, to);
    area_unmap(s, addr, addr + old); /* split already: cannot fail */
    area_merge(s, to, to + length);
    return (s64)to;
}

/* Makes room where the caller insists (MREMAP_FIXED) or anywhere. */
static s64
target(struct space *s, u64 addr, u64 old, u64 length, u64 flags, u64 to)
{
    if (!(flags & MREMAP_FIXED)) {
        u64 place = area_find_place(s, length);
        return place ? (s64)place : -ENOMEM;
    }
    if (to % PAGE_SIZE || to > USER_END || length > USER_END - to ||
        (to < addr + old && addr < to + length))
        return -EINVAL;
    if (to < LOWEST)
        return -EPERM;
    return area_unmap(s, to, to + length) ? -ENOMEM : (s64)to;
}

static s64
remap_locked(struct space *s, u64 addr, u64 old, u64 length, u64 flags, u64 to)
{
    struct area *a = space_find(s, addr);
    if (!a || addr + old > a->end)
        return -EFAULT;
    if (a->flags & AREA_SPECIAL && (addr != a->start || addr + old != a->end || length != old))
        return -EINVAL;
    if (!(flags & MREMAP_FIXED)) {
        if (length <= old)
            return length < old && area_unmap(s, addr + length, addr + old) ? -ENOMEM : (s64)addr;
        if (addr + old == a->end && length <= USER_END - addr &&
            area_range_free(s, a->end, addr + length)) {
            s->mapped_pages += (length - old) >> PAGE_SHIFT;
            a->end = addr + length;
            area_merge(s, a->start, a->end);
            return (s64)addr;
        }
        if (!(flags & MREMAP_MAYMOVE))
            return -ENOMEM;
    }
    s64 place = target(s, addr, old, length, flags, to);
    a = space_find(s, addr); /* making room may have split it */
    return place < 0 ? place : move_area(s, a, addr, old, place, length);
}

s64
space_remap(struct space *s, u64 addr, u64 old_len, u64 new_len, u64 flags, u64 new_addr)
{
    if (flags & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED) || addr % PAGE_SIZE || !new_len ||
        (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE)) || !old_len)
        return -EINVAL;
    if (addr > USER_END || old_len > USER_END - addr)
        return -EFAULT;
    if (new_len > USER_END || new_len >> PAGE_SHIFT > (USER_END >> PAGE_SHIFT))
        return -ENOMEM;
    old_len = ALIGN_UP(old_len, PAGE_SIZE);
    new_len = ALIGN_UP(new_len, PAGE_SIZE);
    spin_lock(&s->lock);
    s64 r = remap_locked(s, addr, old_len, new_len, flags, new_addr);
    spin_unlock(&s->lock);
    return r;
}
