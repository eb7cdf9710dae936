/* vfs.h - from a path to an open file, who asks, and what fs asks of the rooms above.
 *
 * What the headers of this room stand for, and who holds whom:
 *
 *     vfs.h      who asks: descriptors, working directory, umask
 *       |  holds
 *       +------> file.h     an open file: a position, flags, and what can be done with it
 *       |           |  holds
 *       |           v
 *       +------> inode.h    what there is: type, attributes, and the bytes (pages.h)
 *                   ^
 *                   |  holds
 *                tree.h     a name: which inode stands in which directory
 *                   ^
 *                   |  looks up, for the time of one call
 *                path.h     a walk along names, "/bin/sh", from a directory to an inode
 *
 * What is held stays: an inode whose last name was removed lives on while a file is open. There is
 * one tree: ramfs, filled from the initrd, with /dev and /proc inside it. Errors are negative
 * errno. */
#pragma once

#include "fs/file.h"
#include "sched/thread.h"

/* Working directory and umask, which threads share, and clone(CLONE_FS). */
struct fsinfo {
    u32 refs;
    u32 umask;            /* a word by itself */
    struct spinlock lock; /* cwd */
    struct inode *cwd;    /* one reference */
};

/* What the file layer must know of who asks: the beginning of struct process (proc/process.h). */
struct fs_owner {
    int pid, pgrp, session;
    u32 serial;     /* no other process had it or will: a pid comes again */
    u64 open_limit; /* RLIMIT_NOFILE, MAX_FDS at most */
    struct files *files;
    struct fsinfo *fsinfo;
};

/* All kernel threads share it: no files, and the root as working directory. Process 1 begins with a
 * copy. */
extern struct fs_owner kernel_owner;

static inline struct fs_owner *
fs_current(void)
{
    return current()->process ? (struct fs_owner *)current()->process : &kernel_owner;
}

struct fsinfo *fsinfo_copy(struct fsinfo *from); /* NULL without memory */
void fsinfo_put(struct fsinfo *i);               /* NULL allowed */

/* A new working directory for the current process. 0 or -ENOTDIR. */
int fsinfo_chdir(struct inode *dir);

/* Builds the tree from the initrd(s) at boot. Panics with a clear message for a bad archive. After
 * the clock and all devices, before the first process. */
void vfs_init(void);

/* A string of the kernel as a path. */
#define kernel_path(path) ((struct buffer){ .kernel = (char *)(path) })

/* openat(2) for the current process, or the kernel itself: 0 and a file with one reference, or
 * -errno and *out as it was. With OPEN_EXECUTE also -EACCES for what is no program, and nobody can
 * open it for writing (-ETXTBSY) until its last put. */
int vfs_open(int dirfd, struct buffer path, u32 flags, u32 mode, struct file **out);
#define OPEN_EXECUTE 0x80000000u /* none of the O_ flags */

/* A file of `size` zero bytes without a name, open for both; NULL without memory. For shared
 * anonymous memory. */
struct file *vfs_anonymous(u64 size);

/* The absolute path of an inode, for getcwd, /proc/self/exe and maps; with " (deleted)" behind it
 * if it was removed. Its length, or -ENAMETOOLONG. A pipe without a name is "pipe:[7]", -ENOENT is
 * for what has none at all. `size` is 32 at least. */
s64 vfs_path(struct inode *i, char *buf, size_t size);

/* --- /proc ----------------------------------------------------------------------------------- */
struct printer; /* the text of one file, which grows by these */
void print_to(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void print_bytes(struct printer *p, const void *data, size_t n);
void print_path(struct printer *p, struct inode *i); /* nothing if it has none */

struct process;
struct space;

/* A name in a directory of /proc. Tables of them end with one without name and have at most 32. */
struct proc_entry {
    const char *name;
    u32 mode; /* S_IFREG; S_IFLNK: the text is where it leads; S_IFDIR */
    /* Its text, when it is looked up. Below /proc/PID of that process, with process_lock held... */
    void (*print)(struct printer *p, struct process *of);
    /* ... or of its space, with a reference and no lock (a zombie has none, and no text); */
    void (*print_space)(struct printer *p, struct space *s);
    const char *text;                 /* or always this. */
    const struct proc_entry *entries; /* of a directory; NULL: /proc/PID/fd */
};

/* The release of Linux whose ABI we follow: /proc/version and uname(2) say the same. */
#define KERNEL_RELEASE "6.12.0-postern"

/* What fs asks of kernel/proc, which fills it in at start. */
struct process_view {
    int (*next_pid)(int from, u32 *serial); /* the first pid >= from, and whose, or -1 */
    /* a file was cut: mapped pages of `object` from `page` on are to be forgotten by all */
    void (*forget_pages)(void *object, u64 page);
    const struct proc_entry *entries; /* of /proc/PID, and how one is printed: 0, or -ENOENT */
    int (*print)(struct printer *p, u32 serial, const struct proc_entry *e);
};
extern struct process_view process_view;
