/* proc.h - /proc inside of fs: its entries, and the inodes made when they are looked up.
 *
 * For fs/ alone; other rooms register what they can tell by proc_register and its like (vfs.h).
 * Entries are made at boot and stay; inodes of /proc/PID come and go with their users. Source:
 * proc(5). */
#pragma once

#include "fs/inode.h"
#include "fs/vfs.h"

/* A name of /proc or of every /proc/PID. One of the three functions is set. */
struct proc_entry {
    struct list link; /* the names of /proc/PID */
    const char *name;
    u32 slot; /* distinguishes the names of one directory: for st_ino and getdents64 */
    void (*print)(struct printer *p);
    int (*print_pid)(struct printer *p, int pid);
    s64 (*read_link)(int pid, char *buf, size_t size);
};

/* What an inode of /proc stands for; in inode->data, freed with it. */
struct proc_node {
    const struct proc_entry *entry; /* NULL: a directory, or an open file */
    int pid, fd;
};

/* Makes /proc. After the tree has a root. */
void proc_init(void);
/* Registers what fs itself can tell: meminfo, cpuinfo, uptime ... */
void proc_init_files(void);

/* An inode for `node` (copied), named `name` in `dir`: the same st_ino whenever it is made. 0 and a
 * reference in *out, or -ENOMEM. */
int proc_make(struct inode *dir, const struct component *name, const struct inode_ops *ops,
              u32 mode, u32 slot, const struct proc_node *node, struct inode **out);
/* The st_ino of that inode. */
u64 proc_number(int pid, u32 slot);
/* The number that a name is, in decimal without leading zeros; -1 if it is none. */
int proc_parse(const struct component *name);
void proc_release(struct inode *i);

extern const struct inode_ops proc_print_ops;  /* a file that an entry prints */
extern const struct inode_ops proc_fd_dir_ops; /* /proc/PID/fd */
#define PROC_FD_LINKS 0x1000u                  /* slot of the link of descriptor 0 */
