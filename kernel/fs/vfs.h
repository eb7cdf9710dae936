/* vfs.h - names: from a path to an open file, and what fs asks of the floors above.
 *
 * One tree: ramfs from the initrd, /dev and /proc inside it. Working directory and umask belong to
 * `struct fsinfo`, which threads share. Errors are negative errno. */
#pragma once

#include "fs/file.h"
#include "sched/thread.h"

struct fsinfo;

/* What the file layer must know of who asks: the beginning of struct process (proc/process.h). */
struct fs_owner {
    int pid, pgrp, session;
    u64 open_limit; /* RLIMIT_NOFILE */
    struct files *files;
    struct fsinfo *fsinfo; /* NULL while the kernel itself opens files at boot */
};

/* The current process; NULL in a kernel thread. */
static inline struct fs_owner *
fs_current(void)
{
    return (struct fs_owner *)current()->process;
}

struct fsinfo *fsinfo_create(void); /* "/" and 022; NULL without memory */
struct fsinfo *fsinfo_copy(struct fsinfo *from);
void fsinfo_get(struct fsinfo *i);
void fsinfo_put(struct fsinfo *i); /* NULL allowed */

/* Of the current process: its working directory (with a reference) and umask. */
struct inode *fsinfo_cwd(void);
int fsinfo_chdir(struct inode *dir); /* takes a reference; -ENOTDIR */
u32 fsinfo_umask(void);
u32 fsinfo_set_umask(u32 mask); /* returns the one before */

/* Builds the tree from the initrd(s) at boot. Panics with a clear message for a bad archive. After
 * the clock and all devices, before the first process. */
void vfs_init(void);

/* A string of the kernel as a path. */
static inline struct buffer
kernel_path(const char *path)
{
    return (struct buffer){ .kernel = (char *)path };
}

/* openat(2) for the current process. NULL and *err set on failure. */
struct file *vfs_open_at(int dirfd, struct buffer path, u32 flags, u32 mode, int *err);
/* The same relative to the working directory. For exec and the kernel itself. */
struct file *vfs_open(const char *path, u32 flags, u32 mode, int *err);

/* A file of `size` zero bytes without a name, open for both; NULL without memory. For shared
 * anonymous memory. */
struct file *vfs_anonymous(u64 size);

/* May the file be executed (mode bits, regular)? 0, -EACCES, -ETXTBSY. Until its last put nobody
 * can open it for writing then. */
int vfs_may_execute(struct file *f);

/* The absolute path of an open file's inode, for /proc/self/exe and maps. Length or -errno. What
 * has no path gets "pipe:[7]" and -ENOENT is for nothing at all. */
s64 vfs_path(struct inode *i, char *buf, size_t size);

/* --- files whose content a function prints (registered by floors above: proc, time, mm) ------- */
struct printer; /* grows as text is added */
void print_to(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void print_bytes(struct printer *p, const void *data, size_t n);

/* The release of Linux whose ABI we follow: /proc/version and uname(2) say the same. */
#define KERNEL_RELEASE "6.12.0-postern"

/* /proc/NAME for the whole system; NAME may have slashes ("sys/kernel/pid_max"). After vfs_init. */
void proc_register(const char *name, void (*print)(struct printer *p));
/* /proc/PID/NAME: `pid` exists when the function is called, but may end meanwhile. 0 or -errno. */
void proc_register_pid(const char *name, int (*print)(struct printer *p, int pid));
/* /proc/PID/NAME as a symbolic link. `read` returns the length or -errno. */
void proc_register_pid_link(const char *name, s64 (*read)(int pid, char *buf, size_t size));
/* What fs asks of floor 7, which fills it in at start. */
struct process_view {
    int (*next_pid)(int after); /* the next pid there is, 0 at the end */
    bool (*exists)(int pid);
    void (*signal_group)(int pgrp, int signal); /* for the terminal */
    /* a file was cut: mapped pages of `object` from `page` on are to be forgotten by all */
    void (*forget_pages)(void *object, u64 page);
};
extern struct process_view process_view;
