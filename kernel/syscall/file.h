/* file.h - what the system calls about files share: fetching descriptors and paths.
 *
 * For file_*.c alone. Those check arguments and convert layouts; the work is done in fs/. What is
 * fetched here comes with a reference, and each call puts it before it returns. Source: section 2
 * of the Linux manual, a page for each call. */
#pragma once

#include "fs/path.h"
#include "proc/process.h"
#include "syscall/syscall.h"

/* The open file of descriptor argument `fd` with a reference, or NULL (-EBADF): also for files of
 * O_PATH, on which few calls work. Those use fd_get. */
struct file *file_of(u64 fd);

/* A user address as the place of a transfer, or of a path. */
#define user_buffer(addr) ((struct buffer){ .user = (addr) })

/* The inode that (dirfd, path, AT_ flags) name, with a reference; NULL on failure. */
#define inode_of(dirfd, path, flags, out) path_lookup(dirfd, user_buffer(path), flags, out)

/* What a transfer's result means to the program: a wait that a signal ended may be restarted, and
 * -EPIPE comes with SIGPIPE. */
s64 transfer_result(s64 result);
