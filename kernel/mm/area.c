/* area.c - the ordered list of areas: find, split, join, remove.
 *
 * Not here: who asks (space.c, map.c) and how pages come (fault.c). The space's lock is held. */

#include "mm/area.h"
#include <asm/errno.h>
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"
#include "sched/thread.h"

struct area *
area_clone(const struct area *like, u64 start, u64 end)
{
    struct area *a = kzalloc(sizeof(*a));
    if (!a)
        return NULL;
    *a = *like;
    a->offset_pages += (start - like->start) >> PAGE_SHIFT;
    a->start = start;
    a->end = end;
    list_init(&a->link);
    if (a->pager)
        a->pager->get(a->object);
    return a;
}

void
area_free(struct area *a)
{
    if (a->pager)
        a->pager->put(a->object);
    kfree(a);
}

struct area *
area_at_or_above(struct space *s, u64 addr)
{
    struct area *a;
    list_for_each (a, &s->areas, link)
        if (a->end > addr)
            return a;
    return NULL;
}

struct area *
space_find(struct space *s, u64 addr)
{
    struct area *a = area_at_or_above(s, addr);
    return a && a->start <= addr ? a : NULL;
}

bool
area_range_free(struct space *s, u64 start, u64 end)
{
    struct area *a = area_at_or_above(s, start);
    return !a || a->start >= end;
}

void
area_insert(struct space *s, struct area *a)
{
    struct area *next = area_at_or_above(s, a->start);
    list_add_before(next ? &next->link : &s->areas, &a->link);
    s->mapped_pages += (a->end - a->start) >> PAGE_SHIFT;
}

int
area_split(struct space *s, u64 addr)
{
    struct area *a = space_find(s, addr);
    if (!a || a->start == addr)
        return 0;
    struct area *upper = area_clone(a, addr, a->end);
    if (!upper)
        return -ENOMEM;
    a->end = addr;
    list_add_head(&a->link, &upper->link);
    return 0;
}

static bool
alike(const struct area *a, const struct area *b)
{
    return a->end == b->start && a->flags == b->flags && a->pager == b->pager &&
           a->object == b->object && a->name == b->name &&
           (!a->pager || a->offset_pages + ((a->end - a->start) >> PAGE_SHIFT) == b->offset_pages);
}

void
area_merge(struct space *s, u64 start, u64 end)
{
    struct area *a = area_at_or_above(s, start ? start - 1 : 0);
    while (a && a->link.next != &s->areas && a->start <= end) {
        struct area *next = list_entry(a->link.next, struct area, link);
        if (!alike(a, next)) {
            a = next;
            continue;
        }
        a->end = next->end;
        list_remove(&next->link);
        area_free(next);
    }
}

/* Frames wait here until no hart can reach them any more. */
struct batch {
    struct space *space;
    u64 start, end; /* virtual range taken out so far */
    u32 count;
    u64 pa[64];
};

static void
batch_flush(struct batch *b)
{
    if (b->count)
        space_flush(b->space, b->start, b->end - b->start);
    for (u32 i = 0; i < b->count; i++)
        frame_put(b->pa[i]);
    b->count = 0;
}

static void
zap_one(pte_t *e, u64 va, void *arg)
{
    struct batch *b = arg;
    if (!b->count)
        b->start = va;
    b->end = va + PAGE_SIZE;
    b->pa[b->count++] = pte_pa(*e);
    *e = 0;
    b->space->resident_pages--;
    if (b->count == ARRAY_SIZE(b->pa))
        batch_flush(b);
}

void
area_zap(struct space *s, u64 start, u64 end)
{
    struct batch b; /* not zeroed: 512 bytes on a hot path */
    b.space = s;
    b.count = 0;
    pt_for_each(s->root, start, end, zap_one, &b);
    batch_flush(&b);
}

int
area_unmap(struct space *s, u64 start, u64 end)
{
    if (area_split(s, start) || area_split(s, end))
        return -ENOMEM;
    struct area *a, *next;
    list_for_each_safe (a, next, &s->areas, link) {
        if (a->end <= start)
            continue;
        if (a->start >= end)
            break;
        area_zap(s, a->start, a->end);
        s->mapped_pages -= (a->end - a->start) >> PAGE_SHIFT;
        list_remove(&a->link);
        area_free(a);
    }
    return 0;
}
