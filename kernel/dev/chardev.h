/* chardev.h - byte devices: what a driver offers and the file layer turns into files.
 *
 * A driver (virtio-serial: one device for each named port) fills a struct chardev and registers it;
 * fs/ makes /dev/virtio-ports/NAME of it, waits and copies to user memory. A driver never
 * waits and never sees a user address. Not here: files (fs/ports.c), the terminal. */
#pragma once

#include <asm/poll.h>
#include "lib/list.h"
#include "lib/types.h"

/* What holds now, as poll(2) tells it. */
#define CHARDEV_READABLE POLLIN  /* read would give bytes, or 0 for the end of input */
#define CHARDEV_WRITABLE POLLOUT /* write would take something, or fail for good */
#define CHARDEV_HUP      POLLHUP /* the other side has closed */

struct chardev {
    /* --- filled by the driver before it is registered, constant afterwards --- */
    const char *name; /* "postern.stdin"; lives for ever */
    /* Takes up to n > 0 bytes of input. The count; 0 at the end of input, which is told only when
     * everything that came before it has been read; -EAGAIN when nothing is there now. */
    s64 (*read)(struct chardev *d, void *buf, size_t n);
    /* Queues all of n bytes, 0 < n <= PAGE_SIZE. They are copied, so `buf` is free on return. The
     * count; -EAGAIN when there is no room now; -EPIPE when the other side is gone for good (the
     * writer gets SIGPIPE). */
    s64 (*write)(struct chardev *d, const void *buf, size_t n);
    /* CHARDEV_ bits. */
    u32 (*poll)(struct chardev *d);

    /* --- set by fs/ --- */
    /* The driver calls it, when not NULL, each time after a bit of poll() has appeared: input, end
     * of input, room. From an interrupt handler or not, but with no lock of the driver held: it
     * wakes threads and may call read, write and poll of the same device. */
    void (*changed)(struct chardev *d);
    void *user; /* of fs/ */

    struct list link; /* in the registry */
};

/* All that have names of their own. A driver adds them at boot, before vfs_init(), on one hart: if
 * it learns the names of its ports from the machine it polls for them first. */
extern struct list chardevs;

/* The serial port, for a terminal on a machine without such ports. */
extern struct chardev uart;
/* Called when a break has come on its line, if not NULL: in an interrupt, on any hart that takes
 * one, with no lock held. A break is no byte, and nobody reads it. */
extern void (*uart_break)(void);
