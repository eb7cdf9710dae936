/* inode.c - inodes: made, counted, described, ended. See inode.h.
 *
 * What all kinds have in common. What regular files do beyond it is in ramfs.c, pipes in pipe.c,
 * devices in dev.c. Anybody who keeps a pointer to an inode holds a reference: the last inode_put
 * frees it, and with it the parents that only it kept. Source: stat(2), inode(7). */

#include "fs/inode.h"
#include <asm/errno.h>
#include <asm/stat.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "mm/kmalloc.h"

static u64 last_number;

/* A directory counts its own `.`; its name makes the second link (tree.c). */
struct inode *
inode_create(const struct inode_ops *ops, u32 device, u32 mode)
{
    struct inode *i = kzalloc(sizeof(*i));
    if (!i)
        return NULL;
    i->ops = ops;
    i->refs = 1;
    i->mode = mode;
    i->nlink = S_ISDIR(mode) ? 2 : 1;
    i->device = device;
    i->number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);
    inode_modified(i);
    i->accessed = i->modified;
    list_init(&i->children);
    i->size = S_ISDIR(mode) ? 2 : 0; /* 0 and 1 are `.` and `..` */
    spin_init(&i->lock, "inode");
    mutex_init(&i->io_lock);
    return i;
}

struct inode *
device_inode(const struct inode_ops *ops, u32 mode, u32 rdev, void *data)
{
    struct inode *i = inode_create(ops, DEVICE_RAMFS, S_IFCHR | mode);
    if (!i)
        return NULL;
    i->rdev = rdev;
    i->data = data;
    return i;
}

/* A removed directory holds its parent, which may be removed too, and so on for as many levels as a
 * program likes: a loop ends them all, where a recursion would run out of its 16 KiB of stack. */
void
inode_put(struct inode *i)
{
    while (i && __atomic_sub_fetch(&i->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        struct inode *parent = i->name ? i->name->parent : NULL;
        kfree(i->name);
        if (i->ops->release)
            i->ops->release(i);
        kfree(i);
        i = parent;
    }
}

/* No lock: what stat says may be old when it arrives, here as anywhere. Blocks have 512 bytes,
 * whatever st_blksize is. */
void
inode_stat(const struct inode *i, struct stat *st)
{
    *st = (struct stat){
        .st_dev = i->device,
        .st_ino = i->number,
        .st_mode = i->mode,
        .st_nlink = i->nlink,
        .st_uid = i->uid,
        .st_gid = i->gid,
        .st_rdev = i->rdev,
        .st_size = (long)(S_ISDIR(i->mode) ? PAGE_SIZE : i->size),
        .st_blksize = PAGE_SIZE,
        .st_blocks = S_ISREG(i->mode) ? (long)(i->pages.count * PAGE_SIZE / 512) : 0,
        .st_atime = i->accessed.tv_sec,
        .st_atime_nsec = (u64)i->accessed.tv_nsec,
        .st_mtime = i->modified.tv_sec,
        .st_mtime_nsec = (u64)i->modified.tv_nsec,
        .st_ctime = i->changed.tv_sec,
        .st_ctime_nsec = (u64)i->changed.tv_nsec,
    };
}

void
inode_changed(struct inode *i)
{
    i->changed = ns_to_timespec(clock_real_ns());
}

void
inode_modified(struct inode *i)
{
    inode_changed(i);
    i->modified = i->changed;
}

/* Every position up to the largest size is allowed, also behind the end: a write there leaves a
 * hole in between. It moves only under io_lock, or a seek in the middle of a read would be lost. */
s64
inode_seek(struct file *f, s64 offset, int whence)
{
    s64 base = 0, to = mutex_lock(&f->inode->io_lock);
    if (to)
        return to;
    if (whence == SEEK_CUR)
        base = (s64)f->pos;
    else if (whence == SEEK_END)
        base = (s64)f->inode->size;
    bool fails = (u32)whence > SEEK_END || __builtin_add_overflow(base, offset, &to) || to < 0;
    if (!fails)
        f->pos = (u64)to;
    mutex_unlock(&f->inode->io_lock);
    return fails ? -EINVAL : to;
}
