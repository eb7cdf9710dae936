/* ports.h - byte devices as files: /dev/console and /dev/virtio-ports/NAME.
 *
 * Each is a struct port: where bytes come from, where they go, who waits. Bytes pass as they are.
 * The console's devices are "postern.tty.in" and "postern.tty.out" when the machine has them, else
 * the UART. The terminal, if it is built, puts itself between the console and the programs
 * (annex/terminal). */
#pragma once

#include "fs/inode.h"
#include "sched/wait.h"

struct chardev;

/* What inode->data of a port's inode points at. */
struct port {
    struct chardev *in, *out; /* the same device but for the console */
    struct waitqueue wait;    /* for either direction */
    /* Fetches at most n bytes, and at most a page, for a read. A count, or -EAGAIN when there is
     * not enough yet: then it is asked again after each change, until *deadline (ticks), which it
     * may set. */
    s64 (*take)(struct port *p, char *page, u64 n, bool wait, u64 *deadline);
    /* What a terminal makes of each piece that is written, twice as many bytes at most, which it
     * counts; NULL: they pass as they are. */
    size_t (*translate)(const char *in, size_t n, char *out);
};

extern struct port *console;
extern const struct inode_ops port_inode_ops;

/* Finds the console. After all devices, before /dev. */
void ports_init(void);
/* The port of two devices (or of one, given twice), which from then on wake who waits for it. At
 * boot only, where a lack of memory is the end. */
struct port *port_join(struct chardev *in, struct chardev *out);

/* read(2) on a port: at most a page. */
s64 port_read(struct file *f, struct buffer b, u64 n, u64 *pos);
/* write(2) on a port. */
s64 port_write(struct file *f, struct buffer b, u64 n, u64 *pos);
