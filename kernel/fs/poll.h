/* poll.h - waiting for any of several files: what ppoll and pselect6 share.
 *
 * Each entry has waiters of its own, which stand in the queues of its file for as long as the set
 * lasts; so a file tells all who poll it with the one wake-up that it has anyway. */
#pragma once

#include "fs/file.h"
#include "sched/wait.h"

struct poll_entry {
    struct list link;  /* in the set, in the order of poll_add */
    struct file *file; /* one reference, or NULL */
    int fd;
    u16 wanted, ready; /* POLLIN ... */
    struct waiter waiters[POLL_WAITERS];
};

/* Adds descriptor `fd` with its file, whose reference the set takes over; without a file the entry
 * is ready from the start if it says so (POLLNVAL), else never. The entry, or NULL without memory. */
struct poll_entry *poll_add(struct list *set, int fd, struct file *f, u32 wanted);
/* Waits until an entry is ready, the deadline (rdtime ticks, ~0: none) or a signal. The number of
 * entries whose `ready` is not 0; 0 at the deadline; -EINTR. */
int poll_any(struct list *set, u64 deadline_ticks);
/* The end of a set: leaves all queues and puts the files. */
void poll_end(struct list *set);

/* For the poll operation of files: enters `w` (NULL: does nothing) in `q`. */
void poll_wait(struct waiter *w, struct waitqueue *q);
