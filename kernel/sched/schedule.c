/* schedule.c - the run queue, and the moment when one thread stops and another goes on.
 *
 * One queue, one lock, first come first served. The lock is held across the switch: whoever wakes
 * the leaving thread on another hart waits until its registers are saved. The thread that goes on
 * releases it, a new one in thread_begin (thread.c). See thread.h. */

#include "lib/print.h"
#include "mm/space.h"
#include "riscv/sbi.h"
#include "sched/fp.h"
#include "sched/switch.h"
#include "sched/thread.h"

struct hart harts[MAX_HARTS];
u32 harts_online;
void (*handle_interrupts)(void);
void (*hart_busy_again)(void);

struct spinlock sched_lock = SPINLOCK_INIT("scheduler");
static struct list run_queue = LIST_INIT(run_queue);

static bool
may_run_on(const struct thread *t, const struct hart *h)
{
    return t->affinity >> h->index & 1;
}

/* An idle hart that may run `t` is told to look; a busy one is asked to make room at its next tick
 * anyway. */
static void
notify_idle_hart(struct thread *t)
{
    for (u32 i = 0; i < harts_online; i++) {
        struct hart *h = &harts[i];
        if (h->sleeping && may_run_on(t, h)) {
            h->sleeping = false; /* the next thread to wake goes to another one */
            if (h != this_hart())
                sbi_send_ipi(1UL << h->id);
            return;
        }
    }
}

static void
enqueue(struct thread *t)
{
    t->queued = true;
    list_add_tail(&run_queue, &t->run_link);
    notify_idle_hart(t);
}

static struct thread *
pick(struct hart *h)
{
    struct thread *t;
    list_for_each (t, &run_queue, run_link)
        if (may_run_on(t, h)) {
            list_remove(&t->run_link);
            t->queued = false;
            return t;
        }
    return h->idle;
}

static void
account(struct thread *prev, struct thread *next)
{
    u64 now = rdtime();
    prev->run_ticks += now - prev->stamp;
    next->stamp = now;
}

void
switch_finish(void)
{
    struct hart *h = this_hart();
    struct thread *dead = h->dead;
    h->dead = NULL;
    spin_unlock(&sched_lock);
    if (dead)
        thread_free(dead);
}

static void
switch_to(struct hart *h, struct thread *prev, struct thread *next)
{
    if (prev == h->idle)
        hart_busy_again();
    account(prev, next);
    fp_switch(h, prev, next);
    next->hart = h;
    h->current = next;
    space_activate(next->space);
    prev->on_hart = false;
    next->on_hart = true;
    if (prev->state == THREAD_DEAD)
        h->dead = prev;
    context_switch(&prev->context, &next->context, next);
    switch_finish();
}

void
schedule(void)
{
    struct thread *prev = current();
    struct hart *h = prev->hart;
    spin_lock(&sched_lock);
    struct thread *next = pick(h);
    if (prev->state == THREAD_RUNNABLE && prev != h->idle) {
        if (next == h->idle && may_run_on(prev, h))
            next = prev;
        else
            enqueue(prev);
    }
    h->sleeping = next == h->idle;
    if (next == prev)
        spin_unlock(&sched_lock);
    else
        switch_to(h, prev, next);
}

void
yield(void)
{
    schedule();
}

/* --- waking ---------------------------------------------------------------------------------- */

static void
make_runnable(struct thread *t)
{
    /* Still on its hart: it has announced a wait but not given up the hart. It just goes on. */
    if (!t->on_hart && !t->queued)
        enqueue(t);
}

/* Ends the wait of a thread that is in state `from`. By compare-and-swap, because a thread changes
 * its own state without the lock: it may just be on its way into another one. */
static bool
leave_state(struct thread *t, enum thread_state from)
{
    if (!__atomic_compare_exchange_n(&t->state, &from, THREAD_RUNNABLE, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        return false;
    make_runnable(t);
    return true;
}

/* Whoever wakes has just written what the other waits for. That must be seen before we look at its
 * state: the other half of thread_announce. */
static void
lock_for_wake(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    spin_lock(&sched_lock);
}

void
thread_announce(enum thread_state state)
{
    __atomic_store_n(&current()->state, state, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void
thread_start(struct thread *t)
{
    lock_for_wake();
    leave_state(t, THREAD_NEW);
    spin_unlock(&sched_lock);
}

void
thread_wake(struct thread *t)
{
    lock_for_wake();
    if (!leave_state(t, THREAD_SLEEPING))
        leave_state(t, THREAD_BLOCKED);
    spin_unlock(&sched_lock);
}

void
thread_interrupt(struct thread *t)
{
    lock_for_wake();
    if (!leave_state(t, THREAD_SLEEPING) && t->on_hart && t->hart != this_hart())
        sbi_send_ipi(1UL << t->hart->id); /* into the kernel, and so past its `work` */
    spin_unlock(&sched_lock);
}

void
thread_resume(struct thread *t)
{
    lock_for_wake();
    leave_state(t, THREAD_STOPPED);
    spin_unlock(&sched_lock);
}

void
thread_set_affinity(struct thread *t, u64 mask)
{
    spin_lock(&sched_lock);
    t->affinity = mask;
    if (t->queued)
        notify_idle_hart(t);
    bool move = t->on_hart && !may_run_on(t, t->hart);
    if (move)
        __atomic_fetch_or(&t->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
    if (move && t->hart != this_hart())
        sbi_send_ipi(1UL << t->hart->id);
    spin_unlock(&sched_lock);
}

/* --- idle harts ------------------------------------------------------------------------------ */

bool
runnable_waiting(void)
{
    return !list_empty(&run_queue);
}

void
preemption_point(void)
{
    handle_interrupts();
    if (__atomic_load_n(&current()->work, __ATOMIC_RELAXED) & WORK_RESCHED) {
        __atomic_fetch_and(&current()->work, ~WORK_RESCHED, __ATOMIC_SEQ_CST);
        schedule();
    }
}

noreturn void
idle_loop(void)
{
    for (;;) {
        schedule();
        wait_for_interrupt(); /* SIE is off: it returns when one is pending, we take it by hand */
        handle_interrupts();
    }
}
