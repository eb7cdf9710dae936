/* kmalloc.c - small kernel objects, by size classes. See kmalloc.h.
 *
 * A frame is cut into objects of one class; its tag says which. Free objects of a class form one
 * list through their first word; when all objects of a frame are free the frame goes back, so that
 * a storm leaves nothing behind: the frame's count is 1 + the objects handed out. */

#include "mm/kmalloc.h"
#include "lib/list.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/frame.h"

#define MIN_SIZE       32UL /* a list link and two words */
#define CLASSES        8
#define SIZE_OF(class) (MIN_SIZE << (class))
_Static_assert(SIZE_OF(CLASSES - 1) == PAGE_SIZE, "the last class is a whole frame");

#define for_each_object(at, pa, class)                                                             \
    for (char *at = frame_direct(pa), *end = at + PAGE_SIZE; at < end; at += SIZE_OF(class))

static struct spinlock lock = SPINLOCK_INIT("kmalloc");
static struct list free_objects[CLASSES];

void *
kzalloc(size_t size)
{
    BUG_ON(size > PAGE_SIZE);
    u32 class = 0;
    while (size > SIZE_OF(class))
        class ++;
    struct list *objects = &free_objects[class];
    spin_lock(&lock);
    if (!objects->next)
        list_init(objects);
    u64 fresh = list_empty(objects) ? frame_alloc() : 0;
    if (fresh) {
        frame_record(fresh)->tag = class;
        for_each_object (at, fresh, class)
            list_add_tail(objects, (struct list *)at);
    }
    struct list *object = objects->next; /* the list itself when it is empty */
    if (object != objects) {
        list_remove(object);
        frame_get(frame_of(object));
    }
    spin_unlock(&lock);
    return object == objects ? NULL : memset(object, 0, SIZE_OF(class));
}

void
kfree(void *p)
{
    if (!p)
        return;
    u64 pa = frame_of(p);
    u32 class = frame_record(pa)->tag;
    spin_guard(&lock);
    list_add_head(&free_objects[class], p);
    frame_put(pa);
    if (frame_record(pa)->refs > 1)
        return;
    for_each_object (at, pa, class)
        list_remove((struct list *)at);
    frame_put(pa);
}
