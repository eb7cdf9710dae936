/* timer.h - things to do at a moment.
 *
 * One list ordered by deadline under one lock; each hart sets its timer to the earlier of its next
 * tick and the first deadline. Handlers run from the timer interrupt, with no lock of ours held,
 * and must not sleep. Times are rdtime ticks ("_ticks"). */
#pragma once

#include <asm/errno.h>
#include "lib/list.h"
#include "riscv/csr.h"
#include "sched/wait.h"

#define TICK_HZ 100 /* how often a hart with work is interrupted, so that others may run */

#define NEVER (~0UL) /* a deadline that does not come */

struct timer {
    struct list link; /* empty when it is not armed */
    u64 deadline_ticks;
    u32 firing; /* how many harts run its handler now */
    void (*fire)(struct timer *t);
    struct thread *sleeper; /* of schedule_until */
};

#define timer_init(t, handler) (*(t) = (struct timer){ LIST_INIT((t)->link), .fire = (handler) })
/* Arms or re-arms; fires once at or after the deadline. */
void timer_set(struct timer *t, u64 deadline_ticks);
/* Disarms; when it returns the handler neither runs nor will run. Not for the handler itself. */
void timer_cancel(struct timer *t);

/* Called by trap/ on a timer interrupt: runs what is due, ticks, sets this hart's next one. */
void timer_interrupt(void);
/* Starts the tick of this hart: when it comes up, and each time it leaves its idle loop. */
void timer_start_hart(void);

/* Sleeps until the deadline, a wake-up or a signal. 0 when the deadline has passed, -EINTR for a
 * signal; when a wake-up came first, 0 too: the caller looks at its condition. The thread must have
 * called wait_prepare(). */
int schedule_until(u64 deadline_ticks);

/* The same, but -ETIMEDOUT when there is nothing left to sleep. */
static inline int
schedule_before(u64 deadline_ticks)
{
    return rdtime() >= deadline_ticks ? -ETIMEDOUT : schedule_until(deadline_ticks);
}

/* Waits until `cond` holds: 0; -EINTR if a signal came first, -ETIMEDOUT if the deadline did.
 * `cond` is evaluated with no spin lock held, `deadline` before each sleep. */
#define WAIT_UNTIL(q, cond, deadline) WAIT_LOOP(q, THREAD_SLEEPING, cond, schedule_before(deadline))
