/* wait.h - wait queues: the one way to wait for anything.
 *
 * A pipe, a futex, a child, a terminal, a timer: each has a queue; who waits puts a waiter of its
 * own stack in it (or in several, as poll does), says so in its state, looks at the condition once
 * more, and only then gives up the hart. So no wake-up is lost:
 *
 *     struct waiter w;
 *     wait_enter(&w, &pipe->readers);
 *     while (wait_prepare(), pipe_empty(pipe)) {
 *         if (interrupted()) { err = -EINTR; break; }
 *         schedule();                               // with no spin lock held
 *     }
 *     wait_leave(&w);
 *
 * WAIT_EVENT below is just this loop. */
#pragma once

#include "sched/thread.h"

struct waitqueue {
    struct spinlock lock;
    struct list waiters;
};

struct waiter {
    struct list link;
    struct thread *thread;
    struct waitqueue *queue;
};

void waitqueue_init(struct waitqueue *q);
void wait_enter(struct waiter *w, struct waitqueue *q);
/* Makes the current thread SLEEPING: from here on a wake-up is remembered. */
void wait_prepare(void);
/* Takes the waiter out and makes the thread RUNNABLE again. */
void wait_leave(struct waiter *w);

/* Wakes all waiters, or at most n of them in order of arrival. Any lock but the scheduler's may
 * be held. */
u32 wake_some(struct waitqueue *q, u32 n);

/* Without the queue's lock when nobody waits. Who waits enters the queue and then looks at what it
 * waits for; the caller has changed that and now looks at the queue. With a full fence on both
 * sides (thread_announce has the other) either we see the waiter, or it sees the change. */
static inline void
wake_all(struct waitqueue *q)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!list_empty(&q->waiters))
        wake_some(q, ~0U);
}

/* Waits until `cond` holds; 0, or -EINTR if a signal came first. `cond` is evaluated with no lock
 * held and must take what it needs. */
#define WAIT_EVENT(q, cond)                                                                        \
    ({                                                                                             \
        struct waiter w_;                                                                          \
        int err_ = 0;                                                                              \
        wait_enter(&w_, (q));                                                                      \
        while (wait_prepare(), !(cond)) {                                                          \
            if (interrupted()) {                                                                   \
                err_ = -EINTR;                                                                     \
                break;                                                                             \
            }                                                                                      \
            schedule();                                                                            \
        }                                                                                          \
        wait_leave(&w_);                                                                           \
        err_;                                                                                      \
    })
