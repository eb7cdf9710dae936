/* file.h - open files: what a file descriptor stands for.
 *
 *   descriptors      open files            inodes             names (tree.h)
 *
 *   0 --+
 *   1 --+---------> struct file --+
 *                   position 17   +--> struct inode <----- "log" in /tmp
 *   5 ------------> struct file --+    mode, size, times   "old" in /tmp
 *                   position 0         pages
 *
 * A `struct file` is a position, flags and a table of operations. Ramfs files, directories, pipes,
 * terminals, /proc files and devices are each one small file with such a table. dup and fork share
 * it, another open makes a new one of the same inode. Counted; the last put releases.
 *
 * Lock order: see lib/spinlock.h. Errors are negative errno everywhere; a wait that a signal ended
 * answers -EINTR, and the system call decides whether to restart. */
#pragma once

#include <asm/poll.h>
#include "lib/spinlock.h"
#include "lib/types.h"

struct file;
struct inode;
struct waiter;
struct pager;

/* How many queues one file may ask a poller to wait in. */
#define POLL_WAITERS 2

/* Where bytes come from or go to: memory of the current program, or the kernel's own if `kernel` is
 * not NULL. */
struct buffer {
    char *kernel;
    u64 user;
};

/* Moves n bytes to (`from` NULL: zeros) or from the buffer, `at` bytes behind its start. The count
 * before a fault: n when all went well. */
size_t buffer_put(struct buffer b, u64 at, const void *from, size_t n);
size_t buffer_get(struct buffer b, u64 at, void *to, size_t n);

struct file_ops {
    /* Bytes move between file and buffer, from *pos on, which the operation moves under a lock of
     * its own. Count or negative errno; short counts are allowed; blocks unless O_NONBLOCK. Streams
     * leave *pos alone. NULL: -EINVAL. */
    s64 (*read)(struct file *f, struct buffer b, u64 n, u64 *pos);
    s64 (*write)(struct file *f, struct buffer b, u64 n, u64 *pos);
    s64 (*seek)(struct file *f, s64 offset, int whence); /* NULL: -ESPIPE, pread too */
    s64 (*ioctl)(struct file *f, u32 request, u64 arg);  /* NULL: -ENOTTY */
    /* Which of POLLIN, POLLOUT, POLLERR, POLLHUP hold now. With `w`, first enters waiters in the
     * queues that tell of changes: w points at POLL_WAITERS of them, unused ones keep queue NULL.
     * NULL: always ready. */
    u32 (*poll)(struct file *f, struct waiter *w);
    void (*release)(struct file *f); /* last reference gone; may be NULL */
};

struct file {
    const struct file_ops *ops;
    u32 refs;
    u32 flags; /* O_ACCMODE, O_APPEND, O_NONBLOCK ...: read and written whole */
    u64 pos;
    struct inode *inode; /* what stat sees; never NULL (pipes have one of their own) */
    void *data;          /* of the ops */
    int claim;           /* what it has added to inode->writers */
};

/* A file with one reference, or NULL without memory. Takes a reference of its own to `inode`.
 * `ops` may be filled in later, before anybody else sees the file. */
struct file *file_create(const struct file_ops *ops, struct inode *inode, u32 flags, void *data);
void file_get(struct file *f);
void file_put(struct file *f); /* NULL allowed */

/* read(2) and write(2) on an open file: -EBADF for the wrong access mode, -EFAULT for a range
 * outside of user space, else what the operation says. With `pos` as pread(2): the file's own
 * position stays, and -ESPIPE for what cannot seek. */
s64 file_read(struct file *f, struct buffer b, u64 n, u64 *pos);
s64 file_write(struct file *f, struct buffer b, u64 n, u64 *pos);
s64 file_seek(struct file *f, s64 offset, int whence);
s64 file_ioctl(struct file *f, u32 request, u64 arg);
u32 file_poll(struct file *f, struct waiter *w);
/* Reads into kernel memory, for exec: short only at the end of the file. */
s64 file_read_kernel(struct file *f, void *buf, u64 n, u64 pos);

/* Until its last put, f counts as one that may write its inode (`what` 1) or that runs it (-1). 0,
 * or -ETXTBSY if there are some of the other kind. */
int file_claim(struct file *f, int what);

/* For mmap: the pager and object behind a regular file, with no reference taken (space_map takes
 * the area's). /dev/zero gives pager NULL: anonymous memory. -ENODEV for others. */
int file_pager(struct file *f, const struct pager **pager, void **object);

/* --- a process' table of descriptors --------------------------------------------------------- */
#define MAX_FDS 480 /* as many as fit in a page */

struct files;
/* An empty table with one reference, or NULL without memory. */
struct files *files_create(void);
struct files *files_copy(struct files *from); /* fork; NULL without memory */
/* exec: `fs` with one more reference, or a copy if another process shares it; NULL without
 * memory. */
struct files *files_unshare(struct files *fs);
void files_get(struct files *fs);
void files_put(struct files *fs); /* NULL allowed */
void files_close_on_exec(struct files *fs);

/* The file of fd with a reference, or NULL. `fs` may be shared by threads. */
struct file *fd_get(struct files *fs, int fd);
/* The first open descriptor >= fd, or -1. For /proc/self/fd. */
int fd_next(struct files *fs, int fd);
/* One more than the highest number the current process may open. */
u64 fd_limit(void);
/* Installs f at the lowest free fd >= min. Takes over the caller's reference, and drops it on
 * failure. fd or -EMFILE. */
int fd_install(struct files *fs, struct file *f, int min, bool cloexec);
/* Exactly there, closing what was there: fd or -EBADF. The reference as above. */
int fd_install_at(struct files *fs, struct file *f, int fd, bool cloexec);
int fd_close(struct files *fs, int fd); /* 0 or -EBADF */
/* FD_CLOEXEC of fd, 0 or 1, or -EBADF; with `set` >= 0 it becomes that. */
int fd_cloexec(struct files *fs, int fd, int set);
