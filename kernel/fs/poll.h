/* poll.h - what the poll operation of a file does with the waiter that it is given.
 *
 * For files that may have to be waited for: pipes, terminals, ports. They enter the waiter first
 * and look at their state then, so that a change in between is told. How several files are waited
 * for at once is in annex/events/poll.c. Source: poll(2). */
#pragma once

#include "sched/wait.h"

/* Enters `w` in the queue that tells of changes, unless it is NULL: the file is only asked. The
 * fence is the waiter's half of what wake_all relies on. */
static inline void
poll_wait(struct waiter *w, struct waitqueue *q)
{
    if (w)
        wait_enter(w, q);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
