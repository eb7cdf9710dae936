/* schedule.c - the run queue, and the moment when one thread stops and another goes on.
 *
 * One queue, one lock, first come first served. The lock is held across the switch: whoever wakes
 * the leaving thread on another hart waits until its registers are saved. The thread that goes on
 * releases it (switch_finish). The same lock guards the wait queues of wait.h. See thread.h. */

#include "lib/print.h"
#include "mm/space.h"
#include "riscv/sbi.h"
#include "sched/fp.h"
#include "sched/wait.h"

struct hart harts[MAX_HARTS];
u32 harts_online;
void (*handle_interrupts)(void);
void (*hart_busy_again)(void);

static struct spinlock sched_lock = SPINLOCK_INIT("scheduler");
static struct list run_queue = LIST_INIT(run_queue);

#define may_run_on(t, h) ((t)->affinity >> (h)->index & 1)

/* Puts `t` at the end of the queue. An idle hart that may run it is told to look; a busy one makes
 * room at its next tick anyway. */
static void
enqueue(struct thread *t)
{
    list_remove(&t->run_link);
    list_add_tail(&run_queue, &t->run_link);
    for (struct hart *h = harts; h < harts + harts_online; h++)
        if (h->sleeping && may_run_on(t, h)) {
            h->sleeping = false; /* the next thread to wake goes to another one */
            if (h != this_hart())
                sbi_send_ipi(1UL << h->id);
            return;
        }
}

void
switch_finish(void)
{
    struct thread *dead = this_hart()->dead;
    this_hart()->dead = NULL;
    spin_unlock(&sched_lock);
    if (dead)
        thread_free(dead);
}

/* The first thread of the queue that may run on this hart, or NULL. */
static struct thread *
first_for(const struct hart *h)
{
    struct thread *t;
    list_for_each (t, &run_queue, run_link)
        if (may_run_on(t, h))
            return t;
    return NULL;
}

/* The thread that runs next on this hart: the first of the queue, which leaves it; else `prev`, if
 * it can go on; else the idle thread. A `prev` that could go on makes room at the end of the
 * queue. */
static struct thread *
pick_next(struct hart *h, struct thread *prev)
{
    struct thread *next = first_for(h);
    bool can_go_on = prev->state == THREAD_RUNNABLE && prev != h->idle;
    if (can_go_on && !next && may_run_on(prev, h))
        return prev;
    if (can_go_on)
        enqueue(prev);
    if (!next)
        return h->idle;
    list_remove(&next->run_link);
    return next;
}

void
schedule(void)
{
    struct thread *prev = current();
    struct hart *h = prev->hart;
    spin_lock(&sched_lock);
    __atomic_fetch_and(&prev->work, ~WORK_RESCHED, __ATOMIC_SEQ_CST);
    struct thread *next = pick_next(h, prev);
    h->sleeping = next == h->idle;
    if (next != prev) {
        u64 now = rdtime();
        prev->run_ticks += now - prev->stamp;
        next->stamp = now;
        if (prev == h->idle)
            hart_busy_again();
        fp_switch(h, next);
        space_activate(next->space);
        next->hart = h;
        prev->on_hart = false;
        next->on_hart = true;
        if (prev->state == THREAD_DEAD)
            h->dead = prev;
        /* Returns when another thread switches back to `prev`, perhaps on another hart. */
        context_switch(&prev->context, &next->context, next);
    }
    switch_finish();
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
    spin_guard(&sched_lock);
    return t->run_ticks + (t->on_hart ? rdtime() - t->stamp : 0);
}

/* --- waiting and waking ---------------------------------------------------------------------- */

/* Makes a thread RUNNABLE that is in one of these states; false if it is in none. The scheduler's
 * lock is held. It takes a compare-and-swap all the same, because a thread changes its own state
 * without the lock: it may just be on its way into another one. */
static bool
end_wait(struct thread *t, u32 states)
{
    enum thread_state state = __atomic_load_n(&t->state, __ATOMIC_RELAXED);
    do {
        if (!(state & states))
            return false;
    } while (!__atomic_compare_exchange_n(&t->state, &state, THREAD_RUNNABLE, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    /* Still on its hart: it has announced a wait but not given up the hart. It just goes on. */
    if (!t->on_hart && list_empty(&t->run_link))
        enqueue(t);
    return true;
}

/* Whoever wakes has just written what the other waits for. That must be seen before we look at its
 * state or queue: the other half of thread_announce's fence. */
bool
thread_end_wait(struct thread *t, u32 states)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    spin_guard(&sched_lock);
    return end_wait(t, states);
}

/* A thread that gets a hart after the lock was ours here sees its `work`; one that already runs is
 * sent into the kernel, and so past it. */
void
thread_interrupt(struct thread *t)
{
    if (!thread_end_wait(t, THREAD_SLEEPING) && t->on_hart && t->hart != this_hart())
        sbi_send_ipi(1UL << t->hart->id);
}

void
thread_set_affinity(struct thread *t, u64 mask)
{
    spin_lock(&sched_lock);
    t->affinity = mask;
    if (!list_empty(&t->run_link))
        enqueue(t); /* a hart that may run it now is told */
    spin_unlock(&sched_lock);
    __atomic_fetch_or(&t->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
    if (t != current())
        thread_interrupt(t); /* to leave a hart that it may not run on any more */
}

void
wait_enter(struct waiter *w, struct waitqueue *q)
{
    spin_guard(&sched_lock);
    w->thread = current();
    list_add_tail(&q->waiters, &w->link);
}

void
wait_leave(struct waiter *w)
{
    spin_guard(&sched_lock);
    list_remove(&w->link);
    thread_announce(THREAD_RUNNABLE);
}

/* A waiter enters the queue before it looks at its condition; whoever wakes has changed the
 * condition before it looks at the queue. So either we see the waiter, or it sees what it waits
 * for. */
void
wake_all(struct waitqueue *q)
{
    struct waiter *w;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&q->waiters.next, __ATOMIC_RELAXED) == &q->waiters)
        return;
    spin_guard(&sched_lock);
    list_for_each (w, &q->waiters, link)
        end_wait(w->thread, THREAD_SLEEPING | THREAD_BLOCKED);
}

#define try_to_take(m) (!__atomic_exchange_n(&(m)->taken, 1, __ATOMIC_ACQUIRE))

/* The condition of the wait takes the lock: if it only looked, another could take it in between. */
int
mutex_lock(struct mutex *m)
{
    bool got = try_to_take(m);
    if (!got)
        WAIT_BLOCKED(&m->wait, (got = try_to_take(m)) || ending());
    return got ? 0 : -EINTR;
}

void
mutex_unlock(struct mutex *m)
{
    __atomic_store_n(&m->taken, 0, __ATOMIC_RELEASE);
    wake_all(&m->wait);
}

/* --- idle harts ------------------------------------------------------------------------------ */

bool
preemption_point(void)
{
    handle_interrupts();
    if (has_work(WORK_RESCHED))
        schedule();
    return ending();
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
