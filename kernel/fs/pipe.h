/* pipe.h - pipes: a byte stream from writers to readers through 64 KiB of memory.
 *
 * A pipe is two open files of one inode without a name. After pipe_create they are used like any
 * other file (file.h); the last put of an end tells the other side. Not here: named FIFOs, and
 * SIGPIPE, which the system call adds to -EPIPE. Source: pipe(7). */
#pragma once

#include "fs/inode.h"

/* Both ends of a new pipe, each with one reference. `flags` O_NONBLOCK or 0. 0 or -ENOMEM. */
int pipe_create(u32 flags, struct file *ends[2]);
