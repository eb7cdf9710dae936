/* map.c - what mmap, munmap, mprotect, madvise and brk do to an address space. See space.h.
 *
 * Also where a new area goes: downwards from mmap_top, first fit, keeping clear of the stack's way
 * down and of the guard pages round the vDSO. Not here: arguments as user space gives them
 * (syscall/memory.c). */

#include <asm/errno.h>
#include "lib/random.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"

/* The range an area keeps for itself, guards included. */
static u64
low_edge(const struct space *s, const struct area *a)
{
    if (a->flags & AREA_STACK)
        return a->end - MIN(a->end - LOWEST, MAX(s->stack_limit, a->end - a->start) + STACK_GAP);
    return a->flags & AREA_SPECIAL ? a->start - PAGE_SIZE : a->start;
}

static u64
high_edge(const struct area *a)
{
    return a->flags & (AREA_SPECIAL | AREA_STACK) ? a->end + PAGE_SIZE : a->end;
}

/* The highest free range of `length` that ends at or below `top`; 0 if there is none. */
static u64
gap_below(struct space *s, u64 top, u64 length)
{
    u64 high = top;
    for (struct list *l = s->areas.prev; l != &s->areas; l = l->prev) {
        struct area *a = list_entry(l, struct area, link);
        if (high_edge(a) <= high && high - high_edge(a) >= length)
            return high - length;
        high = MIN(high, low_edge(s, a));
    }
    return high > LOWEST && high - LOWEST >= length ? high - length : 0;
}

/* True if [start, end) touches nothing that is mapped, nor what it keeps for itself. */
static bool
is_clear(struct space *s, u64 start, u64 end)
{
    struct area *a;
    list_for_each (a, &s->areas, link)
        if (low_edge(s, a) < end && high_edge(a) > start)
            return false;
    return true;
}

static u64
choose_place(struct space *s, u64 hint, u64 length)
{
    hint = ALIGN_DOWN(hint, PAGE_SIZE);
    if (hint >= LOWEST && hint < USER_END && length <= USER_END - hint &&
        is_clear(s, hint, hint + length))
        return hint;
    u64 place = gap_below(s, s->mmap_top, length);
    return place ? place : gap_below(s, USER_END, length);
}

u64
area_find_place(struct space *s, u64 length)
{
    return choose_place(s, 0, length);
}

/* A free place as asked for in `flags`, or -errno. */
static s64
place_for(struct space *s, u64 addr, u64 length, u32 flags)
{
    if (!(flags & (MAP_AT_FIXED | MAP_AT_NOREPLACE))) {
        u64 place = choose_place(s, addr, length);
        return place ? (s64)place : -ENOMEM;
    }
    if (addr % PAGE_SIZE)
        return -EINVAL;
    if (addr > USER_END || length > USER_END - addr)
        return -ENOMEM;
    if (addr < LOWEST)
        return -EPERM;
    if (flags & MAP_AT_NOREPLACE && !area_range_free(s, addr, addr + length))
        return -EEXIST;
    return (s64)addr;
}

s64
space_map(struct space *s, u64 addr, u64 length, u32 flags, const struct pager *pager, void *object,
          u64 offset_pages, const char *name)
{
    if (!length)
        return -EINVAL;
    if (length > USER_END)
        return -ENOMEM;
    length = ALIGN_UP(length, PAGE_SIZE);
    struct area like = { .flags = flags & ~(MAP_AT_FIXED | MAP_AT_NOREPLACE),
                         .pager = pager,
                         .object = object,
                         .offset_pages = offset_pages,
                         .name = name };
    struct area *a = area_clone(&like, 0, length);
    if (!a)
        return -ENOMEM;
    spin_lock(&s->lock);
    s64 place = place_for(s, addr, length, flags);
    if (place > 0 && flags & MAP_AT_FIXED && area_unmap(s, place, place + length))
        place = -ENOMEM;
    if (place > 0) {
        a->start = place;
        a->end = place + length;
        if (area_insert(s, a))
            place = -ENOMEM;
        else
            area_merge(s, a->start, a->end);
    }
    spin_unlock(&s->lock);
    if (place < 0)
        area_free(a);
    return place;
}

/* Checks a range as munmap, mprotect and madvise get it; rounds its length up. */
static int
check_range(u64 addr, u64 *length)
{
    if (addr % PAGE_SIZE || addr > USER_END || *length > USER_END - addr)
        return -EINVAL;
    *length = ALIGN_UP(*length, PAGE_SIZE);
    return 0;
}

int
space_unmap(struct space *s, u64 addr, u64 length)
{
    if (!length || check_range(addr, &length))
        return -EINVAL;
    spin_lock(&s->lock);
    int err = area_unmap(s, addr, addr + length);
    spin_unlock(&s->lock);
    return err;
}

/* 0 if every page of the range has an area that may get these rights. */
static int
check_protect(struct space *s, u64 start, u64 end, u32 prot)
{
    for (u64 at = start; at < end;) {
        struct area *a = space_find(s, at);
        if (!a)
            return -ENOMEM;
        if (prot & AREA_WRITE && a->flags & AREA_NOWRITE)
            return -EACCES;
        at = a->end;
    }
    return 0;
}

struct protecting {
    u32 prot;
    bool changed; /* there were pages: harts may remember their old rights */
};

/* Rights are taken away at once. W comes back by a fault, which knows about copy-on-write. */
static void
protect_one(pte_t *e, u64 va, void *arg)
{
    struct protecting *p = arg;
    u64 rights = PTE_U;
    if (p->prot & (AREA_READ | AREA_WRITE))
        rights |= PTE_R;
    if (p->prot & AREA_EXEC)
        rights |= PTE_X;
    *e = pte_leaf(pte_pa(*e), rights);
    p->changed = true;
}

static int
protect_locked(struct space *s, u64 start, u64 end, u32 prot)
{
    int err = check_protect(s, start, end, prot);
    if (err)
        return err;
    if (area_split(s, start) || area_split(s, end))
        return -ENOMEM;
    for (struct area *a = area_at_or_above(s, start); a && a->start < end;
         a = area_at_or_above(s, a->end))
        a->flags = (a->flags & ~AREA_PROT) | prot;
    struct protecting p = { .prot = prot };
    pt_for_each(s->root, start, end, protect_one, &p);
    if (p.changed)
        space_flush(s, start, end - start);
    if (p.changed && prot & AREA_EXEC)
        space_code_changed(s);
    area_merge(s, start, end);
    return 0;
}

int
space_protect(struct space *s, u64 addr, u64 length, u32 prot)
{
    int err = addr % PAGE_SIZE ? -EINVAL : 0;
    if (!err && (addr > USER_END || length > USER_END - addr))
        err = -ENOMEM;
    if (err || !length)
        return err;
    spin_lock(&s->lock);
    err = protect_locked(s, addr, ALIGN_UP(addr + length, PAGE_SIZE), prot);
    spin_unlock(&s->lock);
    return err;
}

int
space_discard(struct space *s, u64 addr, u64 length)
{
    if (check_range(addr, &length))
        return -EINVAL;
    spin_lock(&s->lock);
    int err = 0;
    for (u64 at = addr; at < addr + length && !err;) {
        struct area *a = space_find(s, at);
        err = a ? 0 : -ENOMEM;
        at = a ? a->end : at;
    }
    area_zap(s, addr, addr + length);
    spin_unlock(&s->lock);
    return err;
}

void
space_forget(struct space *s, const void *object, u64 first)
{
    struct area *a;
    spin_lock(&s->lock);
    list_for_each (a, &s->areas, link) {
        u64 kept_pages = first > a->offset_pages ? first - a->offset_pages : 0;
        if (a->object == object && kept_pages < (a->end - a->start) >> PAGE_SHIFT)
            area_zap(s, a->start + (kept_pages << PAGE_SHIFT), a->end);
    }
    spin_unlock(&s->lock);
}

/* Adds [start, end) to the heap. Lock held. */
static bool
grow_heap(struct space *s, u64 start, u64 end)
{
    struct area like = { .flags = AREA_READ | AREA_WRITE | AREA_HEAP, .name = "[heap]" };
    if (end > USER_END || end < start || !area_range_free(s, start, end) ||
        (end - start) >> PAGE_SHIFT > frames_total())
        return false;
    struct area *a = area_clone(&like, start, end);
    if (!a || area_insert(s, a)) {
        kfree(a);
        return false;
    }
    area_merge(s, start, end);
    return true;
}

u64
space_brk(struct space *s, u64 brk)
{
    spin_lock(&s->lock);
    u64 old_end = ALIGN_UP(s->brk, PAGE_SIZE), new_end = ALIGN_UP(brk, PAGE_SIZE);
    bool ok = brk >= s->brk_start && brk < USER_END;
    if (ok && new_end > old_end)
        ok = grow_heap(s, old_end, new_end);
    else if (ok && new_end < old_end)
        ok = !area_unmap(s, new_end, old_end);
    if (ok)
        s->brk = brk;
    brk = s->brk;
    spin_unlock(&s->lock);
    return brk;
}

bool
space_is_free(struct space *s, u64 start, u64 end)
{
    spin_lock(&s->lock);
    bool free = start >= LOWEST && end <= USER_END && area_range_free(s, start, end);
    spin_unlock(&s->lock);
    return free;
}

u64
space_random_place(struct space *s, u64 low, u64 high, u64 length)
{
    u64 place = 0, need = length + 2 * PAGE_SIZE; /* a page on either side stays free */
    low = MAX(low, LOWEST);
    if (high < low || high - low < need)
        return 0;
    u64 choices = ((high - low - need) >> PAGE_SHIFT) + 1;
    spin_lock(&s->lock);
    for (int tries = 0; tries < 64 && !place; tries++) {
        u64 at = low + (random_below(choices) << PAGE_SHIFT);
        if (is_clear(s, at, at + need))
            place = at + PAGE_SIZE;
    }
    /* A crowded space: the first gap below a random point. */
    for (int tries = 0; tries < 64 && !place; tries++) {
        u64 gap = gap_below(s, low + (random_below(choices) << PAGE_SHIFT) + need, need);
        place = gap >= low ? gap + PAGE_SIZE : 0;
    }
    spin_unlock(&s->lock);
    return place;
}
