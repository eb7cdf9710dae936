/* ramfs.c - the file system: inodes that live in memory, the bytes of regular files, their mapping.
 *
 * A file is nothing but its pages. A transfer holds io_lock, so what two programs write through
 * one open file, or append to one inode, never overlaps; it gives the lock up after each MiB, so
 * that nobody spins for long and interrupts are seen. A page fault takes the inner `lock` alone.
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

#define TURN_BYTES (1UL << 20)
#define MAX_SIZE   0x7fffffffffffffffUL

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

/* Page by page, so that what came before a bad address is not lost. A hole needs no frame to be
 * read: zeros go out. */
s64
inode_read(struct inode *i, struct buffer to, u64 n, u64 pos)
{
    u64 done = 0, size = i->size;
    if (pos >= size)
        return 0;
    n = MIN(n, size - pos);
    while (done < n) {
        u64 at = pos + done, want = MIN(n - done, PAGE_SIZE - at % PAGE_SIZE);
        u64 got = buffer_put(to, done, bytes_at(i, at, false), want);
        done += got;
        if (got < want)
            return done > 0 ? (s64)done : -EFAULT;
    }
    return (s64)done;
}

/* Page by page, too. The size grows only by what has really come: a reader never sees bytes that
 * were not written. Some memory stays out of reach of what programs write, so that who filled it
 * all can still run rm; the kernel's own text (/proc) may take the last. */
s64
inode_write(struct inode *i, struct buffer from, u64 n, u64 pos)
{
    u64 done = 0;
    s64 err = 0;
    if (pos >= MAX_SIZE)
        return -EFBIG;
    n = MIN(n, MAX_SIZE - pos);
    while (done < n) {
        u64 at = pos + done, want = MIN(n - done, PAGE_SIZE - at % PAGE_SIZE);
        bool may_grow = from.kernel || frames_free() > frames_total() / 32;
        char *bytes = bytes_at(i, at, may_grow);
        if (!bytes) {
            err = -ENOSPC;
            break;
        }
        u64 got = buffer_get(from, done, bytes, want);
        done += got;
        if (got < want) {
            err = -EFAULT;
            break;
        }
    }
    if (done == 0)
        return err;
    spin_guard(&i->lock);
    i->size = MAX(i->size, pos + done);
    inode_modified(i);
    return (s64)done;
}

/* --- read, write, truncate, seek ------------------------------------------------------------- */
/* Reads or writes in turns of one MiB, as `move` says, until nothing moves. What is appended begins
 * where the file then ends; *pos moves under the lock, because two processes may share it. Where
 * there is no memory for a page of the buffer, the turn ends, and the page is waited for. */
static s64
in_turns(s64 (*move)(struct inode *, struct buffer, u64, u64), struct inode *i, struct buffer b,
         u64 n, u64 *pos, bool append)
{
    u32 access = move == inode_read ? AREA_WRITE : AREA_READ;
    u64 done = 0;
    s64 got = 1;
    while (done < n && got > 0) {
        if (done > 0)
            preemption_point();
        struct buffer rest = { .kernel = b.kernel ? b.kernel + done : NULL, .user = b.user + done };
        spin_lock(&i->io_lock);
        if (append)
            *pos = i->size;
        got = move(i, rest, MIN(n - done, TURN_BYTES), *pos);
        *pos += (u64)MAX(got, 0);
        done += (u64)MAX(got, 0);
        spin_unlock(&i->io_lock);
        if (got == -EFAULT && fault_in(space_current(), rest.user, access))
            got = 1;
    }
    return n > 0 && done == 0 ? got : (s64)done;
}

static s64
ramfs_read(struct file *f, struct buffer to, u64 n, u64 *pos)
{
    return in_turns(inode_read, f->inode, to, n, pos, false);
}

/* O_APPEND is looked at each time: F_SETFL may have changed it. */
static s64
ramfs_write(struct file *f, struct buffer from, u64 n, u64 *pos)
{
    return in_turns(inode_write, f->inode, from, n, pos, f->flags & O_APPEND);
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
    spin_lock(&i->io_lock);
    spin_lock(&i->lock);
    bool shorter = size < i->size;
    if (shorter)
        pages_cut(&i->pages, size);
    i->size = size;
    spin_unlock(&i->lock);
    spin_unlock(&i->io_lock);
    if (shorter && process_view.forget_pages)
        process_view.forget_pages(i, ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT);
    inode_modified(i);
    return 0;
}

/* The position moves only under io_lock, or a seek in the middle of a read would be lost. */
static s64
ramfs_seek(struct file *f, s64 offset, int whence)
{
    spin_guard(&f->inode->io_lock);
    return seek_to(&f->pos, f->inode->size, offset, whence);
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
map_get(void *object)
{
    inode_get((struct inode *)object);
}

static void
map_put(void *object)
{
    inode_put(object);
}

/* Called for /proc/PID/maps with the space's lock held: the tree's lock comes after it. */
static void
map_describe(void *object, char *name, size_t size, u64 *number)
{
    struct inode *i = object;
    if (vfs_path(i, name, size) < 0)
        strlcpy(name, "?", size);
    *number = i->number;
}

static const struct pager ramfs_pager = { map_page, map_get, map_put, map_describe };

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
/* The last reference is gone: no name, no open file, no area shows these bytes any more. */
static void
ramfs_release(struct inode *i)
{
    if (S_ISREG(i->mode))
        pages_cut(&i->pages, 0);
    else
        kfree(i->target);
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
    if (!i)
        return NULL;
    i->target = kzalloc(n + 1);
    if (!i->target)
        return NULL;
    memcpy(i->target, text, n);
    i->size = n;
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
