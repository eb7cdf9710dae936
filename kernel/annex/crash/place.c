/* place.c - the area that holds an address, and the offset in it. See place.h.
 *
 * Functions and lines are not known here: tools/run finds them (tools/lib/places.py). */

#include "annex/crash/place.h"
#include "lib/print.h"
#include "mm/area.h"

void
describe_place(struct space *s, u64 addr, char *text, size_t size)
{
    char path[512] = "";
    spin_guard(&s->lock);
    struct area *a = space_find(s, addr);
    if (!a) {
        snprintf(text, size, "0x%lx in no area", addr);
        return;
    }
    if (a->pager && a->pager->describe)
        a->pager->describe(a->object, path, sizeof(path));
    u64 start = *path ? a->offset_pages << PAGE_SHIFT : 0;
    const char *name = *path ? path : "[anonymous]";
    snprintf(text, size, "0x%lx = %s+0x%lx", addr, a->name ?: name, addr - a->start + start);
}
