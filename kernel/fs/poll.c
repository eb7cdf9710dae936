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

int
poll_set_create(struct poll_set *set, u64 count)
{
    *set = (struct poll_set){ 0 };
    if (count > MAX_FDS)
        return -EINVAL;
    for (u64 at = 0; at < count; at += POLL_CHUNK) {
        u64 n = MIN(count - at, POLL_CHUNK);
        struct poll_entry *chunk = kzalloc(n * sizeof(*chunk));
        if (!chunk) {
            poll_set_destroy(set);
            return -ENOMEM;
        }
        set->chunk[at / POLL_CHUNK] = chunk;
        set->count += (u32)n;
    }
    return 0;
}

struct poll_entry *
poll_entry(struct poll_set *set, u32 i)
{
    return &set->chunk[i / POLL_CHUNK][i % POLL_CHUNK];
}

void
poll_set_destroy(struct poll_set *set)
{
    for (u32 i = 0; i < set->count; i++)
        file_put(poll_entry(set, i)->file);
    for (u32 i = 0; i < ARRAY_SIZE(set->chunk); i++)
        kfree(set->chunk[i]);
}

void
poll_wait(struct waiter *w, struct waitqueue *q)
{
    if (w)
        wait_enter(w, q);
}

/* Asks every file; with `enter`, from then on each tells of changes. */
static int
ask_all(struct poll_set *set, bool enter)
{
    int ready = 0;
    for (u32 i = 0; i < set->count; i++) {
        struct poll_entry *e = poll_entry(set, i);
        if (e->file)
            e->ready =
                file_poll(e->file, enter ? e->waiters : NULL) & (e->wanted | POLLERR | POLLHUP);
        ready += e->ready != 0;
    }
    return ready;
}

/* After a wait the waiters are on our stack of pages no more: none may stay in a queue. */
static void
leave_all(struct poll_set *set)
{
    for (u32 i = 0; i < set->count; i++)
        for (u32 j = 0; j < POLL_WAITERS; j++)
            if (poll_entry(set, i)->waiters[j].thread)
                wait_leave(&poll_entry(set, i)->waiters[j]);
}

/* The thread is SLEEPING from wait_prepare on, so a change after the asking is not missed. */
static int
wait_ready(struct poll_set *set, u64 deadline_ticks)
{
    int ready, err = 0;
    while (wait_prepare(), !(ready = ask_all(set, false)) && !err) {
        if (deadline_ticks != ~0UL && rdtime() >= deadline_ticks)
            break;
        err = interrupted() ? -EINTR : schedule_until(deadline_ticks);
    }
    return ready ? ready : err;
}

/* Asked once while entering the queues: mostly something is ready, and nobody waits at all. */
int
poll_set_wait(struct poll_set *set, u64 deadline_ticks)
{
    struct waitqueue nobody; /* so that an empty set, too, is left by wait_leave */
    struct waiter w;
    waitqueue_init(&nobody);
    int ready = ask_all(set, true);
    if (ready == 0) {
        wait_enter(&w, &nobody);
        ready = wait_ready(set, deadline_ticks);
        wait_leave(&w);
    }
    leave_all(set);
    return ready;
}
