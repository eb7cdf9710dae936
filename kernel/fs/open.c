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

/* What only open itself looks at; F_GETFL does not show it. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Of O_PATH, and of what is not open yet: a place in the tree, and no operation but fstat and being
 * a dirfd. */
static const struct file_ops path_file_ops = { .seek = NULL };

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
        err = *out ? vfs_add(dirfd, path, inode_get(*out), how) : -ENOMEM;
        if (err != -EEXIST || exclusive)
            return err;
        inode_put(*out); /* somebody was faster: open that one */
    }
}

/* O_PATH forgets all flags that are about the content. O_TRUNC changes the file too, whatever the
 * access mode says. Those who write a file and those who run it exclude each other until their last
 * put (Linux: i_writecount), or a program could change under its own feet. A failure leaves the
 * file with path_file_ops: it was never open, there is nothing to release. */
int
vfs_open(int dirfd, struct buffer path, u32 flags, u32 mode, struct file **out)
{
    struct inode *i scoped_inode = NULL;
    bool only_path = flags & O_PATH;
    if (only_path)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    bool contradiction = flags & O_CREAT && flags & O_DIRECTORY;
    int err = contradiction ? -EINVAL : find_or_create(dirfd, path, flags, mode, &i);
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
    struct file *f scoped_file = file_create(&path_file_ops, i, flags & ~(u32)OPEN_ONLY);
    if (!f)
        return -ENOMEM;
    if (!only_path) {
        if (S_ISREG(i->mode) && (write || flags & OPEN_EXECUTE)) {
            int claim = write ? 1 : -1;
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
