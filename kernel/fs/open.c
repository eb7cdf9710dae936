/* open.c - openat(2): from a path to an open file, made on the way if need be.
 *
 * Contracts in vfs.h. Not here: the walk along a path (path.c), the table of descriptors that the
 * file goes into (owner.c), and O_TMPFILE, which fails as on a kernel that does not know it
 * (EISDIR). Source: open(2). */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/path.h"
#include "fs/ramfs.h"
#include "fs/vfs.h"

/* Flags that only open itself looks at; F_GETFL does not show them. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* What can be done with a file of O_PATH, or with one that is not open yet: nothing but fstat and
 * being a dirfd. It is a place in the tree. */
static const struct file_ops path_file_ops = { .seek = NULL };

/* O_TRUNC changes the file too, whatever the access mode says. */
static bool
writes(u32 flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
}

/* The inode to open in *out, with a reference, or NULL. A dangling link is no end: its target is
 * made (unless O_EXCL), because the walk goes on behind it. */
static int
find_or_create(int dirfd, struct buffer path, u32 flags, u32 mode, struct inode **out)
{
    bool create = flags & O_CREAT, exclusive = create && flags & O_EXCL;
    u32 how = exclusive || flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    for (;;) {
        int err = path_lookup(dirfd, path, how, out);
        if (err == 0 && exclusive)
            return -EEXIST;
        if (err != -ENOENT || !create)
            return err;
        *out = ramfs_inode(S_IFREG | (mode & 07777 & ~fs_current()->fsinfo->umask));
        err = *out ? vfs_add(dirfd, path, inode_get(*out), how) : -ENOMEM;
        if (err != -EEXIST || exclusive)
            return err;
        inode_put(*out); /* somebody was faster: open that one */
    }
}

/* Why flags and what stands there do not go together, or 0. */
static int
check_kind(const struct inode *i, u32 flags)
{
    if (flags & O_DIRECTORY && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (S_ISLNK(i->mode) && !(flags & O_PATH))
        return -ELOOP;
    if (S_ISDIR(i->mode) && (writes(flags) || flags & O_CREAT))
        return -EISDIR;
    bool program = S_ISREG(i->mode) && i->mode & 0111;
    return flags & OPEN_EXECUTE && !program ? -EACCES : 0;
}

/* Those who write a file and those who run it exclude each other until their last put (Linux:
 * i_writecount), or a program could change under its own feet. */
static int
claim(struct file *f, bool write)
{
    struct inode *i = f->inode;
    spin_guard(&i->lock);
    if (write ? i->writers < 0 : i->writers > 0)
        return -ETXTBSY;
    f->claim = write ? 1 : -1;
    __atomic_add_fetch(&i->writers, f->claim, __ATOMIC_RELAXED);
    return 0;
}

/* Makes the file usable. If it fails the file keeps path_file_ops: it was never open, and there is
 * nothing to release. */
static int
open_content(struct file *f, u32 flags)
{
    struct inode *i = f->inode;
    int err = 0;
    if (S_ISREG(i->mode) && (writes(flags) || flags & OPEN_EXECUTE))
        err = claim(f, writes(flags));
    if (!err && i->ops->open)
        err = i->ops->open(i, f);
    if (err)
        return err;
    f->ops = i->ops->file_ops;
    if (flags & O_TRUNC)
        inode_truncate(i, 0); /* what is no regular file has nothing to lose */
    return 0;
}

/* The file comes before what stands at the path: nothing is made or cut there by a call that fails
 * for want of memory. */
int
vfs_open(int dirfd, struct buffer path, u32 flags, u32 mode, struct file **out)
{
    if (flags & O_PATH) /* forgets all flags that are about the content */
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (flags & O_CREAT && flags & O_DIRECTORY)
        return -EINVAL;
    struct file *f scoped_file = file_create(&path_file_ops, NULL, flags & ~(u32)OPEN_ONLY);
    if (!f)
        return -ENOMEM;
    int err = find_or_create(dirfd, path, flags, mode, &f->inode);
    err = err ?: check_kind(f->inode, flags);
    if (!err && !(flags & O_PATH))
        err = open_content(f, flags);
    if (!err)
        *out = file_get(f);
    return err;
}
