/* poll.h - waiting for several descriptors; the values are the kernel's. */
#ifndef POSTERN_POLL_H
#define POSTERN_POLL_H

#include <asm/poll.h>

typedef unsigned long nfds_t;

int poll(struct pollfd *fds, nfds_t count, int timeout_ms);

#endif
