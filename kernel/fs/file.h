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

/* Where bytes come from or go to: memory of the current program, or the kernel's own if `kernel` is
 * not NULL. */
struct buffer {
    char *kernel;
    u64 user;
};

/* Copies n bytes into the buffer, or out of it, from its byte `at` on. `from` NULL stands for
 * zeros. The count before a fault: n when all went well. */
size_t buffer_put(struct buffer b, u64 at, const void *from, size_t n);
size_t buffer_get(struct buffer b, u64 at, void *to, size_t n);

struct file_ops {
    /* Bytes move between file and buffer, from *pos on, which the operation moves under a lock of
     * its own. Count or negative errno; short counts are allowed; blocks unless O_NONBLOCK. Streams
     * leave *pos alone. NULL: -EINVAL, -EISDIR for a directory. */
    s64 (*read)(struct file *f, struct buffer b, u64 n, u64 *pos);
    s64 (*write)(struct file *f, struct buffer b, u64 n, u64 *pos);
    s64 (*seek)(struct file *f, s64 offset, int whence); /* NULL: -ESPIPE, pread too */
    s64 (*ioctl)(struct file *f, u32 request, u64 arg);  /* NULL: -ENOTTY */
    /* Which of POLLIN, POLLOUT, POLLERR, POLLHUP hold now. With `w`, first enters it in the queue
     * that tells of changes. NULL: always ready, and w->thread stays NULL. */
    u32 (*poll)(struct file *f, struct waiter *w);
    void (*release)(struct file *f); /* last reference gone; may be NULL */
};

struct file {
    const struct file_ops *ops;
    u32 refs;
    u32 flags; /* O_ACCMODE, O_APPEND, O_NONBLOCK ...: read and written whole */
    u64 pos;
    struct inode *inode; /* what stat sees; never NULL (pipes have one of their own) */
    u64 listing_end;     /* directories: the position where the listing ends (tree.c) */
    int claim;           /* what it has added to inode->writers: 1 to write it, -1 to run it */
};

/* A file with one reference, or NULL without memory. Takes a reference of its own to `inode`. Both
 * `inode` (NULL until then) and `ops` may be filled in later, before anybody else sees the file. */
struct file *file_create(const struct file_ops *ops, struct inode *inode, u32 flags);
#define file_get(f) ref_get(f)
void file_put(struct file *f); /* NULL allowed */

/* `struct file *f scoped_file = ...;` puts the reference when its block ends. */
DEFINE_SCOPE_END(file_put, struct file *)
#define scoped_file at_scope_end(file_put_scope)

/* read(2) and write(2) on an open file: -EBADF for the wrong access mode, -EFAULT for a range
 * outside of user space, else what the operation says. If `pos` is not NULL, pread(2) and
 * pwrite(2): the file's own position stays, and what cannot seek answers -ESPIPE. */
s64 file_read(struct file *f, struct buffer b, u64 n, u64 *pos);
s64 file_write(struct file *f, struct buffer b, u64 n, u64 *pos);
u32 file_poll(struct file *f, struct waiter *w);
/* Reads into kernel memory, for exec: short only at the end of the file. */
s64 file_read_kernel(struct file *f, void *buf, u64 n, u64 pos);

/* What mmap maps: the pager and object behind a regular file, with no reference taken (space_map
 * takes the area's). /dev/zero gives pager NULL: anonymous memory. -ENODEV for others. */
int file_pager(struct file *f, const struct pager **pager, void **object);

/* --- a process' table of descriptors --------------------------------------------------------- */
#define MAX_FDS 448 /* as many as fit in a page */

/* A table may be shared: by threads, and after clone(CLONE_FILES). The lock guards all words. */
struct files {
    u32 refs;
    int end; /* no descriptor from here on has ever been open */
    struct spinlock lock;
    struct file *file[MAX_FDS]; /* one reference each */
    bool cloexec[MAX_FDS];      /* FD_CLOEXEC; also read and written alone */
};

/* An empty table, for one owner; NULL without memory. Who shares one takes a reference instead:
 * ref_get. */
struct files *files_create(void);
/* Fills an empty table with the open files of another one, as fork does it. With `for_exec` without
 * those that FD_CLOEXEC closes; the old table still holds them, until it is put. Cannot fail. */
void files_copy(struct files *to, struct files *from, bool for_exec);
void files_put(struct files *fs); /* NULL allowed */

/* The file of descriptor fd of the current process, with a reference; NULL if it is not open. */
struct file *fd_get(int fd);
/* Makes f a descriptor of the current process: the lowest free number from `from` on, or -EMFILE.
 * O_CLOEXEC in `flags` sets FD_CLOEXEC, nothing else in them counts. Takes over the caller's
 * reference, and puts it on failure. */
int fd_install(struct file *f, int from, u32 flags);
/* The same at fd itself, in place of what was there, which is closed: fd or -EBADF. */
int fd_replace(struct file *f, int fd, u32 flags);
/* close(2): 0 or -EBADF. */
int fd_close(int fd);
