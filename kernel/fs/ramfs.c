/* ramfs.c - the file system: inodes that live in memory, the bytes of regular files, their mapping.
 *
 * A file is nothing but its pages. A transfer holds io_lock, so what two programs write through
 * one open file, or append to one inode, never overlaps. A page fault takes the inner `lock` alone.
 * What can be done to names is in tree.c and path.c. */

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
#include "mm/usercopy.h"

#define MAX_SIZE 0x7fffffffffffffffUL

/* --- bytes: io_lock is held, or nobody else knows the file ----------------------------------- */
/* The byte of the file at `pos` and what follows it in its page; NULL for a hole. With `make` a
 * hole becomes zeros, and NULL means that there is no memory. Nobody cuts the file now, so its
 * frame stays without a reference of ours. `lock` is held for the look-up only, because a copy to
 * user memory may fault, and the fault may want this very lock. */
static char *
bytes_at(struct inode *i, u64 pos, bool make)
{
    spin_guard(&i->lock);
    u64 pa = pages_frame(&i->pages, pos >> PAGE_SHIFT, make);
    return pa ? (char *)frame_address(pa) + pos % PAGE_SIZE : NULL;
}

/* A hole needs no frame to be read: zeros go out. */
s64
inode_read(struct inode *i, struct buffer to, u64 n, u64 pos)
{
    if (pos >= i->size)
        return 0;
    n = MIN(MIN(n, i->size - pos), PAGE_SIZE - pos % PAGE_SIZE);
    u64 got = buffer_put(to, 0, bytes_at(i, pos, false), n);
    return got > 0 ? (s64)got : -EFAULT;
}

/* The size grows only by what has really come: a reader never sees bytes that were not written.
 * Some memory stays out of reach of what programs write, so that who filled it all can still run
 * rm; the kernel's own text (/proc) may take the last. */
s64
inode_write(struct inode *i, struct buffer from, u64 n, u64 pos)
{
    if (pos >= MAX_SIZE)
        return -EFBIG;
    n = MIN(MIN(n, MAX_SIZE - pos), PAGE_SIZE - pos % PAGE_SIZE);
    bool may_grow = from.kernel || frames_free() > frames_total() / 32;
    char *bytes = bytes_at(i, pos, may_grow);
    if (!bytes)
        return -ENOSPC;
    u64 got = buffer_get(from, 0, bytes, n);
    if (got == 0)
        return -EFAULT;
    spin_guard(&i->lock);
    i->size = MAX(i->size, pos + got);
    return (s64)got;
}

/* --- read, write, truncate ------------------------------------------------------------------- */
/* Reads or writes page by page, as `move` says, until nothing goes any more: what came before a bad
 * address is not lost, and after each page interrupts are seen and others run. No signal cuts a
 * file's bytes short (programs rely on it) but the one that ends the program. What is appended
 * begins where the file ends; *pos moves under the lock, because two processes may share it. Where
 * there is no memory for a page of the buffer it is waited for: this lock may be held then. */
static s64
in_turns(s64 (*move)(struct inode *, struct buffer, u64, u64), struct inode *i, struct buffer b,
         u64 n, u64 *pos, bool append)
{
    u32 access = move == inode_read ? AREA_WRITE : AREA_READ;
    u64 done = 0;
    s64 err = mutex_lock(&i->io_lock), got = 1;
    if (err)
        return err;
    if (append)
        *pos = i->size;
    while (done < n && got > 0 && !ending()) {
        struct buffer rest = { .kernel = b.kernel ? b.kernel + done : NULL, .user = b.user + done };
        got = move(i, rest, n - done, *pos);
        *pos += (u64)MAX(got, 0);
        done += (u64)MAX(got, 0);
        if (got == -EFAULT && fault_in(space_current(), rest.user, access))
            got = 1; /* it goes on there */
        preemption_point();
    }
    mutex_unlock(&i->io_lock);
    return done > 0 ? (s64)done : MIN(got, 0);
}

s64
ramfs_read(struct file *f, struct buffer to, u64 n, u64 *pos)
{
    return in_turns(inode_read, f->inode, to, n, pos, false);
}

/* O_APPEND is looked at each time: F_SETFL may have changed it. */
static s64
ramfs_write(struct file *f, struct buffer from, u64 n, u64 *pos)
{
    s64 done = in_turns(inode_write, f->inode, from, n, pos, f->flags & O_APPEND);
    if (done > 0)
        inode_modified(f->inode);
    return done;
}

/* The new size is set before mapped pages are forgotten: who faults in between finds the page
 * beyond the end already. */
int
inode_truncate(struct inode *i, u64 size)
{
    if (S_ISDIR(i->mode))
        return -EISDIR;
    if (!S_ISREG(i->mode) || i->ops->file_ops != &ramfs_file_ops || size > MAX_SIZE)
        return -EINVAL;
    if (i->writers < 0)
        return -ETXTBSY;
    int err = mutex_lock(&i->io_lock);
    if (err)
        return err;
    spin_lock(&i->lock);
    bool shorter = size < i->size;
    if (shorter)
        pages_cut(&i->pages, size);
    i->size = size;
    spin_unlock(&i->lock);
    mutex_unlock(&i->io_lock);
    if (shorter && process_view.forget_pages)
        process_view.forget_pages(i, ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT);
    inode_modified(i);
    return 0;
}

const struct file_ops ramfs_file_ops = { .read = ramfs_read,
                                         .write = ramfs_write,
                                         .seek = inode_seek };

/* --- mapped into an address space ------------------------------------------------------------ */
/* A page of the file for an address space: the very frame that read and write use, so all see one
 * content. Beyond the last page there is nothing: -EIO becomes SIGBUS. */
static int
map_page(void *object, u64 index, u64 *pa)
{
    struct inode *i = object;
    spin_guard(&i->lock);
    if (index >= ALIGN_UP(i->size, PAGE_SIZE) >> PAGE_SHIFT)
        return -EIO;
    *pa = pages_frame(&i->pages, index, true);
    if (!*pa)
        return -ENOMEM;
    frame_get(*pa);
    return 0;
}

/* An area that shows a file keeps it: also when its name and every descriptor are gone. */
static void
map_get(const struct area *a)
{
    struct inode *i = inode_get((struct inode *)a->object);
    if (a->flags & AREA_WRITER)
        __atomic_add_fetch(&i->writers, 1, __ATOMIC_RELAXED);
}

static void
map_put(const struct area *a)
{
    struct inode *i = a->object;
    if (a->flags & AREA_WRITER)
        __atomic_sub_fetch(&i->writers, 1, __ATOMIC_RELAXED);
    inode_put(i);
}

/* Called for /proc/PID/maps with the space's lock held: the tree's lock comes after it. */
static void
map_describe(void *object, char *name, size_t size)
{
    if (vfs_path(object, name, size) < 0)
        strlcpy(name, "?", size);
}

static u64
map_number(void *object)
{
    return ((struct inode *)object)->number;
}

static const struct pager ramfs_pager = { map_page, map_get, map_put, map_describe, map_number };

/* A private mapping of /dev/zero is just anonymous memory, so it gets no pager. */
int
file_pager(struct file *f, const struct pager **pager, void **object)
{
    *pager = NULL;
    *object = NULL;
    if (f->inode->rdev == DEVICE_ZERO)
        return 0;
    if (f->ops != &ramfs_file_ops)
        return -ENODEV;
    *pager = &ramfs_pager;
    *object = f->inode;
    return 0;
}

/* --- the inodes ------------------------------------------------------------------------------ */
void
ramfs_release(struct inode *i)
{
    pages_cut(&i->pages, 0);
}

/* Files and links share it; links are never opened. */
static const struct inode_ops ramfs_ops = { &ramfs_file_ops, .release = ramfs_release };
const struct inode_ops ramfs_dir_ops = { .file_ops = &dir_file_ops };

struct inode *
ramfs_inode(u32 mode)
{
    return inode_create(S_ISDIR(mode) ? &ramfs_dir_ops : &ramfs_ops, DEVICE_RAMFS, mode);
}

/* The text never changes afterwards, so whoever has the inode reads it without a lock. */
struct inode *
ramfs_symlink(const char *text, size_t n)
{
    struct inode *i scoped_inode = ramfs_inode(S_IFLNK | 0777);
    if (!i || inode_write(i, kernel_path(text), n, 0) < 0)
        return NULL;
    return inode_get(i);
}

/* Shared anonymous memory is a file that no directory knows: fork, page faults and futexes need no
 * case of their own for it. */
struct file *
vfs_anonymous(u64 size)
{
    struct inode *i scoped_inode = ramfs_inode(S_IFREG | 0600);
    if (!i)
        return NULL;
    i->size = size;
    return file_create(&ramfs_file_ops, i, O_RDWR);
}
