/* area.c - the ring of areas, ordered by address: find, split, join, remove.
 *
 * Not here: who asks (space.c, map.c) and how pages come (fault.c). Whoever calls holds the space's
 * lock. */

#include "mm/area.h"
#include <asm/errno.h>
#include "mm/frame.h"
#include "mm/kmalloc.h"

const char area_rights[16][5] = { "---p", "r--p", "-w-p", "rw-p", "--xp", "r-xp", "-wxp", "rwxp",
                                  "---s", "r--s", "-w-s", "rw-s", "--xs", "r-xs", "-wxs", "rwxs" };

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
        a->pager->get(a);
    return a;
}

void
area_free(struct space *s, struct area *a)
{
    s->area_count--;
    list_remove(&a->link);
    if (a->pager && a->pager->put)
        a->pager->put(a);
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

/* Does `b` go on where `a` ends, so that the two could be one area? */
static bool
goes_on(const struct area *a, const struct area *b)
{
    u64 pages = (a->end - a->start) >> PAGE_SHIFT;
    return a->end == b->start && a->flags == b->flags && a->name == b->name &&
           a->pager == b->pager && a->object == b->object &&
           (!a->pager || a->offset_pages + pages == b->offset_pages);
}

void
area_merge(struct space *s, u64 start, u64 end)
{
    struct area *a = area_at_or_above(s, start);
    for (; a != &s->border && a->start <= end; a = area_next(a)) {
        struct area *below = area_before(a);
        if (!goes_on(below, a))
            continue;
        a->offset_pages -= (below->end - below->start) >> PAGE_SHIFT;
        a->start = below->start;
        area_free(s, below);
    }
}

bool
area_share(struct space *from, u64 start, u64 end, struct space *to, u64 target, u64 taken)
{
    struct pt_cursor c = { .root = from->root, .next = start, .end = end };
    pte_t *table = NULL;
    u64 served = ~0UL; /* where the range of `table` begins: neighbours need no walk */
    while (pt_next(&c)) {
        u64 va = target + (c.va - start);
        u64 range = ALIGN_DOWN(va, LEVEL_SIZE(1));
        if (range != served) {
            table = pt_entry(to->root, range, 0, true);
            if (!table)
                return false;
            served = range;
        }
        *c.e &= ~taken;
        table[(va - range) / PAGE_SIZE] = *c.e;
        frame_get(pte_pa(*c.e));
        to->resident_pages++;
    }
    return true;
}

/* Makes the entries invalid, in the table and in what harts remember of it. The entries still name
 * their frames, which no hart can reach any more. */
static void
forget_entries(struct space *s, struct pt_cursor c)
{
    u64 start = c.next;
    bool any = false;
    while (pt_next(&c)) {
        *c.e &= ~(pte_t)PTE_V;
        any = true;
    }
    if (any)
        space_flush(s, start, c.end - start);
}

static void
free_entries(struct space *s, struct pt_cursor c)
{
    while (pt_next(&c)) {
        frame_put(pte_pa(*c.e));
        *c.e = 0;
        if (c.level == 0)
            s->resident_pages--;
    }
}

void
area_zap(struct space *s, u64 start, u64 end, int level)
{
    struct pt_cursor entries = { .root = s->root, .next = start, .end = end, .level = level };
    if (s->refs) /* else the space is ending: no hart runs it, none has anything to forget */
        forget_entries(s, entries);
    free_entries(s, entries);
}

/* Gives back each area's pages, then the tables of level 0 and 1 that served this area alone. An
 * entry that leads to a table serves 2 MiB or 1 GiB: it may go where no neighbour reaches in. */
int
area_unmap(struct space *s, u64 start, u64 end)
{
    if (area_split(s, start) || area_split(s, end))
        return -ENOMEM;
    struct area *next;
    for (struct area *a = area_at_or_above(s, start); a->start < end; a = next) {
        next = area_next(a);
        for (int level = 0; level <= 2; level++) {
            u64 size = LEVEL_SIZE(level);
            u64 low = ALIGN_UP(area_before(a)->end, size);
            u64 high = ALIGN_DOWN(next->start, size);
            area_zap(s, MAX(low, ALIGN_DOWN(a->start, size)), MIN(high, ALIGN_UP(a->end, size)),
                     level);
        }
        s->mapped_pages -= (a->end - a->start) >> PAGE_SHIFT;
        area_free(s, a);
    }
    return 0;
}
