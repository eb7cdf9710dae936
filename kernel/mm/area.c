/* area.c - the ordered list of areas: find, split, join, remove.
 *
 * Not here: who asks (space.c, map.c) and how pages come (fault.c). The space's lock is held. */

#include "mm/area.h"
#include <asm/errno.h>
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"

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

int
area_insert(struct space *s, struct area *a)
{
    struct area *next = area_at_or_above(s, a->start);
    if (s->area_count == MAX_AREAS)
        return -ENOMEM;
    list_add_before(next ? &next->link : &s->areas, &a->link);
    s->area_count++;
    s->mapped_pages += (a->end - a->start) >> PAGE_SHIFT;
    return 0;
}

int
area_split(struct space *s, u64 addr)
{
    struct area *a = space_find(s, addr);
    if (!a || a->start == addr)
        return 0;
    struct area *upper = s->area_count < MAX_AREAS ? area_clone(a, addr, a->end) : NULL;
    if (!upper)
        return -ENOMEM;
    s->area_count++;
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
        s->area_count--;
        list_remove(&next->link);
        area_free(next);
    }
}

/* Frames wait here until no hart can reach them any more. */
struct batch {
    struct space *space;
    u64 start, end; /* addresses that they served */
    u32 count;
    u64 pa[64];
};

static void
batch_init(struct batch *b, struct space *s)
{
    b->space = s; /* not zeroed as a whole: 512 bytes on a hot path */
    b->count = 0;
}

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
batch_add(struct batch *b, pte_t *e, u64 start, u64 end)
{
    b->start = b->count ? MIN(b->start, start) : start;
    b->end = b->count ? MAX(b->end, end) : end;
    b->pa[b->count++] = pte_pa(*e);
    *e = 0;
    if (b->count == ARRAY_SIZE(b->pa))
        batch_flush(b);
}

static void
zap_page(pte_t *e, u64 va, void *arg)
{
    struct batch *b = arg;
    b->space->resident_pages--;
    batch_add(b, e, va, va + PAGE_SIZE);
}

/* What a table serves is far more than is flushed page by page: the range makes the flush a full
 * one, as a change of a table wants. */
static void
zap_table(pte_t *e, u64 va, void *arg)
{
    batch_add(arg, e, va, va + LEVEL_SIZE(1));
}

void
area_zap(struct space *s, u64 start, u64 end)
{
    struct batch b;
    batch_init(&b, s);
    pt_for_each(s->root, start, end, zap_page, &b);
    batch_flush(&b);
}

/* One area goes: its pages, the tables that served nobody else, its record. */
static void
remove_area(struct space *s, struct area *a, struct batch *b)
{
    struct list *before = a->link.prev, *after = a->link.next;
    u64 low = before == &s->areas ? 0 : list_entry(before, struct area, link)->end;
    u64 high = after == &s->areas ? USER_END : list_entry(after, struct area, link)->start;
    pt_for_each(s->root, a->start, a->end, zap_page, b);
    pt_for_each_unused(s->root, a->start, a->end, low, high, zap_table, b);
    s->mapped_pages -= (a->end - a->start) >> PAGE_SHIFT;
    s->area_count--;
    list_remove(&a->link);
    area_free(a);
}

int
area_unmap(struct space *s, u64 start, u64 end)
{
    if (area_split(s, start) || area_split(s, end))
        return -ENOMEM;
    struct batch b;
    batch_init(&b, s);
    for (struct area *a = area_at_or_above(s, start), *next; a && a->start < end; a = next) {
        next = a->link.next == &s->areas ? NULL : list_entry(a->link.next, struct area, link);
        remove_area(s, a, &b);
    }
    batch_flush(&b);
    return 0;
}
