/* dev.h - what the kernel itself puts into the tree: /dev and /proc.
 *
 * Not the drivers: those are in kernel/dev, and reach /dev through ports.c. After vfs_init programs
 * find everything here by its path alone. Numbers of devices are Linux's
 * (Documentation/admin-guide/devices.txt). */
#pragma once

#include "fs/file.h"

#define DEVICE_ZERO MAKE_DEVICE(1, 5)

/* Fills the buffer with zeros, or with bytes of the one generator, which never waits. The count,
 * which is short before a bad address, or when a signal has come: 256 bytes come whole, whatever
 * signals do. -EFAULT when none could come. */
s64 dev_fill(struct buffer b, u64 n, bool zeros);
/* Makes the nodes in /dev. After ports_init. */
void dev_init(void);
/* Enters a node, in place of what stands at this path. Takes over the reference to `i`; NULL, as
 * when there was no memory for it, gives a warning. At boot. */
void dev_add(const char *path, struct inode *i);
/* Makes /proc. What it tells of processes: process_view of vfs.h. */
void proc_init(void);
