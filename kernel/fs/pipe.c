/* pipe.c - pipes: a byte stream from writers to readers through 64 KiB of memory.
 *
 * After pipe_create (inode.h) the ends are used like any other file. A ring of 16 pages, each
 * allocated when bytes first reach it. When the ring runs empty it starts again at its beginning,
 * so short messages live in one page for ever. The pipe's lock is held over copies to user memory
 * (it comes before the space's in the order), which makes every write of what fits atomic; only
 * waiting gives it up.
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

/* --- bytes ----------------------------------------------------------------------------------- */
/* Moves the bytes from `done` to n between a program and the ring, as far as there are any, or
 * room; the new `done`. *err tells why it ended early: -EFAULT or -ENOMEM. */
static u64
move(struct pipe *p, struct buffer b, u64 done, u64 n, s64 *err)
{
    n = MIN(n, done + (b.source ? PIPE_BYTES - p->length : p->length));
    while (done < n && !*err) {
        u64 at = (p->first + (b.source ? p->length : 0)) % PIPE_BYTES, offset = at % PAGE_SIZE;
        u64 want = MIN(n - done, PAGE_SIZE - offset), got = 0, *page = &p->page[at / PAGE_SIZE];
        if (!*page)
            *page = frame_alloc();
        char *bytes = (char *)frame_address(*page) + offset;
        if (*page)
            got = b.source ? buffer_get(b, done, bytes, want) : buffer_put(b, done, bytes, want);
        if (!b.source)
            p->first = (p->first + got) % PIPE_BYTES;
        p->length += b.source ? got : -got;
        done += got;
        if (got < want)
            *err = *page ? -EFAULT : -ENOMEM;
    }
    if (p->length == 0)
        p->first = 0;
    return done;
}

/* Are there bytes; or, for a write, room for n: up to PIPE_BUF go in one piece or not at all. */
static bool
ready(struct pipe *p, u64 n, bool write)
{
    u64 length = load(&p->length);
    return write ? PIPE_BYTES - length >= (n <= PIPE_BUF ? n : 1) : length > 0;
}

/* Both ways. A read takes what there is, without waiting for all n bytes; its end of file is an
 * empty pipe without writers. A write waits until all is in; a reader that goes away in between
 * ends it, with -EPIPE only if nothing went. */
static s64
pipe_transfer(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct pipe *p = f->inode->pipe;
    const u64 *others = b.source ? &p->readers : &p->writers;
    u64 done = 0;
    s64 err = 0;
    while (!err && done < n && (b.source || done == 0)) {
        u64 before = done;
        spin_lock(&p->lock);
        bool alone = *others == 0;
        if (ready(p, n, b.source) && !(b.source && alone))
            done = move(p, b, done, n, &err);
        spin_unlock(&p->lock);
        if (done > before)
            wake_all(&p->wait);
        else if (alone && !err)
            return b.source && done == 0 ? -EPIPE : (s64)done;
        else if (!err && (f->flags & O_NONBLOCK))
            err = -EAGAIN;
        else if (!err)
            err = WAIT_EVENT(&p->wait, ready(p, n, b.source) || load(others) == 0);
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
    poll_wait(w, &p->wait);
    if (access != O_WRONLY)
        events |= (ready(p, 1, false) ? POLLIN : 0) | (load(&p->writers) == 0 ? POLLHUP : 0);
    if (access != O_RDONLY)
        events |= (ready(p, PIPE_BUF, true) ? POLLOUT : 0) | (load(&p->readers) == 0 ? POLLERR : 0);
    return events;
}

static s64
pipe_ioctl(struct file *f, u32 request, u64 arg)
{
    int n = (int)load(&f->inode->pipe->length);
    return request == FIONREAD ? copy_to_user(arg, &n, sizeof(n)) : -ENOTTY;
}

/* A further end, through /proc/self/fd. */
static int
pipe_open(struct inode *i, struct file *f)
{
    u32 access = f->flags & O_ACCMODE;
    spin_guard(&i->pipe->lock);
    i->pipe->readers += access != O_WRONLY;
    i->pipe->writers += access != O_RDONLY;
    return 0;
}

/* Who waits for bytes or room hears that there will be none: it looks at the count of the other
 * side, and the last one to go wakes it. */
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

/* With both ends gone; `pipe` is NULL if it was never made. Bytes that nobody has read are lost. */
static void
pipe_free(struct inode *i)
{
    for (u32 n = 0; i->pipe && n < PIPE_PAGES; n++)
        frame_put(i->pipe->page[n]);
    kfree(i->pipe);
}

static const struct file_ops pipe_ops = { pipe_transfer, pipe_transfer, NULL,
                                          pipe_ioctl,    pipe_poll,     pipe_release };
static const struct inode_ops pipe_inode = { &pipe_ops, pipe_open, .release = pipe_free };

/* Made without a name: an inode of its own for fstat, freed with the last of its ends. */
int
pipe_create(u32 flags, struct file *ends[2])
{
    struct inode *i scoped_inode = inode_create(&pipe_inode, DEVICE_PIPE, S_IFIFO | 0600);
    struct pipe *p = i ? i->pipe = kzalloc(sizeof(*p)) : NULL;
    if (!p)
        return -ENOMEM;
    spin_init(&p->lock, "pipe");
    waitqueue_init(&p->wait);
    p->readers = p->writers = 1;
    ends[0] = file_create(&pipe_ops, i, flags | O_RDONLY);
    ends[1] = file_create(&pipe_ops, i, flags | O_WRONLY);
    if (ends[0] && ends[1])
        return 0;
    file_put(ends[0]);
    file_put(ends[1]);
    return -ENOMEM;
}
