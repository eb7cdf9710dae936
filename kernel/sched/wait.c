/* wait.c - wait queues: lists of who waits for one thing. See wait.h for the loop that uses them.
 *
 * Not here: what is waited for. A queue knows no condition; every waiter looks for itself. */

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
    thread_announce(THREAD_SLEEPING);
}

void
wait_leave(struct waiter *w)
{
    spin_lock(&w->queue->lock);
    list_remove(&w->link);
    spin_unlock(&w->queue->lock);
    thread_announce(THREAD_RUNNABLE);
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
