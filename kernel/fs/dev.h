/* dev.h - /dev: what stands there, and the devices that are not worth a file of their own.
 *
 * Not the drivers: those are in kernel/dev, and reach /dev through tty.c and port.c. vfs_init calls
 * dev_init once; after that programs find everything here by its path alone. Numbers of devices are
 * Linux's (Documentation/admin-guide/devices.txt). */
#pragma once

#include "fs/inode.h"

/* Makes /dev and its nodes. After tty_init. */
void dev_init(void);

extern const struct file_ops zero_file_ops;
