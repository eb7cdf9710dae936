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

#define MIN_SHIFT 5 /* 32 bytes: a list link and two words */
#define CLASSES   (PAGE_SHIFT - MIN_SHIFT + 1)

static struct spinlock lock = SPINLOCK_INIT("kmalloc");
static struct list free_objects[CLASSES];
static u64 bytes_in_use;

static u32
class_of(size_t size)
{
    u32 class = 0;
    while (size > 1UL << (class + MIN_SHIFT))
        class ++;
    return class;
}

/* Cuts a fresh frame into objects of the class. */
static bool
refill(u32 class)
{
    u64 pa = frame_alloc();
    if (!pa)
        return false;
    frame_set_tag(pa, class);
    char *page = frame_direct(pa);
    for (size_t at = 0; at < PAGE_SIZE; at += 1UL << (class + MIN_SHIFT))
        list_add_tail(&free_objects[class], (struct list *)(page + at));
    return true;
}

void *
kzalloc(size_t size)
{
    BUG_ON(size > PAGE_SIZE);
    u32 class = class_of(size);
    struct list *objects = &free_objects[class];
    spin_lock(&lock);
    if (!objects->next)
        list_init(objects);
    if (list_empty(objects) && !refill(class)) {
        spin_unlock(&lock);
        return NULL;
    }
    struct list *object = objects->next;
    list_remove(object);
    frame_get(frame_of(object));
    bytes_in_use += 1UL << (class + MIN_SHIFT);
    spin_unlock(&lock);
    return memset(object, 0, 1UL << (class + MIN_SHIFT));
}

/* All objects of the frame are free: takes them off the list and gives the frame back. */
static void
give_back(u64 pa, u32 class)
{
    char *page = frame_direct(pa);
    for (size_t at = 0; at < PAGE_SIZE; at += 1UL << (class + MIN_SHIFT))
        list_remove((struct list *)(page + at));
    frame_put(pa);
}

void
kfree(void *p)
{
    if (!p)
        return;
    u64 pa = frame_of(p);
    u32 class = frame_tag(pa);
    spin_lock(&lock);
    bytes_in_use -= 1UL << (class + MIN_SHIFT);
    list_add_head(&free_objects[class], p);
    frame_put(pa);
    if (frame_refs(pa) == 1)
        give_back(pa, class);
    spin_unlock(&lock);
}

u64
kmalloc_in_use(void)
{
    return bytes_in_use;
}
