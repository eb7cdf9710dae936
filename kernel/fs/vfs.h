/* vfs.h - names: from a path to an inode, and the changes of the tree.
 *
 * One tree: ramfs from the initrd, /dev and /proc inside it. Working directory and umask belong to
 * `struct fsinfo`, which threads share. */
#pragma once

#include "fs/file.h"

struct fsinfo;
struct fsinfo *fsinfo_create(void);
struct fsinfo *fsinfo_copy(struct fsinfo *from);
void fsinfo_get(struct fsinfo *i);
void fsinfo_put(struct fsinfo *i);

/* Builds the tree from the initrd(s) at boot. Panics with a clear message for a bad archive. */
void vfs_init(void);

/* Opens `path` (kernel string) relative to the current process' working directory, as openat(2)
 * with AT_FDCWD. NULL and *err set on failure. For exec and the kernel itself. */
struct file *vfs_open(const char *path, u32 flags, u32 mode, int *err);

/* May the file be executed (mode bits, regular)? 0, -EACCES. */
int vfs_may_execute(struct file *f);

/* The absolute path of an open file's inode, for /proc/self/exe and maps. Length or -errno. */
s64 vfs_path(struct inode *i, char *buf, size_t size);

/* --- files whose content a function prints (registered by floors above: proc, time, mm) ---------- */
struct printer; /* grows as text is added */
void print_to(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void print_bytes(struct printer *p, const void *data, size_t n);

/* /proc/NAME for the whole system. */
void proc_register(const char *name, void (*print)(struct printer *p));
/* /proc/PID/NAME: `pid` exists when the function is called, but may end meanwhile. */
void proc_register_pid(const char *name, int (*print)(struct printer *p, int pid));
/* /proc/PID/NAME as a symbolic link. `read` returns the length or -errno. */
void proc_register_pid_link(const char *name, s64 (*read)(int pid, char *buf, size_t size));
/* How fs asks floor 7 which processes exist: next pid > `after`, or 0. And who asks. */
struct process_view {
    int (*next_pid)(int after);
    bool (*exists)(int pid);
    int (*current_pid)(void);
    struct files *(*current_files)(void);
    struct fsinfo *(*current_fsinfo)(void);
    /* terminal: send `signal` to process group; the current process' group and session */
    void (*signal_group)(int pgrp, int signal);
    int (*current_pgrp)(void);
    int (*current_session)(void);
};
extern struct process_view process_view; /* filled by proc/ at start */
