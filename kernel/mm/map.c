/* map.c - what mmap, munmap, mprotect, madvise and brk do to a space. See space.h.
 *
 * Not here: arguments as user space gives them (syscall/memory.c), where a new area goes (place.c),
 * mremap (annex/remap). Source: the man-pages of these calls. */

#include <asm/errno.h>
#include "mm/area.h"
#include "mm/frame.h"

s64
space_map(struct space *s, u64 addr, u64 length, u32 flags, const struct pager *pager, void *object,
          u64 offset_pages, const char *name)
{
    struct area like = { .end = ALIGN_UP(length, PAGE_SIZE),
                         .flags = flags & ~(MAP_AT_FIXED | MAP_AT_NOREPLACE),
                         .pager = pager,
                         .object = object,
                         .offset_pages = offset_pages,
                         .name = name };
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

/* 0 if every page of the range has an area without the flags `never`; -ENOMEM, or -EACCES. */
static int
check_areas(struct space *s, u64 start, u64 end, u64 never)
{
    while (start < end) {
        struct area *a = space_find(s, start);
        if (!a || a->flags & never)
            return a ? -EACCES : -ENOMEM;
        start = a->end;
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
    int err = check_areas(s, addr, end, AREA_NEVER(prot));
    if (err)
        return err;
    if (area_split(s, addr) || area_split(s, end))
        return -ENOMEM;
    for (struct area *a = area_at_or_above(s, addr); a->start < end; a = area_next(a))
        a->flags = (a->flags & ~AREA_PROT) | prot;
    /* What is taken away is gone at once. W comes back by a fault, which knows of copy-on-write. */
    struct pt_cursor c = { .root = s->root, .next = addr, .end = end };
    bool changed = false;
    while (pt_next(&c)) {
        *c.e = pte_leaf(pte_pa(*c.e), pte_rights(prot) & ~PTE_W);
        changed = true;
    }
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
    int err = check_areas(s, addr, end, discard ? AREA_NEVER(AREA_EXEC) : 0);
    if (err == -EACCES)
        return -EINVAL;
    if (discard)
        area_zap(s, addr, end, 0);
    return err;
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

u64
space_brk(struct space *s, u64 brk)
{
    spin_guard(&s->lock);
    if (brk < s->brk_start || brk >= USER_END)
        return s->brk;
    u64 old_end = ALIGN_UP(s->brk, PAGE_SIZE);
    u64 new_end = ALIGN_UP(brk, PAGE_SIZE);
    u64 more = new_end - old_end; /* where it grows */
    struct area heap = { .end = more, .flags = AREA_READ | AREA_WRITE, .name = "[heap]" };
    s64 result = 0;
    if (new_end < old_end)
        result = area_unmap(s, new_end, old_end);
    else if (more >> PAGE_SHIFT > frames_total())
        result = -ENOMEM; /* more than the machine has can never be used */
    else if (more)
        result = add_area(s, &heap, old_end, MAP_AT_NOREPLACE);
    if (result >= 0)
        s->brk = brk;
    return s->brk;
}
