/* ramfs.c - the file system: regular files that live in memory, and their mapping.
 *
 * What can be done to names is in tree.c and names.c, what to bytes in data.c. Here is what makes
 * an inode a file of ramfs: its operations, and the pager that mmap(2) gets. */
#include "fs/ramfs.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/dir.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/space.h"

s64
seek_to(u64 *pos, u64 end, s64 offset, int whence)
{
    u64 base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? *pos : end;
    s64 to;
    if (whence < SEEK_SET || whence > SEEK_END)
        return -EINVAL;
    if (__builtin_add_overflow((s64)base, offset, &to))
        return -EINVAL;
    if (to < 0)
        return -EINVAL;
    return (s64)(*pos = (u64)to);
}

static s64
ramfs_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return inode_read(f->inode, b, n, pos);
}

static s64
ramfs_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return inode_write(f->inode, b, n, pos, f->flags & O_APPEND);
}

/* Under io_lock like every move of the position, or a seek in the middle of a read would be
 * lost. */
static s64
ramfs_seek(struct file *f, s64 offset, int whence)
{
    spin_lock(&f->inode->io_lock);
    s64 at = seek_to(&f->pos, f->inode->size, offset, whence);
    spin_unlock(&f->inode->io_lock);
    return at;
}

const struct file_ops ramfs_file_ops = { .read = ramfs_read,
                                         .write = ramfs_write,
                                         .seek = ramfs_seek };

/* --- mapped into an address space ------------------------------------------------------------ */
/* A page of the file for an address space: the very frame that read and write use, so all see one
 * content. Beyond the last page there is nothing: -EIO becomes SIGBUS. */
static int
map_page(void *object, u64 index, u64 *pa)
{
    struct inode *i = object;
    int err = -EIO;
    spin_lock(&i->lock);
    if (index < ALIGN_UP(i->size, PAGE_SIZE) >> PAGE_SHIFT) {
        *pa = pages_make(&i->pages, index);
        err = *pa ? 0 : -ENOMEM;
        if (*pa)
            frame_get(*pa);
    }
    spin_unlock(&i->lock);
    return err;
}

static void
map_get(void *object)
{
    inode_get(object);
}

static void
map_put(void *object)
{
    inode_put(object);
}

/* For /proc/PID/maps, with the space's lock held: the tree's lock comes after it. */
static void
map_describe(void *object, char *name, size_t size, u64 *number)
{
    struct inode *i = object;
    if (vfs_path(i, name, size) < 0)
        strlcpy(name, "?", size);
    *number = i->number;
}

static const struct pager ramfs_pager = { map_page, map_get, map_put, map_describe };

int
file_pager(struct file *f, const struct pager **pager, void **object)
{
    if (f->inode->rdev == DEVICE_ZERO && !(f->flags & O_PATH)) {
        *pager = NULL;
        *object = NULL;
        return 0;
    }
    if (f->ops != &ramfs_file_ops)
        return -ENODEV;
    *pager = &ramfs_pager;
    *object = f->inode;
    return 0;
}

/* --- the inodes ------------------------------------------------------------------------------ */
static void
release_pages(struct inode *i)
{
    pages_cut(&i->pages, 0);
}

static void
release_target(struct inode *i)
{
    kfree(i->target);
}

static const struct inode_ops ramfs_file_inode = { .file_ops = &ramfs_file_ops,
                                                   .release = release_pages };
static const struct inode_ops ramfs_link_ops = { .release = release_target };
/* Shared anonymous memory is a file that no directory knows: fork, page faults and futexes need no
 * case of their own for it. */
struct file *
vfs_anonymous(u64 size)
{
    struct inode *i = ramfs_inode(S_IFREG | 0600);
    struct file *f =
        i && inode_truncate(i, size) == 0 ? file_create(&ramfs_file_ops, i, O_RDWR, NULL) : NULL;
    inode_put(i);
    return f;
}

const struct inode_ops ramfs_dir_ops = { .file_ops = &dir_file_ops };

struct inode *
ramfs_inode(u32 mode)
{
    return inode_create(S_ISDIR(mode) ? &ramfs_dir_ops : &ramfs_file_inode, DEVICE_RAMFS, mode);
}

/* The text never changes afterwards, so whoever has the inode reads it without a lock. */
struct inode *
ramfs_symlink(const char *text, size_t n)
{
    char *copy = kzalloc(n + 1);
    struct inode *i = copy ? inode_create(&ramfs_link_ops, DEVICE_RAMFS, S_IFLNK | 0777) : NULL;
    if (!i) {
        kfree(copy);
        return NULL;
    }
    memcpy(copy, text, n);
    i->target = copy;
    i->size = n;
    return i;
}
