/* names.c - from a path to a new name, one less, or an open file. See path.h and vfs.h.
 *
 * What is left to decide here, beside the walk, is the errno for names that are nobody's to make
 * or remove (`.`, `..`, the root, a trailing slash, /proc) and for kinds of files that do not go
 * with what open is asked for. Linux's order of checks is kept. Not here: descriptors, which the
 * system call puts on an open file (vfs.c), and O_TMPFILE, which fails as on a kernel that does not
 * know it (EISDIR). Source: open(2), link(2), unlink(2), rmdir(2). */
#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"

/* What only open itself looks at; F_GETFL does not show it. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Of O_PATH: a place in the tree, and no operation but fstat and being a dirfd. */
static const struct file_ops path_file_ops = { .seek = NULL };

/* The inode comes first and the name last: nobody ever finds one that is half made. */
int
vfs_add(int dirfd, struct buffer path, struct inode *i, u32 flags)
{
    struct inode *ours scoped_inode = i;
    if (!i)
        return -ENOMEM;
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, flags | WALK_NEW);
    if (err)
        return err;
    if (w.inode)
        return -EEXIST;
    if (w.slash && !S_ISDIR(i->mode))
        return flags & WALK_NAME ? -ENOENT : -EISDIR;
    if (w.dir->ops != &ramfs_dir_ops)
        return -ENOENT; /* of /proc, which cannot be written to */
    return i->device != w.dir->device ? -EXDEV : tree_link(w.dir, &w.last, i);
}

/* The three special names each have their errno in rmdir(2). */
int
vfs_unlink(int dirfd, struct buffer path, bool directory)
{
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, WALK_NAME);
    size_t length = w.last.length;
    if (err)
        return err;
    if (is_special(&w.last))
        return !directory ? -EISDIR : length == 0 ? -EBUSY : length == 1 ? -EINVAL : -ENOTEMPTY;
    if (w.slash && !directory)
        return S_ISDIR(w.inode->mode) ? -EISDIR : -ENOTDIR;
    return w.dir->ops != &ramfs_dir_ops ? -EPERM : tree_unlink(w.dir, &w.last, directory);
}

/* The inode to open, with a reference, or NULL. A dangling link is no end: its target is made
 * (unless O_EXCL), because the walk goes on behind it. */
static int
find_or_create(int dirfd, struct buffer path, u32 flags, u32 mode, struct inode **out)
{
    bool create = flags & O_CREAT, exclusive = create && flags & O_EXCL;
    u32 how = exclusive || flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    for (;;) {
        int err = path_lookup(dirfd, path, how, out);
        if (err != -ENOENT || !create)
            return !err && exclusive ? -EEXIST : err;
        *out = ramfs_inode(S_IFREG | (mode & 07777 & ~fs_current()->fsinfo->umask));
        if (!*out)
            return -ENOMEM;
        err = vfs_add(dirfd, path, inode_get(*out), how);
        if (err != -EEXIST || exclusive)
            return err;
        inode_put(*out); /* somebody was faster: open that one */
    }
}

/* O_PATH forgets all flags that are about the content. O_TRUNC changes the file too, whatever the
 * access mode says. A failure leaves the file with path_file_ops: it was never open, there is
 * nothing to release. */
int
vfs_open(int dirfd, struct buffer path, u32 flags, u32 mode, struct file **out)
{
    struct inode *i scoped_inode = NULL;
    bool only_path = flags & O_PATH;
    if (only_path)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (flags & O_CREAT && flags & O_DIRECTORY)
        return -EINVAL;
    int err = find_or_create(dirfd, path, flags, mode, &i);
    if (err)
        return err;
    bool write = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    if (flags & O_DIRECTORY && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (S_ISLNK(i->mode) && !only_path)
        return -ELOOP;
    if (S_ISDIR(i->mode) && (write || flags & O_CREAT))
        return -EISDIR;
    if (flags & OPEN_EXECUTE && !(S_ISREG(i->mode) && i->mode & 0111))
        return -EACCES;
    struct file *f scoped_file = file_create(&path_file_ops, i, flags & ~(u32)OPEN_ONLY, NULL);
    if (!f)
        return -ENOMEM;
    if (!only_path) {
        if (S_ISREG(i->mode) && (write || flags & OPEN_EXECUTE)) {
            int claim = write ? 1 : -1; /* in one number, so that both kinds exclude each other */
            spin_guard(&i->lock);
            if (i->writers * claim < 0)
                return -ETXTBSY;
            __atomic_add_fetch(&i->writers, f->claim = claim, __ATOMIC_RELAXED);
        }
        err = i->ops->open ? i->ops->open(i, f) : 0;
        if (err)
            return err;
        f->ops = i->ops->file_ops;
        if (flags & O_TRUNC)
            inode_truncate(i, 0); /* what is no regular file has nothing to lose */
    }
    *out = file_get(f);
    return 0;
}
