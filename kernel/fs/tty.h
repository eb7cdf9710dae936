/* tty.h - byte devices as files: /dev/console, /dev/tty and /dev/virtio-ports/NAME.
 *
 * Each is a struct port: where bytes come from, where they go, who waits. The terminal, of which
 * there is one, has a line discipline between; at the other ports bytes pass as they are. The
 * terminal's keyboard and screen are the devices "postern.tty.in" and "postern.tty.out" when the
 * machine has them, else the UART. */
#pragma once

#include "fs/inode.h"

struct chardev;
struct port;

extern struct port *console; /* the terminal's: data of its inodes */
extern const struct inode_ops port_inode_ops, current_tty_ops;

/* After all devices, before /dev. */
void tty_init(void);
/* The port of two devices (or of one, given twice), which from then on wake who waits for it. At
 * boot only, where a lack of memory is the end. */
struct port *port_join(struct chardev *in, struct chardev *out);

/* The leader of `session` ends. If the session had the terminal, it has it no more; returns the
 * foreground group, which the caller tells, else 0. */
int tty_leader_ends(int session);
