/* open.c - openat(2): find or make the inode, then make a file of it.
 *
 * Two halves: find_or_create knows names and flags about names, open_inode knows kinds and flags
 * about the content. Not here: descriptors, which the system call puts on the result (fd.c), and
 * O_TMPFILE, which is refused. Contracts are in vfs.h. Source: open(2). */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/names.h"
#include "fs/tree.h"
#include "fs/vfs.h"

/* What only open itself looks at; F_GETFL does not show it. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Of O_PATH: a place in the tree, and no operation but fstat and being a dirfd. */
static const struct file_ops path_file_ops = { .seek = NULL };

/* The inode to open, with a reference. A dangling link is no end: its target is made (unless
 * O_EXCL), because walk_last goes on behind it. */
static int
find_or_create(struct walk *w, u32 flags, u32 mode, struct inode **out)
{
    bool create = flags & O_CREAT, exclusive = create && (flags & O_EXCL);
    bool follow = !(flags & O_NOFOLLOW) && !exclusive;
    for (;;) {
        if (create && w->slash)
            return -EISDIR;
        int err = walk_last(w, follow, out);
        if (err == WALK_ON)
            continue;
        if (err == 0 && !exclusive)
            return 0;
        if (err == 0) {
            inode_put(*out);
            return -EEXIST;
        }
        if (!w->missing || !create)
            return err;
        *out = ramfs_inode(S_IFREG | (mode & 07777 & ~fsinfo_umask()));
        err = link_at(w, *out);
        if (err == 0)
            return 0;
        inode_put(*out);
        if (err != -EEXIST || exclusive) /* else somebody was faster: open that one */
            return err;
    }
}

/* O_TRUNC changes the file too, whatever the access mode says. */
static bool
may_write(u32 flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

/* Do kind and flags go together? */
static int
check_kind(const struct inode *i, u32 flags)
{
    if ((flags & O_DIRECTORY) && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (flags & O_PATH)
        return 0;
    if (S_ISLNK(i->mode))
        return -ELOOP;
    return S_ISDIR(i->mode) && (may_write(flags) || (flags & O_CREAT)) ? -EISDIR : 0;
}

/* From here on everything is taken back by one file_put. */
static struct file *
open_inode(struct inode *i, u32 flags, int *err)
{
    *err = check_kind(i, flags);
    if (*err)
        return NULL;
    struct file *f = file_create(&path_file_ops, i, flags, NULL);
    if (!f)
        *err = -ENOMEM;
    else if (S_ISREG(i->mode) && !(flags & O_PATH) && may_write(flags))
        *err = file_claim(f, 1);
    if (!*err && !(flags & O_PATH) && i->ops->open)
        *err = i->ops->open(i, f);
    if (*err) {
        file_put(f); /* with path_file_ops still: it was never open, there is nothing to release */
        return NULL;
    }
    if (!(flags & O_PATH))
        f->ops = i->ops->file_ops;
    if (flags & O_TRUNC)
        inode_truncate(i, 0); /* what is no regular file has nothing to lose */
    f->flags &= ~(u32)OPEN_ONLY;
    return f;
}

/* O_PATH forgets all flags that are about the content. */
struct file *
vfs_open_at(int dirfd, struct buffer path, u32 flags, u32 mode, int *err)
{
    struct walk w;
    struct inode *i;
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (flags & __O_TMPFILE)
        *err = -EOPNOTSUPP;
    else if ((flags & O_CREAT) && (flags & O_DIRECTORY))
        *err = -EINVAL;
    else
        *err = 0;
    if (*err)
        return NULL;
    *err = walk_begin(&w, dirfd, path);
    if (!*err)
        *err = find_or_create(&w, flags, mode, &i);
    walk_end(&w);
    if (*err)
        return NULL;
    struct file *f = open_inode(i, flags, err);
    inode_put(i);
    return f;
}

struct file *
vfs_open(const char *path, u32 flags, u32 mode, int *err)
{
    return vfs_open_at(AT_FDCWD, kernel_path(path), flags, mode, err);
}

int
vfs_may_execute(struct file *f)
{
    return S_ISREG(f->inode->mode) && (f->inode->mode & 0111) ? file_claim(f, -1) : -EACCES;
}
