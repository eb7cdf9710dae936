/* dev.h - what the kernel itself puts into the tree: /dev and /proc.
 *
 * Not the drivers: those are in kernel/dev, and reach /dev through tty.c. After vfs_init programs
 * find everything here by its path alone. Numbers of devices are Linux's
 * (Documentation/admin-guide/devices.txt). */
#pragma once

#define DEVICE_ZERO MAKE_DEVICE(1, 5)

/* Makes the nodes in /dev. After tty_init. */
void dev_init(void);
/* Makes /proc. What it tells of processes: process_view of vfs.h. */
void proc_init(void);
