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

#define MIN_SIZE            32UL /* a list link and two words */
#define CLASSES             8
#define SIZE_OF(size_class) (MIN_SIZE << (size_class))
_Static_assert(SIZE_OF(CLASSES - 1) == PAGE_SIZE, "the last class is a whole frame");

/* The objects that a frame of this class is cut into. */
#define for_each_object(at, pa, size_class)                                                        \
    for (char *at = frame_direct(pa), *end = at + PAGE_SIZE; at < end; at += SIZE_OF(size_class))

static struct spinlock lock = SPINLOCK_INIT("kmalloc");
static struct list free_objects[CLASSES];

static void *
take_object(u32 size_class)
{
    struct list *objects = &free_objects[size_class];
    spin_guard(&lock);
    if (!objects->next) /* the first time */
        list_init(objects);
    if (list_empty(objects)) {
        u64 fresh = frame_alloc();
        if (!fresh)
            return NULL;
        frame_record(fresh)->tag = size_class;
        for_each_object (at, fresh, size_class)
            list_add_tail(objects, (struct list *)at);
    }
    struct list *object = objects->next;
    list_remove(object);
    frame_get(frame_of(object));
    return object;
}

void *
kzalloc(size_t size)
{
    BUG_ON(size > PAGE_SIZE);
    u32 size_class = 0;
    while (size > SIZE_OF(size_class))
        size_class++;
    void *object = take_object(size_class);
    if (object)
        memset(object, 0, SIZE_OF(size_class));
    return object;
}

void
kfree(void *p)
{
    if (!p)
        return;
    u64 pa = frame_of(p);
    u32 size_class = frame_record(pa)->tag;
    spin_guard(&lock);
    list_add_head(&free_objects[size_class], p);
    frame_put(pa);
    if (frame_record(pa)->refs > 1)
        return;
    /* All objects of the frame are free: it goes, and they with it. */
    for_each_object (at, pa, size_class)
        list_remove((struct list *)at);
    frame_put(pa);
}
