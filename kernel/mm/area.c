/* area.c - the ring of areas, ordered by address: find, split, join, remove.
 *
 * Not here: who asks (space.c, map.c) and how pages come (fault.c). The space's lock is held. */

#include "mm/area.h"
#include <asm/errno.h>
#include "mm/frame.h"
#include "mm/kmalloc.h"

struct area *
area_clone(struct space *s, const struct area *like, u64 start, u64 end)
{
    struct area *a = s->area_count < MAX_AREAS ? kzalloc(sizeof(*a)) : NULL;
    if (!a)
        return NULL;
    s->area_count++;
    *a = *like;
    a->offset_pages += (start - like->start) >> PAGE_SHIFT;
    a->start = start;
    a->end = end;
    list_init(&a->link);
    if (a->pager && a->pager->get)
        a->pager->get(a->object);
    return a;
}

void
area_free(struct space *s, struct area *a)
{
    s->area_count--;
    list_remove(&a->link);
    if (a->pager && a->pager->put)
        a->pager->put(a->object);
    kfree(a);
}

struct area *
area_at_or_above(struct space *s, u64 addr)
{
    struct area *a = area_next(&s->border);
    while (a != &s->border && a->end <= addr)
        a = area_next(a);
    return a;
}

struct area *
space_find(struct space *s, u64 addr)
{
    struct area *a = area_at_or_above(s, addr);
    return a->start <= addr && addr < a->end ? a : NULL;
}

int
area_split(struct space *s, u64 addr)
{
    struct area *a = space_find(s, addr);
    if (!a || a->start == addr)
        return 0;
    struct area *upper = area_clone(s, a, addr, a->end);
    if (!upper)
        return -ENOMEM;
    a->end = addr;
    list_add_head(&a->link, &upper->link);
    return 0;
}

void
area_merge(struct space *s, u64 start, u64 end)
{
    for (struct area *a = area_at_or_above(s, start); a != &s->border && a->start <= end;
         a = area_next(a)) {
        struct area *b = area_before(a);
        u64 pages = (b->end - b->start) >> PAGE_SHIFT;
        if (b->end != a->start || b->flags != a->flags || b->pager != a->pager ||
            b->object != a->object || b->name != a->name ||
            (a->pager && b->offset_pages + pages != a->offset_pages))
            continue;
        a->start = b->start;
        a->offset_pages -= pages;
        area_free(s, b);
    }
}

bool
area_share(struct space *from, u64 start, u64 end, struct space *to, u64 target, u64 taken)
{
    pte_t *table = NULL;
    u64 served = ~0UL; /* by that table: neighbours need no walk */
    for (struct pt_cursor c = { .root = from->root, .next = start, .end = end }; pt_next(&c);) {
        u64 va = c.va - start + target;
        if (served != va / LEVEL_SIZE(1)) {
            served = va / LEVEL_SIZE(1);
            table = pt_entry(to->root, served * LEVEL_SIZE(1), 0, true);
            if (!table)
                return false;
        }
        *c.e &= ~taken;
        table[va / PAGE_SIZE % 512] = *c.e;
        frame_get(pte_pa(*c.e));
        to->resident_pages++;
    }
    return true;
}

/* A space without users is ending, and no hart has anything to forget: the frames go at once. */
void
area_zap(struct space *s, u64 start, u64 end, int level)
{
    const struct pt_cursor all = { .root = s->root, .next = start, .end = end, .level = level };
    struct pt_cursor c = all;
    bool any = !s->users;
    for (; s->users && pt_next(&c); any = true)
        *c.e &= ~(pte_t)PTE_V;
    if (any)
        space_flush(s, start, end - start);
    /* No hart can reach the frames any more. */
    for (c = all; any && pt_next(&c); *c.e = 0) {
        frame_put(pte_pa(*c.e));
        s->resident_pages -= level == 0;
    }
}

int
area_unmap(struct space *s, u64 start, u64 end)
{
    if (area_split(s, start) || area_split(s, end))
        return -ENOMEM;
    for (struct area *a = area_at_or_above(s, start), *next; a->start < end; a = next) {
        next = area_next(a);
        /* Its pages; then lower tables and upper ones that lie in the gap it leaves. */
        for (int level = 0; level <= 2; level++) {
            u64 size = LEVEL_SIZE(level), low = ALIGN_UP(area_before(a)->end, size);
            u64 high = ALIGN_DOWN(next->start, size);
            area_zap(s, MAX(low, ALIGN_DOWN(a->start, size)), MIN(high, ALIGN_UP(a->end, size)),
                     level);
        }
        s->mapped_pages -= (a->end - a->start) >> PAGE_SHIFT;
        area_free(s, a);
    }
    return 0;
}
