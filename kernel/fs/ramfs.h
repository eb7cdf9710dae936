/* ramfs.h - the content of regular files, and the first files there are. For fs/ alone.
 *
 * Other rooms read and write through an open file (file.h), which checks access first; here nobody
 * asks. Bytes are kept in pages.c, moved and offered to mmap by ramfs.c. Source: read(2), write(2),
 * lseek(2). */
#pragma once

#include "fs/inode.h"

/* Bytes of a file into a buffer, or from one into the file, from `pos` on, 0 < n, of one page at
 * most. The count, which is short at the end of the page or the file or before a bad address; when
 * nothing went: 0 at the end, -EFAULT, -ENOSPC, -EFBIG. The caller holds io_lock, unless nobody
 * else knows the file yet. The space's lock may be held if the buffer is the kernel's
 * (/proc/PID/maps prints so). */
s64 inode_read(struct inode *i, struct buffer to, u64 n, u64 pos);
s64 inode_write(struct inode *i, struct buffer from, u64 n, u64 pos);

/* The last reference is gone: no name, no open file, no area shows these bytes any more. */
void ramfs_release(struct inode *i);

/* read(2) on it. */
s64 ramfs_read(struct file *f, struct buffer to, u64 n, u64 *pos);
extern const struct file_ops ramfs_file_ops;

/* Fills the tree, which must have a root, from the archives in memory (initrd.c). Panics when there
 * is no initrd, or no archive in it. Once, at boot; devices and /proc are made later, and win over
 * what an archive has at their place. */
void initrd_unpack(void);
