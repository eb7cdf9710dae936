/* space.c - the life of an address space: made, forked, ended. See space.h.
 *
 * Not here: what is in it (map.c, area.c), how its pages come (fault.c), who runs it (active.c). */

#include "mm/space.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"

struct space *
space_create(void)
{
    static u64 last_number;
    struct space *s = kzalloc(sizeof(*s));
    u64 root = s ? frame_alloc() : 0;
    if (!root) {
        kfree(s);
        return NULL;
    }
    s->root = root;
    /* The kernel's root has nothing in its user half. */
    memcpy(frame_direct(root), frame_direct(kernel_root), PAGE_SIZE);
    spin_init(&s->lock, "space");
    list_init(&s->border.link);
    s->border.start = USER_END;
    s->refs = 1;
    s->number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);
    return s;
}

void
space_put(struct space *s)
{
    if (!s || __atomic_fetch_sub(&s->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    BUG_ON(s->active_harts);
    area_unmap(s, 0, USER_END); /* no border inside an area: needs no memory, cannot fail */
    frame_put(s->root);
    kfree(s);
}

struct space *
space_fork(struct space *from)
{
    struct space *to = space_create();
    if (!to)
        return NULL;
    struct area *a;
    spin_guard(&from->lock);
    *(struct space_figures *)to = *(struct space_figures *)from;
    for_each_area (a, from) {
        struct area *copy = area_clone(to, a, a->start, a->end);
        if (copy)
            list_add_tail(&to->border.link, &copy->link);
        /* Private pages lose W on both sides: the first that writes gets a copy (fault.c). */
        u64 taken = a->flags & AREA_SHARED ? 0 : PTE_W | PTE_D;
        if (!copy || !area_share(from, a->start, a->end, to, a->start, taken)) {
            space_put(to); /* a hart of the parent may remember W: no harm, nobody shares now */
            return NULL;
        }
    }
    space_flush(from, 0, USER_END); /* the parent's harts may remember W */
    return to;
}
