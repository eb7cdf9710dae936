/* procfd.c - /proc/self/fd: the open files of the process that asks, as links.
 *
 * Following one leads to the very inode, so /dev/stdin opens a pipe that has no name. For other
 * processes the directory is empty: their tables are not ours to look into. */
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
#include "fs/proc.h"
#include "lib/print.h"

static struct file *
file_of(const struct proc_node *node, int fd)
{
    if (node->pid != fs_current()->pid)
        return NULL;
    return fd_get(fd);
}

static int
fd_follow(struct inode *i, struct inode **out)
{
    const struct proc_node *node = i->data;
    struct file *f = file_of(node, node->fd);
    if (!f)
        return -ENOENT;
    inode_get(*out = f->inode);
    file_put(f);
    return 0;
}

/* Only a text: what has no path is called pipe:[7], and following the link still works. */
static s64
fd_readlink(struct inode *i, char *buf, size_t size)
{
    struct inode *target;
    int err = fd_follow(i, &target);
    if (err)
        return err;
    s64 n = vfs_path(target, buf, size);
    inode_put(target);
    return n;
}

static const struct inode_ops fd_link_ops = { .readlink = fd_readlink,
                                              .follow = fd_follow,
                                              .release = proc_release };

static int
fd_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    struct proc_node node = { .pid = ((struct proc_node *)dir->data)->pid, .fd = proc_parse(name) };
    struct file *f = file_of(&node, node.fd);
    if (!f)
        return -ENOENT;
    file_put(f);
    u32 slot = PROC_FD_LINKS + (u32)node.fd;
    return proc_make(dir, name, &fd_link_ops, S_IFLNK | 0700, slot, &node, out);
}

/* Positions: 2 for descriptor 0 and so on. */
static void
fd_list(struct inode *dir, struct dir_sink *sink)
{
    int pid = ((struct proc_node *)dir->data)->pid, fd = (int)(sink->position - 2);
    char name[16];
    if (pid != fs_current()->pid)
        return;
    for (; fd < MAX_FDS; fd++) {
        struct file *f scoped_file = fd_get(fd);
        if (!f)
            continue;
        snprintf(name, sizeof(name), "%d", fd);
        if (!dir_emit(sink, name, proc_number(pid, PROC_FD_LINKS + (u32)fd), S_IFLNK, (u64)fd + 3))
            return;
    }
}

const struct inode_ops proc_fd_dir_ops = {
    .file_ops = &dir_file_ops, .lookup = fd_lookup, .list = fd_list, .release = proc_release
};
