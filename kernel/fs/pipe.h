/* pipe.h - pipes: a byte stream from writers to readers through 64 KiB of memory. */
#pragma once

#include "fs/inode.h"

/* Both ends of a new pipe, each with one reference. `flags` O_NONBLOCK or 0. 0 or -ENOMEM. */
int pipe_create(u32 flags, struct file *ends[2]);
/* fcntl(F_GETPIPE_SZ): bytes, or -EBADF for what is no pipe. */
s64 pipe_capacity(const struct file *f);
