/* map.c - what mmap, munmap, mprotect, madvise, mremap and brk do to a space. See space.h.
 *
 * Also where a new area goes: downwards from mmap_top, first fit, keeping clear of the stack's way
 * down and of the guard pages round the vDSO. Not here: arguments as user space gives them
 * (syscall/memory.c). Source: the man-pages of these calls. */

#include <asm/errno.h>
#include <linux/mman.h>
#include "lib/random.h"
#include "mm/area.h"
#include "mm/frame.h"

/* The highest free range of `length` bytes that ends at or below `top`; 0 if there is none. An area
 * keeps more than its pages to itself: a page on either side of what must be guarded, and the way
 * that a stack may still grow. */
static u64
gap_below(struct space *s, u64 top, u64 length)
{
    for (struct area *a = area_before(&s->border);; a = area_before(a)) {
        u64 guard = a->flags & (AREA_SPECIAL | AREA_STACK) ? PAGE_SIZE : 0;
        u64 above = MAX(a->end + guard, LOWEST), below = a->start - guard;
        if (above <= top && top - above >= length)
            return top - length;
        if (a == &s->border)
            return 0;
        if (a->flags & AREA_STACK)
            below = a->end - MIN(a->end - LOWEST, s->stack_limit + STACK_GAP);
        top = MIN(MIN(top, below), a->start);
    }
}

/* A free place for `length` bytes as space_map's caller wants it, or -errno with nothing lost. What
 * MAP_AT_FIXED replaces is gone then. */
static s64
find_place(struct space *s, u64 addr, u64 length, u32 flags)
{
    if (flags & (MAP_AT_FIXED | MAP_AT_NOREPLACE)) {
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
    addr = ALIGN_DOWN(addr, PAGE_SIZE);
    if (addr && in_user_half(addr, length) && gap_below(s, addr + length, length) == addr)
        return (s64)addr;
    u64 place = gap_below(s, s->mmap_top, length) ?: gap_below(s, USER_END, length);
    return (s64)place ?: -ENOMEM;
}

/* Moves a new area to where there is room for it and links it. The address, or -errno with nothing
 * lost but the area, which may be NULL for want of memory. */
static s64
place_area(struct space *s, struct area *a, u64 addr, u32 flags)
{
    if (!a)
        return -ENOMEM;
    u64 length = a->end - a->start;
    s64 place = find_place(s, addr, length, flags);
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

/* Adds an area like `like` - of as many bytes, from address 0 - where place_area finds room. */
static s64
add_area(struct space *s, const struct area *like, u64 addr, u32 flags)
{
    s64 place = place_area(s, area_clone(s, like, 0, like->end), addr, flags);
    if (place >= 0)
        area_merge(s, place, place + like->end);
    return place;
}

s64
space_map(struct space *s, u64 addr, u64 length, u32 flags, const struct pager *pager, void *object,
          u64 offset_pages, const char *name)
{
    u32 kept = flags & ~(MAP_AT_FIXED | MAP_AT_NOREPLACE);
    length = ALIGN_UP(length, PAGE_SIZE);
    struct area like = { {}, 0, length, kept, pager, object, offset_pages, name };
    spin_guard(&s->lock);
    return add_area(s, &like, addr, flags);
}

int
space_unmap(struct space *s, u64 addr, u64 length)
{
    if (addr % PAGE_SIZE || !length || !in_user_half(addr, length))
        return -EINVAL;
    spin_guard(&s->lock);
    return area_unmap(s, addr, ALIGN_UP(addr + length, PAGE_SIZE));
}

/* 0 if every page of the range has an area without the flag `never`; -ENOMEM, or -EACCES. */
static int
check_areas(struct space *s, u64 start, u64 end, u32 never)
{
    for (struct area *a; start < end; start = a->end) {
        a = space_find(s, start);
        if (!a)
            return -ENOMEM;
        if (a->flags & never)
            return -EACCES;
    }
    return 0;
}

int
space_protect(struct space *s, u64 addr, u64 length, u64 prot)
{
    if (addr % PAGE_SIZE || prot & ~(u64)AREA_PROT)
        return -EINVAL;
    if (!in_user_half(addr, length))
        return -ENOMEM;
    u64 end = ALIGN_UP(addr + length, PAGE_SIZE);
    spin_guard(&s->lock);
    int err = check_areas(s, addr, end, prot & AREA_WRITE ? AREA_NOWRITE : 0);
    err = err ?: area_split(s, addr) ?: area_split(s, end);
    if (err)
        return err;
    for (struct area *a = area_at_or_above(s, addr); a->start < end; a = area_next(a))
        a->flags = (a->flags & ~AREA_PROT) | prot;
    /* Rights are taken away at once. W comes back by a fault, which knows about copy-on-write. */
    struct pt_cursor c = { .root = s->root, .next = addr, .end = end };
    bool changed = false;
    for (; pt_next(&c); changed = true)
        *c.e = pte_leaf(pte_pa(*c.e), pte_rights(prot) & ~PTE_W);
    if (changed)
        space_flush(s, addr, end - addr);
    if (changed && prot & AREA_EXEC)
        space_code_changed(s);
    area_merge(s, addr, end);
    return 0;
}

int
space_advise(struct space *s, u64 addr, u64 length, bool discard)
{
    if (addr % PAGE_SIZE || !in_user_half(addr, length))
        return -EINVAL;
    u64 end = ALIGN_UP(addr + length, PAGE_SIZE);
    spin_guard(&s->lock);
    if (discard)
        area_zap(s, addr, end, 0);
    return check_areas(s, addr, end, 0);
}

void
space_forget(struct space *s, const void *object, u64 first)
{
    struct area *a;
    spin_guard(&s->lock);
    for_each_area (a, s) {
        u64 kept_pages = first > a->offset_pages ? first - a->offset_pages : 0;
        if (a->object == object && kept_pages < (a->end - a->start) >> PAGE_SHIFT)
            area_zap(s, a->start + (kept_pages << PAGE_SHIFT), a->end, 0);
    }
}

/* --- mremap: an area shrinks, grows in place, or moves with its pages ------------------------- */

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
    if (!in_user_half(addr, old))
        return -EFAULT;
    if (length > USER_END)
        return -ENOMEM;
    old = ALIGN_UP(old, PAGE_SIZE);
    length = ALIGN_UP(length, PAGE_SIZE);
    spin_guard(&s->lock);
    struct area *a = space_find(s, addr);
    if (!a || (addr + old > a->end && (fixed || length > old)))
        return -EFAULT; /* only shrinking is done across areas */
    if (a->flags & AREA_SPECIAL && (addr != a->start || addr + old != a->end || length != old))
        return -EINVAL;
    if (fixed &&
        (to % PAGE_SIZE || !in_user_half(to, length) || (to < addr + old && addr < to + length)))
        return -EINVAL;
    if (!fixed && length <= old)
        return length < old ? area_unmap(s, addr + length, addr + old) ?: (s64)addr : (s64)addr;
    u64 end = addr + length;
    if (!fixed && addr + old == a->end && end <= area_next(a)->start) {
        s->mapped_pages += (length - old) >> PAGE_SHIFT;
        a->end = end;
        area_merge(s, a->start, end);
        return (s64)addr;
    }
    if (!may_move)
        return -ENOMEM;
    return move_area(s, a, addr, old, fixed ? to : 0, length, fixed ? MAP_AT_FIXED : 0);
}

/* --- brk, and places that exec draws ---------------------------------------------------------- */

u64
space_brk(struct space *s, u64 brk)
{
    spin_guard(&s->lock);
    u64 old_end = ALIGN_UP(s->brk, PAGE_SIZE), new_end = ALIGN_UP(brk, PAGE_SIZE);
    if (brk < s->brk_start || brk >= USER_END)
        return s->brk;
    u64 more = new_end > old_end ? new_end - old_end : 0;
    struct area heap = { .end = more, .flags = AREA_READ | AREA_WRITE, .name = "[heap]" };
    s64 r = 0;
    if (new_end < old_end)
        r = area_unmap(s, new_end, old_end);
    else if (more >> PAGE_SHIFT > frames_total())
        r = -ENOMEM;
    else if (more)
        r = add_area(s, &heap, old_end, MAP_AT_NOREPLACE);
    if (r >= 0)
        s->brk = brk;
    return s->brk;
}

u64
space_random_place(struct space *s, u64 low, u64 high, u64 length)
{
    u64 need = length + 2 * PAGE_SIZE; /* a page on either side stays free */
    low = MAX(low, LOWEST);
    if (high < low || high - low < need)
        return 0;
    u64 choices = ((high - low - need) >> PAGE_SHIFT) + 1;
    spin_guard(&s->lock);
    for (int tries = 0; tries < 128; tries++) {
        u64 at = low + (random_below(choices) << PAGE_SHIFT), gap = gap_below(s, at + need, need);
        /* In the end, in a crowded space: the first gap below a random point. */
        if (gap == at || (tries >= 64 && gap >= low))
            return gap + PAGE_SIZE;
    }
    return 0;
}
