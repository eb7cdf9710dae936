/* tty.h - the terminal: /dev/console and /dev/tty.
 *
 * There is one. Its keyboard and screen are the ports "postern.tty.in" and "postern.tty.out" when
 * the machine has them, else the UART. */
#pragma once

#include "fs/inode.h"
#include "fs/ldisc.h"
#include "sched/wait.h"
#include <asm/termios.h>

struct chardev;

struct tty {
    struct spinlock lock; /* all below but the queues */
    struct ldisc ldisc;
    struct waitqueue read_wait, write_wait;
    struct winsize size;
    int session, group;       /* it controls this session; ^C goes to this group. 0: none */
    bool hung_up;             /* the keyboard has gone: reads give end of file */
    struct chardev *in, *out; /* in NULL: bytes come by uart_receive */
};

extern struct tty console;

/* After the initrd is unpacked: the size of the window is in /run/winsize, if anywhere. */
void tty_init(void);

/* Does the terminal control the current process' session? */
bool tty_is_ours(struct tty *t);
/* The leader of `session` ends. If the session had the terminal, it has it no more; returns the
 * foreground group, which the caller tells, else 0. */
int tty_leader_ends(int session);
s64 tty_ioctl(struct file *f, u32 request, u64 arg);

extern const struct inode_ops console_inode, current_tty_inode;
