/* poll.h - waiting for several descriptors; the values are the kernel's.
 *
 * A negative time-out waits for ever. Returns how many descriptors have something to tell. */
#ifndef POSTERN_POLL_H
#define POSTERN_POLL_H

#include <asm/poll.h>

typedef unsigned long nfds_t;

int poll(struct pollfd *fds, nfds_t count, int timeout_ms);

#endif
