/* inode.h - what stands behind a name: a regular file, directory, link, pipe or device.
 *
 * One struct for all kinds. `ops` says what the kind does differently; what it holds is in the
 * union. Counted: names in the tree, open files, working directories, mapped areas each hold a
 * reference. An inode goes when the last one does, and its frames with it. Not here: names
 * (tree.h).
 *
 * Locks: `io_lock` is held over reads, writes and truncation of a regular file, however long they
 * are (so they are atomic against each other): it is no spin lock; `lock` guards size and pages and
 * comes after user memory in the order, because a page fault takes it. Attributes are single words,
 * read without a lock. */
#pragma once

#include "fs/file.h"
#include "fs/pages.h"
#include "lib/list.h"
#include "sched/wait.h"
#include "time/clock.h"

struct stat;
struct dir_sink;

/* A name inside a path: not NUL-terminated. */
struct component {
    const char *text;
    size_t length;
};

struct inode_ops {
    const struct file_ops *file_ops; /* of files that open() makes */
    /* Called by open: may count the file, or fail. */
    int (*open)(struct inode *i, struct file *f);
    /* Directories whose entries are made on demand, beside those in the tree: the inode of this
     * name with a reference, or -ENOENT; and all of them into the sink from its position on. */
    int (*lookup)(struct inode *dir, const struct component *name, struct inode **out);
    void (*list)(struct inode *dir, struct dir_sink *sink);
    /* Links that lead to an inode directly, whatever their text says (/proc/self/fd/N). */
    int (*follow)(struct inode *i, struct inode **out);
    void (*release)(struct inode *i); /* the last reference is gone; may be NULL */
};

struct inode {
    const struct inode_ops *ops;
    u32 refs, mode; /* S_IFMT and permission bits */
    u32 uid, gid, nlink;
    u32 device, rdev; /* st_dev: one number a file system; of device nodes, as makedev(3) */
    u64 number;       /* st_ino: never used twice */
    u64 size;         /* bytes; directories: position of the next child */
    int writers;      /* open files that may write it; below 0: that run it and forbid that */
    struct timespec64 accessed, modified, changed;
    struct dirent *name;  /* the newest, or what it was: under the tree's lock */
    struct list children; /* directories: struct dirent.in_parent, likewise */
    struct mutex io_lock;
    struct spinlock lock;
    union {
        struct pages pages; /* regular files, and the texts of links */
        struct pipe *pipe;  /* pipes */
        void *data;         /* devices, directories of /proc */
    };
};

enum { DEVICE_RAMFS = 1, DEVICE_PROC, DEVICE_PIPE }; /* st_dev */

/* makedev(major, minor) for numbers below 256, the same in every layout of dev_t. */
#define MAKE_DEVICE(major, minor) ((major) << 8 | (minor))

/* A new inode with one reference and no name; NULL without memory. Times are now. */
struct inode *inode_create(const struct inode_ops *ops, u32 device, u32 mode);
/* One of ramfs by the type in `mode`: regular file, directory or link. */
struct inode *ramfs_inode(u32 mode);
/* A symbolic link with a copy of n bytes of text. -ENAMETOOLONG is the caller's to check. */
struct inode *ramfs_symlink(const char *text, size_t n);
/* A character device node. */
struct inode *device_inode(const struct inode_ops *ops, u32 mode, u32 rdev, void *data);
/* Both ends of a new pipe(7), each an open file with one reference, of one inode without a name.
 * The last put of an end tells the other side; SIGPIPE is added to -EPIPE by the system call.
 * `flags` O_NONBLOCK or 0. 0 or -ENOMEM. */
int pipe_create(u32 flags, struct file *ends[2]);
#define inode_get(i) ref_get(i)
void inode_put(struct inode *i); /* NULL allowed */

/* `struct inode *i scoped_inode = NULL;` puts the reference when its block ends, by whatever
 * return. It must be initialised: what fails leaves it as it is. */
DEFINE_SCOPE_END(inode_put, struct inode *)
#define scoped_inode at_scope_end(inode_put_scope)

/* Everything stat(2) tells. */
void inode_stat(const struct inode *i, struct stat *st);
/* Content changed: mtime and ctime. Attributes or links changed: ctime only. */
void inode_modified(struct inode *i);
void inode_changed(struct inode *i);
/* truncate(2): 0, -EISDIR, -EINVAL for what else is no regular file and for a size that is negative
 * to the program, -ETXTBSY for a running program. */
int inode_truncate(struct inode *i, u64 size);

/* lseek(2), in a file or a listing. */
s64 inode_seek(struct file *f, s64 offset, int whence);

extern const struct inode_ops ramfs_dir_ops; /* directories whose entries are in the tree only */
