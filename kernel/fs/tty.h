/* tty.h - byte devices as files: /dev/console, /dev/tty and /dev/virtio-ports/NAME.
 *
 * Both kinds are a struct port: where bytes come from, where they go, who waits. The terminal, of
 * which there is one, has a line discipline between; at the other ports bytes pass as they are. The
 * terminal's keyboard and screen are the devices "postern.tty.in" and "postern.tty.out" when the
 * machine has them, else the UART. */
#pragma once

#include "fs/inode.h"
#include "fs/ldisc.h"
#include "sched/wait.h"
#include <asm/termios.h>

struct chardev;
struct tty;

struct port {
    struct chardev *in, *out; /* the same device but for the terminal */
    struct waitqueue wait;    /* for either direction */
    struct tty *tty;          /* NULL for those that are no terminal */
};

struct tty {
    struct spinlock lock; /* all below but the queue */
    struct ldisc ldisc;
    struct winsize size;
    int session, group; /* it controls this session; ^C goes to this group. 0: none */
    bool hung_up;       /* the keyboard has gone: reads give end of file */
    struct port port;
};

extern struct tty console;
extern const struct inode_ops port_inode_ops, current_tty_ops;

/* After all devices, before /dev. */
void tty_init(void);
/* The device node of `d`, or NULL without memory. From then on `d` wakes who waits for it. */
struct inode *port_inode(struct chardev *d, u32 rdev);
/* A device has input or room: looks at once, and wakes who waits. */
void port_changed(struct chardev *d);

/* Does the terminal control the current process' session? */
bool tty_is_ours(struct tty *t);
/* The leader of `session` ends. If the session had the terminal, it has it no more; returns the
 * foreground group, which the caller tells, else 0. */
int tty_leader_ends(int session);
s64 tty_ioctl(struct file *f, u32 request, u64 arg);
