/* pipe.c - pipes: a byte stream from writers to readers through 64 KiB of memory.
 *
 * After pipe_create (inode.h) the ends are used like any other file. The bytes are in a ring of 16
 * pages, each allocated when bytes first reach it. When the ring runs empty it starts again at its
 * beginning, so short messages live in one page for ever. The pipe's lock is held over copies to
 * user memory (it comes before the space's in the order), which makes every write of what fits
 * atomic; only waiting gives it up.
 *
 *     page 0        page 1        page 2             page 15
 *     |......ababab|ababababababa|abab.........| ... |  none yet  |
 *             ^first   length bytes     ^the next one to come
 *
 * Source: pipe(7). Left out: FIFOs with names, F_GETPIPE_SZ. */

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include "fs/inode.h"
#include "fs/poll.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"

#define PIPE_PAGES 16u
#define PIPE_BYTES (PIPE_PAGES * PAGE_SIZE)

struct pipe {
    struct spinlock lock;  /* all below; single words may be read without it */
    struct waitqueue wait; /* one for all: the ring is not empty and full at once */
    u64 readers, writers;  /* open files of each kind */
    u64 first, length;     /* bytes: where the stream begins in the ring, how long it is */
    u64 page[PIPE_PAGES];  /* frames; 0 until used */
};

/* The full fence in front comes from wait_prepare and poll_wait (sched/wait.h, wake_all). */
#define load(word) __atomic_load_n(word, __ATOMIC_ACQUIRE)

/* --- the ring: with the pipe's lock held ----------------------------------------------------- */
/* Takes bytes off the front and puts them where a read wants them: n at most, and no more than
 * there are. The count; -EFAULT when a bad address let none pass. */
static s64
ring_take(struct pipe *p, struct buffer to, u64 n)
{
    u64 done = 0;
    n = MIN(n, p->length);
    while (done < n) {
        const char *page = frame_address(p->page[p->first / PAGE_SIZE]);
        u64 offset = p->first % PAGE_SIZE, want = MIN(n - done, PAGE_SIZE - offset);
        u64 got = buffer_put(to, done, page + offset, want);
        p->first = (p->first + got) % PIPE_BYTES;
        p->length -= got;
        done += got;
        if (got < want)
            return done > 0 ? (s64)done : -EFAULT;
    }
    if (p->length == 0)
        p->first = 0;
    return (s64)done;
}

/* Adds the bytes of a write from *done up to n at the back, as far as there is room, and moves
 * *done with them. 0, or why it ended early: -EFAULT or -ENOMEM. */
static s64
ring_put(struct pipe *p, struct buffer from, u64 *done, u64 n)
{
    u64 end = MIN(n, *done + PIPE_BYTES - p->length);
    while (*done < end) {
        u64 at = (p->first + p->length) % PIPE_BYTES, offset = at % PAGE_SIZE;
        u64 *page = &p->page[at / PAGE_SIZE];
        if (!*page)
            *page = frame_alloc();
        if (!*page)
            return -ENOMEM;
        u64 want = MIN(end - *done, PAGE_SIZE - offset);
        u64 got = buffer_get(from, *done, (char *)frame_address(*page) + offset, want);
        p->length += got;
        *done += got;
        if (got < want)
            return -EFAULT;
    }
    return 0;
}

/* May a write of n bytes begin? Up to PIPE_BUF go in one piece or not at all. */
static bool
has_room(struct pipe *p, u64 n)
{
    u64 room = PIPE_BYTES - load(&p->length);
    return room >= (n <= PIPE_BUF ? n : 1);
}

/* --- read and write -------------------------------------------------------------------------- */
/* Takes what there is, without waiting for all n bytes. The end of file is an empty pipe without
 * writers. */
static s64
pipe_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct pipe *p = f->inode->pipe;
    s64 err = 0;
    while (n > 0 && !err) {
        spin_lock(&p->lock);
        bool alone = p->writers == 0;
        s64 got = ring_take(p, b, n);
        spin_unlock(&p->lock);
        if (got == -EFAULT && fault_in(space_current(), b.user, AREA_WRITE))
            continue;
        if (got > 0)
            wake_all(&p->wait); /* writers: there is room */
        if (got != 0 || alone)
            return got;
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        err = WAIT_EVENT(&p->wait, load(&p->length) > 0 || load(&p->writers) == 0);
    }
    return err;
}

/* Waits until all n bytes are in. A reader that goes away in between ends it, with -EPIPE only if
 * nothing went. Once the ring has been full a signal ends it, even if a reader on another hart
 * makes room so soon that there is no wait. */
static s64
pipe_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct pipe *p = f->inode->pipe;
    u64 done = 0;
    s64 err = 0;
    while (done < n && !err && !(done > 0 && interrupted())) {
        u64 before = done;
        if (done > 0)
            preemption_point();
        spin_lock(&p->lock);
        if (p->readers == 0)
            err = -EPIPE;
        else if (has_room(p, n))
            err = ring_put(p, b, &done, n);
        spin_unlock(&p->lock);
        if (done > before)
            wake_all(&p->wait); /* readers: there are bytes */
        if (err == -EFAULT && fault_in(space_current(), b.user + done, AREA_READ))
            err = 0; /* it goes on there */
        else if (done == before && !err && f->flags & O_NONBLOCK)
            err = -EAGAIN;
        else if (done == before && !err)
            err = WAIT_EVENT(&p->wait, has_room(p, n) || load(&p->readers) == 0);
    }
    return done > 0 ? (s64)done : err;
}

/* --- the rest -------------------------------------------------------------------------------- */
/* Readable means bytes, hang-up no writers; writable means that PIPE_BUF bytes go in one piece. */
static u32
pipe_poll(struct file *f, struct waiter *w)
{
    struct pipe *p = f->inode->pipe;
    u32 access = f->flags & O_ACCMODE, events = 0;
    bool reads = access != O_WRONLY, writes = access != O_RDONLY;
    poll_wait(w, &p->wait);
    if (reads && load(&p->length) > 0)
        events |= POLLIN;
    if (reads && load(&p->writers) == 0)
        events |= POLLHUP;
    if (writes && has_room(p, PIPE_BUF))
        events |= POLLOUT;
    if (writes && load(&p->readers) == 0)
        events |= POLLERR;
    return events;
}

static s64
pipe_ioctl(struct file *f, u32 request, u64 arg)
{
    if (request != FIONREAD)
        return -ENOTTY;
    int length = (int)load(&f->inode->pipe->length);
    return copy_to_user(arg, &length, sizeof(length));
}

/* A further end, opened through /proc/self/fd. It may be both: a reader and a writer. */
static int
pipe_open(struct inode *i, struct file *f)
{
    u32 access = f->flags & O_ACCMODE;
    spin_guard(&i->pipe->lock);
    i->pipe->readers += access != O_WRONLY;
    i->pipe->writers += access != O_RDONLY;
    return 0;
}

/* An end is closed. Who waits for bytes or room hears that there will be none: it looks at the
 * count of the other side, and the last one to go wakes it. */
static void
pipe_release(struct file *f)
{
    struct pipe *p = f->inode->pipe;
    u32 access = f->flags & O_ACCMODE;
    spin_guard(&p->lock);
    p->readers -= access != O_WRONLY;
    p->writers -= access != O_RDONLY;
    wake_all(&p->wait);
}

/* Both ends are gone. Bytes that nobody has read are lost. */
static void
pipe_free(struct inode *i)
{
    if (!i->pipe)
        return; /* there was no memory for it */
    for (u32 n = 0; n < PIPE_PAGES; n++)
        frame_put(i->pipe->page[n]);
    kfree(i->pipe);
}

static const struct file_ops pipe_ops = { .read = pipe_read,
                                          .write = pipe_write,
                                          .ioctl = pipe_ioctl,
                                          .poll = pipe_poll,
                                          .release = pipe_release };
static const struct inode_ops pipe_inode = { &pipe_ops, .open = pipe_open, .release = pipe_free };

/* A pipe has no name: its inode, which fstat sees, is freed with the last of its ends. */
int
pipe_create(u32 flags, struct file *ends[2])
{
    struct inode *i scoped_inode = inode_create(&pipe_inode, DEVICE_PIPE, S_IFIFO | 0600);
    if (!i)
        return -ENOMEM;
    struct pipe *p = kzalloc(sizeof(*p));
    if (!p)
        return -ENOMEM;
    spin_init(&p->lock, "pipe");
    waitqueue_init(&p->wait);
    p->readers = p->writers = 1;
    i->pipe = p;
    ends[0] = file_create(&pipe_ops, i, flags | O_RDONLY);
    ends[1] = file_create(&pipe_ops, i, flags | O_WRONLY);
    if (ends[0] && ends[1])
        return 0;
    file_put(ends[0]);
    file_put(ends[1]);
    return -ENOMEM;
}
