/* poll.h - waiting for any of several files: what ppoll and pselect6 share.
 *
 * Each entry has waiters of its own, which stand in the queues of its file for as long as the wait
 * lasts; so a file tells all who poll it with the one wake-up that it has anyway. */
#pragma once

#include "fs/file.h"
#include "sched/wait.h"

struct poll_entry {
    struct file *file; /* one reference; NULL: `ready` stays as it is */
    u32 wanted, ready; /* POLLIN ...; errors and hang-ups are always wanted */
    struct waiter waiters[POLL_WAITERS];
};

/* Entries in pieces, because no kernel object is larger than a page. */
#define POLL_CHUNK (PAGE_SIZE / sizeof(struct poll_entry))
struct poll_set {
    u32 count;
    struct poll_entry *chunk[MAX_FDS / POLL_CHUNK + 1];
};

/* A set of `count` empty entries: 0, -EINVAL for too many, -ENOMEM. And its end: puts the files. */
int poll_set_create(struct poll_set *set, u64 count);
void poll_set_destroy(struct poll_set *set);
struct poll_entry *poll_entry(struct poll_set *set, u32 i);

/* Waits until an entry is ready, the deadline (rdtime ticks, ~0: none) or a signal. The number of
 * ready entries, whose `ready` is not 0; 0 at the deadline; -EINTR. */
int poll_set_wait(struct poll_set *set, u64 deadline_ticks);

/* For the poll operation of files: enters `w` (NULL: does nothing) in `q`. */
void poll_wait(struct waiter *w, struct waitqueue *q);
