/* ramfs.h - the content of regular files, and the first files there are. For fs/ alone.
 *
 * Other rooms read and write through an open file (file.h), which checks access first; here nobody
 * asks. Bytes are kept in pages.c, moved and offered to mmap by ramfs.c. Source: read(2), write(2),
 * lseek(2). */
#pragma once

#include "fs/inode.h"

/* Moves bytes between a regular file and a buffer, to the file if the buffer is a source; from *pos
 * on, and *pos with them. With `append`, *pos becomes the end of the file first. Count, or -EFAULT,
 * -ENOSPC, -EFBIG when nothing went. Takes io_lock: *pos may be shared by all who read and write
 * this inode. */
s64 inode_transfer(struct inode *i, struct buffer b, u64 n, u64 *pos, bool append);
/* The same at once and without io_lock, for a file that nobody else knows yet: the space's lock may
 * be held (/proc/PID/maps prints under it). */
s64 inode_move(struct inode *i, struct buffer b, u64 n, u64 pos);

extern const struct file_ops ramfs_file_ops;

/* Fills the tree, which must have a root, from the archives in memory (initrd.c). Panics when there
 * is no initrd, or no archive in it. Once, at boot; devices and /proc are made later, and win over
 * what an archive has at their place. */
void initrd_unpack(void);
