/* poll.c - waiting for any of several files. See poll.h.
 *
 * Every file is asked once while we enter its queues, and again after each wake-up; a change
 * between the question and the sleep wakes us, because we stand in the queue already. Not here: the
 * layouts of pollfd and fd_set (syscall/file_poll.c). Source: poll(2), select(2). */
#include "fs/poll.h"
#include <asm/errno.h>
#include "mm/kmalloc.h"
#include "riscv/csr.h"
#include "time/timer.h"

struct poll_entry *
poll_add(struct list *set, int fd, struct file *f, u32 wanted)
{
    struct poll_entry *e = kzalloc(sizeof(*e));
    if (!e) {
        file_put(f);
        return NULL;
    }
    e->file = f;
    e->fd = fd;
    e->wanted = (u16)wanted;
    list_add_tail(set, &e->link);
    return e;
}

void
poll_wait(struct waiter *w, struct waitqueue *q)
{
    if (w)
        wait_enter(w, q);
}

/* Asks every file; with `enter`, from then on each tells of changes. POLLRDNORM and POLLWRNORM mean
 * the same as POLLIN and POLLOUT, which is all that files know. */
static int
ask_all(struct list *set, bool enter)
{
    struct poll_entry *e;
    int ready = 0;
    list_for_each (e, set, link) {
        u32 got = e->file ? file_poll(e->file, enter ? e->waiters : NULL) : 0;
        got |= (got & POLLIN ? POLLRDNORM : 0) | (got & POLLOUT ? POLLWRNORM : 0);
        if (e->file)
            e->ready = got & e->wanted;
        ready += e->ready != 0;
    }
    return ready;
}

/* Mostly something is ready at the first question, and nobody waits at all. The thread is SLEEPING
 * from wait_prepare on, so a change after the asking is not missed. */
int
poll_any(struct list *set, u64 deadline_ticks)
{
    int ready = ask_all(set, true), err = 0;
    while (!ready && !err) {
        wait_prepare();
        ready = ask_all(set, false);
        if (ready || rdtime() >= deadline_ticks)
            break;
        err = schedule_until(deadline_ticks);
    }
    thread_announce(THREAD_RUNNABLE);
    return ready ?: err;
}

void
poll_end(struct list *set)
{
    struct poll_entry *e, *next;
    list_for_each_safe (e, next, set, link) {
        for (u32 k = 0; k < POLL_WAITERS; k++)
            if (e->waiters[k].queue)
                wait_leave(&e->waiters[k]);
        file_put(e->file);
        kfree(e);
    }
}
