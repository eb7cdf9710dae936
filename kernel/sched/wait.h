/* wait.h - wait queues: the one way to wait for anything.
 *
 * A pipe, a futex, a child, a terminal, a timer: each has a queue. A thread that waits puts a
 * waiter of its own stack in it (or in several, as poll does), says so in its state, looks at the
 * condition once more, and only then gives up the hart. So no wake-up is lost. A queue knows no
 * condition; every waiter looks for itself. All queues are guarded by the scheduler's lock. A wait
 * with a deadline is WAIT_UNTIL (time/timer.h). */
#pragma once

#include <asm/errno.h>
#include "sched/thread.h"

struct waitqueue {
    struct list waiters;
};

struct waiter {
    struct list link;
    struct thread *thread;
};

#define waitqueue_init(q) list_init(&(q)->waiters)
void wait_enter(struct waiter *w, struct waitqueue *q);
/* Makes the current thread SLEEPING: from here on a wake-up is remembered. */
#define wait_prepare() thread_announce(THREAD_SLEEPING)
/* Takes the waiter out and makes the thread RUNNABLE again. */
void wait_leave(struct waiter *w);

/* Wakes all waiters. Any lock but the scheduler's may be held; none is taken if nobody waits. */
void wake_all(struct waitqueue *q);

/* The loop around a wait in this state: until `cond` holds, which gives 0, or until `sleep`, which
 * gives up the hart, has another answer than 0. Both are evaluated with no spin lock held. */
#define WAIT_LOOP(q, state, cond, sleep)                                                           \
    ({                                                                                             \
        struct waiter w_;                                                                          \
        int err_ = 0;                                                                              \
        wait_enter(&w_, (q));                                                                      \
        for (thread_announce(state); !err_ && !(cond); thread_announce(state))                     \
            err_ = (sleep);                                                                        \
        wait_leave(&w_);                                                                           \
        err_;                                                                                      \
    })

/* Waits in this state until a wake-up: 0. While there is a signal to take nobody sleeps: -EINTR. */
static inline int
schedule_in(enum thread_state state)
{
    if (state == THREAD_SLEEPING && interrupted())
        return -EINTR;
    schedule();
    return 0;
}

/* Waits until `cond` holds: 0; -EINTR if a signal came first. */
#define WAIT_EVENT(q, cond) WAIT_LOOP(q, THREAD_SLEEPING, cond, schedule_in(THREAD_SLEEPING))

/* Waits until `cond` holds, whatever signals come: `cond` has to look for the end of the task. */
#define WAIT_BLOCKED(q, cond)                                                                      \
    ((void)WAIT_LOOP(q, THREAD_BLOCKED, cond, schedule_in(THREAD_BLOCKED)))

/* A lock for long work: who holds it may sleep and be preempted, and who wants it sleeps. Spin
 * locks are taken inside of it, never outside. */
struct mutex {
    u32 taken; /* 0 or 1: the processor exchanges no bytes */
    struct waitqueue wait;
};

#define mutex_init(m) waitqueue_init(&(m)->wait)
/* 0; or -EINTR without the lock, when the task must end. */
int mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
