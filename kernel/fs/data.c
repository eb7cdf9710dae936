/* data.c - moving bytes between the pages of a regular file and whoever asks.
 *
 * A file is nothing but its pages. A transfer holds io_lock, so what two programs write through one
 * open file, or append to one inode, never overlaps; it gives the lock up after each MiB, so that
 * nobody spins for long and interrupts are seen. A page fault takes the inner `lock` alone. */
#include "fs/ramfs.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/vfs.h"
#include "mm/frame.h"
#include "sched/thread.h"

#define TURN_BYTES (1UL << 20)
#define MAX_SIZE   0x7fffffffffffffffUL

/* The frame of page `index`, made with `make`; 0 for a hole or without memory. The lock is held for
 * the look-up only, because a copy to user memory may fault, and the fault may want this very
 * lock. */
static u64
frame_at(struct inode *i, u64 index, bool make)
{
    spin_lock(&i->lock);
    u64 pa = make ? pages_make(&i->pages, index) : pages_find(&i->pages, index);
    spin_unlock(&i->lock);
    return pa;
}

/* With io_lock held nobody cuts the file, so a frame that was found stays without a reference of
 * ours. A hole needs no frame to be read: zeros go out. */
static s64
read_locked(struct inode *i, struct buffer b, u64 n, u64 pos)
{
    u64 done = 0, left = pos < i->size ? MIN(n, i->size - pos) : 0;
    while (done < left) {
        u64 at = pos + done;
        size_t want = MIN(left - done, PAGE_SIZE - at % PAGE_SIZE);
        u64 pa = frame_at(i, at >> PAGE_SHIFT, false);
        if (!pa && at < i->pages.in_place_size) /* no hole: there was no memory to copy the page */
            return done ? (s64)done : -ENOMEM;
        char *from = pa ? (char *)frame_address(pa) + at % PAGE_SIZE : NULL;
        size_t got = buffer_put(b, done, from, want);
        done += got;
        if (got < want)
            return done ? (s64)done : -EFAULT;
    }
    return (s64)done;
}

/* Some memory stays out of reach of files, so that who filled it all can still run rm. */
static bool
memory_left(void)
{
    return frames_free() > frames_total() / 32;
}

/* Page by page, so that what came before a bad address or the end of memory is not lost. `last`
 * allows the last memory to be used, too. */
static s64
write_pages(struct inode *i, struct buffer b, u64 n, u64 pos, bool last)
{
    u64 done = 0;
    while (done < n) {
        u64 at = pos + done, offset = at % PAGE_SIZE;
        size_t want = MIN(n - done, PAGE_SIZE - offset);
        u64 pa = frame_at(i, at >> PAGE_SHIFT, last || memory_left());
        size_t got = pa ? buffer_get(b, done, (char *)frame_address(pa) + offset, want) : 0;
        done += got;
        if (got < want)
            return done ? (s64)done : pa ? -EFAULT : -ENOSPC;
    }
    return (s64)done;
}

/* The size grows only by what has really come: a reader never sees bytes that were not written. */
static s64
write_locked(struct inode *i, struct buffer b, u64 n, u64 pos, bool last)
{
    if (pos >= MAX_SIZE)
        return -EFBIG;
    s64 done = write_pages(i, b, MIN(n, MAX_SIZE - pos), pos, last);
    if (done > 0) {
        spin_lock(&i->lock);
        i->size = MAX(i->size, pos + (u64)done);
        spin_unlock(&i->lock);
        inode_modified(i);
    }
    return done;
}

enum direction { READ, WRITE, APPEND };

/* One after the other, in turns. With APPEND each turn begins where the file then ends; *pos moves
 * under the lock, because two processes may share it. */
static s64
transfer(struct inode *i, struct buffer b, u64 n, u64 *pos, enum direction how)
{
    u64 done = 0;
    for (;;) {
        u64 want = MIN(n - done, TURN_BYTES);
        struct buffer rest = { b.kernel ? b.kernel + done : NULL, b.user + done };
        spin_lock(&i->io_lock);
        if (how == APPEND)
            *pos = i->size;
        s64 got = how == READ ? read_locked(i, rest, want, *pos)
                              : write_locked(i, rest, want, *pos, false);
        if (got > 0)
            *pos += (u64)got;
        spin_unlock(&i->io_lock);
        if (got < 0)
            return done ? (s64)done : got;
        done += (u64)got;
        if (done == n || (u64)got < want)
            return (s64)done;
        preemption_point();
    }
}

s64
inode_read(struct inode *i, struct buffer b, u64 n, u64 *pos)
{
    return transfer(i, b, n, pos, READ);
}

s64
inode_write(struct inode *i, struct buffer b, u64 n, u64 *pos, bool append)
{
    return n == 0 ? 0 : transfer(i, b, n, pos, append ? APPEND : WRITE);
}

s64
inode_append_private(struct inode *i, const void *buf, u64 n)
{
    return write_locked(i, (struct buffer){ .kernel = (char *)buf }, n, i->size, true);
}

/* The new size is set before mapped pages are forgotten: who faults in between finds the page
 * beyond the end already. */
int
inode_truncate(struct inode *i, u64 size)
{
    if (!S_ISREG(i->mode) || i->ops->file_ops != &ramfs_file_ops)
        return -EINVAL;
    if (size > MAX_SIZE)
        return -EFBIG;
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
