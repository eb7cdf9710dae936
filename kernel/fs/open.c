/* open.c - openat(2): find or make the inode, then make a file of it. */
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

static int
check_flags(u32 flags)
{
    if ((flags & __O_TMPFILE) || ((flags & O_CREAT) && (flags & O_DIRECTORY)))
        return flags & __O_TMPFILE ? -EOPNOTSUPP : -EINVAL;
    return 0;
}

/* A new regular file in front of which the walk has stopped. -EEXIST: somebody was faster. */
static int
create_last(struct walk *w, u32 mode, struct inode **out)
{
    struct inode *i = ramfs_inode(S_IFREG | (mode & 07777 & ~fsinfo_umask()));
    int err = link_at(w, i);
    if (err)
        inode_put(i);
    else
        *out = i;
    return err;
}

/* The inode to open, with a reference. *created tells a new one: nothing forbids opening it. */
static int
find_or_create(struct walk *w, u32 flags, u32 mode, struct inode **out, bool *created)
{
    bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
    bool follow = !(flags & O_NOFOLLOW) && !exclusive;
    for (;;) {
        if ((flags & O_CREAT) && w->slash)
            return -EISDIR;
        int err = walk_last(w, follow, out);
        if (err == WALK_ON)
            continue;
        if (err == 0 && exclusive) {
            inode_put(*out);
            return -EEXIST;
        }
        if (err == 0 || !w->missing || !(flags & O_CREAT))
            return err;
        err = create_last(w, mode, out);
        *created = err == 0;
        if (err != -EEXIST || exclusive)
            return err;
    }
}

/* Do kind and flags go together? */
static int
check_kind(const struct inode *i, u32 flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    if ((flags & O_DIRECTORY) && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (flags & O_PATH)
        return 0;
    if (S_ISLNK(i->mode))
        return -ELOOP;
    return S_ISDIR(i->mode) && writes ? -EISDIR : 0;
}

static struct file *
open_inode(struct inode *i, u32 flags, int *err)
{
    const struct file_ops *ops = flags & O_PATH ? &path_file_ops : i->ops->file_ops;
    struct file *f = file_create(ops, i, flags, NULL);
    *err = f ? 0 : -ENOMEM;
    if (f && !(flags & O_PATH) && i->ops->open)
        *err = i->ops->open(i, f);
    if (!f || *err) {
        if (f)
            f->ops = &path_file_ops; /* it was never open: nothing to release */
        file_put(f);
        return NULL;
    }
    f->flags &= ~(u32)OPEN_ONLY;
    return f;
}

static struct file *
open_found(struct inode *i, u32 flags, bool created, int *err)
{
    *err = created ? 0 : check_kind(i, flags);
    if (*err)
        return NULL;
    struct file *f = open_inode(i, flags, err);
    if (f && (flags & O_TRUNC) && !created && !(flags & O_PATH))
        inode_truncate(i, 0); /* what is no regular file has nothing to lose */
    return f;
}

struct file *
vfs_open_at(int dirfd, const char *path, u32 flags, u32 mode, int *err)
{
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    *err = check_flags(flags);
    if (*err)
        return NULL;
    struct walk w;
    struct inode *i = NULL;
    struct file *f = NULL;
    bool created = false;
    *err = walk_begin(&w, dirfd, path);
    if (!*err)
        *err = find_or_create(&w, flags, mode, &i, &created);
    walk_end(&w);
    if (!*err) {
        f = open_found(i, flags, created, err);
        inode_put(i);
    }
    return f;
}

struct file *
vfs_open(const char *path, u32 flags, u32 mode, int *err)
{
    return vfs_open_at(AT_FDCWD, path, flags, mode, err);
}

int
vfs_may_execute(struct file *f)
{
    return S_ISREG(f->inode->mode) && (f->inode->mode & 0111) ? 0 : -EACCES;
}
