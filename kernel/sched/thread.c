/* thread.c - a thread is made and freed. See thread.h.
 *
 * Not here: when it runs (schedule.c) and what it is to a user (proc/). */

#include "sched/thread.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"

struct thread boot_thread = {
    .hart = &harts[0],
    .state = THREAD_RUNNABLE,
    .on_hart = true,
    .affinity = 1,
    .run_link = LIST_INIT(boot_thread.run_link),
    .name = "idle/0",
};

struct thread *
thread_create(const char *name, void (*entry)(void))
{
    struct thread *t = kzalloc(sizeof(*t));
    u64 top = t ? kernel_stack_alloc() : 0;
    if (!top) {
        kfree(t);
        return NULL;
    }
    t->stack_top = top;
    t->frame = (struct trapframe *)top - 1;
    memset(t->frame, 0, sizeof(*t->frame));
    t->context.sp = (u64)t->frame;
    t->context.ra = (u64)thread_first_step;
    t->context.s[1] = (u64)entry;
    t->state = THREAD_NEW;
    t->affinity = (1UL << MAX_HARTS) - 1;
    t->hart = this_hart();
    list_init(&t->run_link);
    strlcpy(t->name, name, sizeof(t->name));
    return t;
}

void
thread_free(struct thread *t)
{
    BUG_ON(t->on_hart);
    kernel_stack_free(t->stack_top);
    kfree(t);
}
