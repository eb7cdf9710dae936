/* file.h - open files: what a file descriptor stands for.
 *
 * A `struct file` is a position, flags and a table of operations. Ramfs files, directories, pipes,
 * terminals, /proc files and devices are each one small file with such a table. Counted; the last
 * put releases. Lock order: see lib/spinlock.h. Errors are negative errno everywhere. */
#pragma once

#include "lib/spinlock.h"
#include "lib/types.h"

struct file;
struct inode;
struct waiter;
struct stat;   /* <asm/stat.h> */
struct pager;

#define POLL_READ  0x001 /* as POLLIN, POLLOUT, POLLERR, POLLHUP of <asm/poll.h> */
#define POLL_WRITE 0x004
#define POLL_ERROR 0x008
#define POLL_HUP   0x010

struct file_ops {
    /* Bytes move between the file and user memory of the current space. Count or negative errno;
     * short counts are allowed; blocks unless O_NONBLOCK. `pos` is NULL for streams. */
    s64 (*read)(struct file *f, u64 user_buf, u64 n, u64 *pos);
    s64 (*write)(struct file *f, u64 user_buf, u64 n, u64 *pos);
    s64 (*seek)(struct file *f, s64 offset, int whence);        /* NULL: -ESPIPE */
    s64 (*ioctl)(struct file *f, u64 request, u64 arg);         /* NULL: -ENOTTY */
    /* Which POLL_ bits hold now. With `w`, first enters it in the queues that tell of changes
     * (w has room for two waiters). NULL: always ready. */
    u32 (*poll)(struct file *f, struct waiter *w);
    /* One directory entry at *pos through `emit`; NULL: -ENOTDIR. */
    s64 (*getdents)(struct file *f, u64 user_buf, u64 n);
    void (*release)(struct file *f);                             /* last reference gone */
};

struct file {
    const struct file_ops *ops;
    u32 refs;
    u32 flags;            /* O_ACCMODE, O_APPEND, O_NONBLOCK ... */
    struct spinlock lock; /* pos, flags */
    u64 pos;
    struct inode *inode;  /* what stat sees; never NULL (pipes have one of their own) */
    void *data;           /* of the ops */
};

struct file *file_create(const struct file_ops *ops, struct inode *inode, u32 flags, void *data);
void file_get(struct file *f);
void file_put(struct file *f);

s64 file_read(struct file *f, u64 user_buf, u64 n);
s64 file_write(struct file *f, u64 user_buf, u64 n);
/* Reads into kernel memory, for exec: short only at the end of the file. */
s64 file_read_kernel(struct file *f, void *buf, u64 n, u64 pos);

/* For mmap: the pager and object behind a regular file; -ENODEV for others. */
int file_pager(struct file *f, const struct pager **pager, void **object);

/* --- a process' table of descriptors ------------------------------------------------------------ */
#define MAX_FDS 1024

struct files;
struct files *files_create(void);
struct files *files_copy(struct files *from); /* fork; NULL without memory */
void files_get(struct files *fs);
void files_put(struct files *fs);
void files_close_on_exec(struct files *fs);

/* The file of fd with a reference, or NULL. `fds` may be shared by threads. */
struct file *fd_get(struct files *fs, int fd);
/* Installs f (takes over the caller's reference) at the lowest free fd >= min: fd or -EMFILE. */
int fd_install(struct files *fs, struct file *f, int min, bool cloexec);
/* Exactly there, closing what was there: fd or -EBADF. */
int fd_install_at(struct files *fs, struct file *f, int fd, bool cloexec);
int fd_close(struct files *fs, int fd);
int fd_cloexec_get(struct files *fs, int fd);
int fd_cloexec_set(struct files *fs, int fd, bool on);
