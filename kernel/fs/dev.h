/* dev.h - /dev: what stands there, and the devices that are not worth a file of their own. */
#pragma once

#include "fs/inode.h"

/* Makes /dev and its nodes. After tty_init. */
void dev_init(void);

extern const struct file_ops zero_file_ops;
