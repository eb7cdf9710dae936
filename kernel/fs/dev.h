/* dev.h - /dev: what stands there, and the devices that are not worth a file of their own.
 *
 * Not the drivers: those are in kernel/dev, and reach /dev through tty.c. After vfs_init programs
 * find everything here by its path alone. Numbers of devices are Linux's
 * (Documentation/admin-guide/devices.txt). */
#pragma once

#define DEVICE_ZERO MAKE_DEVICE(1, 5)

/* Makes /dev and its nodes. After tty_init. */
void dev_init(void);
