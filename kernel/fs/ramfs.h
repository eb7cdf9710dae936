/* ramfs.h - the content of regular files. For fs/ alone.
 *
 * Other rooms read and write through an open file (file.h), which checks access first; here nobody
 * asks. Bytes are kept in pages.c, moved and offered to mmap by ramfs.c. Source: read(2), write(2),
 * lseek(2). */
#pragma once

#include "fs/inode.h"

enum direction { READ, WRITE, APPEND };

/* Moves bytes between a regular file and a buffer from *pos on, and *pos with them; to APPEND, *pos
 * becomes the end of the file first. Count, or -EFAULT, -ENOSPC, -EFBIG when nothing went. Takes
 * io_lock: *pos may be shared by all who read and write this inode. */
s64 inode_transfer(struct inode *i, struct buffer b, u64 n, u64 *pos, enum direction how);

/* The same at once and without io_lock, for a file that nobody else knows yet: the space's lock may
 * be held (/proc/PID/maps prints under it). */
s64 inode_move(struct inode *i, struct buffer b, u64 n, u64 pos, bool write);

/* lseek(2) with `end` for SEEK_END. */
s64 seek_to(u64 *pos, u64 end, s64 offset, int whence);

extern const struct file_ops ramfs_file_ops;
