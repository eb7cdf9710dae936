/* map.c - what mmap, munmap, mprotect, madvise and brk do to a space. See space.h.
 *
 * Not here: arguments as user space gives them (syscall/memory.c), where a new area goes (place.c),
 * mremap (remap.c). Source: the man-pages of these calls. */

#include <asm/errno.h>
#include "mm/area.h"
#include "mm/frame.h"

s64
space_map(struct space *s, u64 addr, u64 length, u32 flags, const struct pager *pager, void *object,
          u64 offset_pages, const char *name)
{
    struct area like = {
        .end = ALIGN_UP(length, PAGE_SIZE),
        .flags = flags & ~(MAP_AT_FIXED | MAP_AT_NOREPLACE),
        .pager = pager,
        .object = object,
        .offset_pages = offset_pages,
        .name = name,
    };
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
    while (start < end) {
        struct area *a = space_find(s, start);
        if (!a)
            return -ENOMEM;
        if (a->flags & never)
            return -EACCES;
        start = a->end;
    }
    return 0;
}

/* Gives the pages that are there their new rights. What is taken away is gone at once; W comes back
 * by a fault, which knows about copy-on-write. */
static void
protect_pages(struct space *s, u64 start, u64 end, u64 prot)
{
    struct pt_cursor c = { .root = s->root, .next = start, .end = end };
    bool changed = false;
    while (pt_next(&c)) {
        *c.e = pte_leaf(pte_pa(*c.e), pte_rights(prot) & ~PTE_W);
        changed = true;
    }
    if (!changed)
        return;
    space_flush(s, start, end - start);
    if (prot & AREA_EXEC)
        space_code_changed(s);
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
    if (err)
        return err;
    if (area_split(s, addr) || area_split(s, end))
        return -ENOMEM;
    for (struct area *a = area_at_or_above(s, addr); a->start < end; a = area_next(a))
        a->flags = (a->flags & ~AREA_PROT) | prot;
    protect_pages(s, addr, end, prot);
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

/* More than the machine has can never be used. An address, or -errno. */
static s64
grow_heap(struct space *s, u64 end, u64 more)
{
    struct area heap = { .end = more, .flags = AREA_READ | AREA_WRITE, .name = "[heap]" };
    if (more >> PAGE_SHIFT > frames_total())
        return -ENOMEM;
    return add_area(s, &heap, end, MAP_AT_NOREPLACE);
}

u64
space_brk(struct space *s, u64 brk)
{
    spin_guard(&s->lock);
    if (brk < s->brk_start || brk >= USER_END)
        return s->brk;
    u64 old_end = ALIGN_UP(s->brk, PAGE_SIZE);
    u64 new_end = ALIGN_UP(brk, PAGE_SIZE);
    s64 result = 0;
    if (new_end < old_end)
        result = area_unmap(s, new_end, old_end);
    else if (new_end > old_end)
        result = grow_heap(s, old_end, new_end - old_end);
    if (result >= 0)
        s->brk = brk;
    return s->brk;
}
