/* wait.c - wait queues. See wait.h for the loop that uses them. */

#include "sched/wait.h"

void
waitqueue_init(struct waitqueue *q)
{
    spin_init(&q->lock, "wait queue");
    list_init(&q->waiters);
}

void
wait_enter(struct waiter *w, struct waitqueue *q)
{
    w->thread = current();
    w->queue = q;
    spin_lock(&q->lock);
    list_add_tail(&q->waiters, &w->link);
    spin_unlock(&q->lock);
}

void
wait_prepare(void)
{
    /* Before the condition is looked at: a wake-up between the look and schedule() must find us
     * SLEEPING, or it would be lost. */
    __atomic_store_n(&current()->state, THREAD_SLEEPING, __ATOMIC_SEQ_CST);
}

void
wait_leave(struct waiter *w)
{
    spin_lock(&w->queue->lock);
    list_remove(&w->link);
    spin_unlock(&w->queue->lock);
    __atomic_store_n(&current()->state, THREAD_RUNNABLE, __ATOMIC_SEQ_CST);
}

u32
wake_some(struct waitqueue *q, u32 n)
{
    u32 woken = 0;
    struct waiter *w;
    spin_lock(&q->lock);
    list_for_each (w, &q->waiters, link) {
        if (woken == n)
            break;
        thread_wake(w->thread);
        woken++;
    }
    spin_unlock(&q->lock);
    return woken;
}

void
wake_all(struct waitqueue *q)
{
    wake_some(q, ~0U);
}
