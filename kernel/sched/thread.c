/* thread.c - the life of a thread: made, begun, ended. See thread.h.
 *
 * Not here: when it runs (schedule.c) and what it is to a user (proc/). */

#include "sched/thread.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"
#include "sched/switch.h"

struct thread boot_thread = {
    .hart = &harts[0],
    .state = THREAD_RUNNABLE,
    .on_hart = true,
    .affinity = 1,
    .name = "idle/0",
};

/* First thing on a new thread's own stack: finish the switch that led here. `entry` comes in s1,
 * see riscv/switch.S. */
void
thread_begin(void (*entry)(void))
{
    switch_finish();
    entry();
    thread_exit();
}

struct thread *
thread_create(const char *name, void (*entry)(void))
{
    struct thread *t = kzalloc(sizeof(*t));
    if (!t)
        return NULL;
    t->stack_top = kernel_stack_alloc();
    if (!t->stack_top) {
        kfree(t);
        return NULL;
    }
    t->frame = (struct trapframe *)(t->stack_top - sizeof(struct trapframe));
    memset(t->frame, 0, sizeof(*t->frame));
    t->context.sp = (u64)t->frame;
    t->context.ra = (u64)thread_start_code;
    t->context.s[1] = (u64)entry;
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

noreturn void
thread_exit(void)
{
    thread_announce(THREAD_DEAD);
    schedule();
    panic("a dead thread runs again");
}

u64
thread_run_ticks(struct thread *t)
{
    spin_lock(&sched_lock);
    u64 ticks = t->run_ticks + (t->on_hart ? rdtime() - t->stamp : 0);
    spin_unlock(&sched_lock);
    return ticks;
}
