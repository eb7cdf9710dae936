/* pipe.c - pipes and FIFOs. See pipe.h.
 *
 * A ring of 16 pages, each allocated when bytes first reach it. When the ring runs empty it starts
 * again at its beginning, so short messages live in one page for ever. The pipe's lock is held over
 * copies to user memory (it comes before the space's in the order), which makes every write of what
 * fits atomic; only waiting gives it up. Source: pipe(7), fifo(7). */
#include "fs/pipe.h"
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include "fs/poll.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "sched/wait.h"

#define PIPE_PAGES 16u
#define PIPE_BYTES (PIPE_PAGES * PAGE_SIZE)

struct pipe {
    struct spinlock lock;
    struct waitqueue read_wait, write_wait;
    u32 readers, writers;           /* open files of each kind */
    u32 readers_ever, writers_ever; /* how often one came: what opening a FIFO waits for */
    u64 first, length;              /* bytes: where the stream begins in the ring, how long it is */
    u64 page[PIPE_PAGES];           /* frames; 0 until used */
};

static struct pipe *
pipe_alloc(void)
{
    struct pipe *p = kzalloc(sizeof *p);
    if (!p)
        return NULL;
    spin_init(&p->lock, "pipe");
    waitqueue_init(&p->read_wait);
    waitqueue_init(&p->write_wait);
    return p;
}

static void
pipe_free(struct inode *i)
{
    struct pipe *p = i->pipe;
    for (u32 n = 0; p && n < PIPE_PAGES; n++)
        frame_put(p->page[n]);
    kfree(p);
}

/* Wakes without taking the queue's lock when nobody waits. Who enters a queue looks at the pipe
 * afterwards, under its lock; we changed the pipe under that lock before: so either we see the
 * waiter here, or it saw the change. */
static void
wake(struct waitqueue *q)
{
    if (!list_empty(&q->waiters))
        wake_all(q);
}

/* Moves up to n bytes out. A fault ends it early. */
static u64
take_out(struct pipe *p, struct buffer b, u64 n)
{
    u64 done = 0;
    n = MIN(n, p->length);
    while (done < n) {
        u64 offset = p->first % PAGE_SIZE, want = MIN(n - done, PAGE_SIZE - offset);
        u8 *from = frame_address(p->page[p->first / PAGE_SIZE]);
        u64 got = buffer_put(b, done, from + offset, want);
        p->first = (p->first + got) % PIPE_BYTES;
        p->length -= got;
        done += got;
        if (got < want)
            break;
    }
    if (p->length == 0)
        p->first = 0;
    return done;
}

/* Moves bytes `done` up to n in, as far as there is room; the new `done`. *err tells why it ended
 * early: -EFAULT or -ENOMEM. */
static u64
put_in(struct pipe *p, struct buffer b, u64 n, u64 done, s64 *err)
{
    n = MIN(n, done + PIPE_BYTES - p->length);
    while (done < n) {
        u64 at = (p->first + p->length) % PIPE_BYTES, offset = at % PAGE_SIZE;
        u64 want = MIN(n - done, PAGE_SIZE - offset), *page = &p->page[at / PAGE_SIZE];
        if (!*page && !(*page = frame_alloc())) {
            *err = -ENOMEM;
            break;
        }
        u64 got = buffer_get(b, done, (u8 *)frame_address(*page) + offset, want);
        p->length += got;
        done += got;
        if (got < want) {
            *err = -EFAULT;
            break;
        }
    }
    return done;
}

/* Has the state come that a reader waits for: bytes, or no writer that could bring any? */
static bool
readable(struct pipe *p)
{
    spin_lock(&p->lock);
    bool yes = p->length > 0 || p->writers == 0;
    spin_unlock(&p->lock);
    return yes;
}

static s64
pipe_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct pipe *p = f->inode->pipe;
    for (;;) {
        spin_lock(&p->lock);
        bool bytes = p->length > 0, end = p->writers == 0;
        u64 done = bytes ? take_out(p, b, n) : 0;
        spin_unlock(&p->lock);
        if (done > 0)
            wake(&p->write_wait);
        if (bytes || end || n == 0)
            return bytes && n > 0 && done == 0 ? -EFAULT : (s64)done;
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        int err = WAIT_EVENT(&p->read_wait, readable(p));
        if (err)
            return err;
    }
}

/* Writes of up to PIPE_BUF bytes go in one piece or not at all. */
static u64
room_needed(u64 n)
{
    return n <= PIPE_BUF ? n : 1;
}

static bool
writable(struct pipe *p, u64 n)
{
    spin_lock(&p->lock);
    bool yes = PIPE_BYTES - p->length >= room_needed(n) || p->readers == 0;
    spin_unlock(&p->lock);
    return yes;
}

/* One round of a write. Moves *done; the result ends the write, but for -EAGAIN: no room now. */
static s64
write_round(struct pipe *p, struct buffer b, u64 n, u64 *done)
{
    s64 err = 0;
    u64 before = *done;
    spin_lock(&p->lock);
    if (p->readers == 0)
        err = -EPIPE;
    else if (PIPE_BYTES - p->length < room_needed(n))
        err = -EAGAIN;
    else
        *done = put_in(p, b, n, *done, &err);
    spin_unlock(&p->lock);
    if (*done > before)
        wake(&p->read_wait);
    return err ? err : *done < n ? -EAGAIN : 0;
}

static s64
pipe_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct pipe *p = f->inode->pipe;
    u64 done = 0;
    s64 err = 0;
    while (n > 0) {
        err = write_round(p, b, n, &done);
        if (err != -EAGAIN || (f->flags & O_NONBLOCK))
            break;
        err = WAIT_EVENT(&p->write_wait, writable(p, n));
        if (err)
            break;
    }
    return done > 0 ? (s64)done : err;
}

static u32
pipe_poll(struct file *f, struct waiter *w)
{
    struct pipe *p = f->inode->pipe;
    u32 access = f->flags & O_ACCMODE, events = 0;
    if (access != O_WRONLY)
        poll_wait(w, &p->read_wait);
    if (access != O_RDONLY)
        poll_wait(w ? w + 1 : NULL, &p->write_wait);
    spin_lock(&p->lock);
    if (access != O_WRONLY)
        events |=
            (p->length > 0 ? POLLIN : 0) | (p->writers == 0 && p->writers_ever > 0 ? POLLHUP : 0);
    if (access != O_RDONLY)
        events |=
            (PIPE_BYTES - p->length >= PIPE_BUF ? POLLOUT : 0) | (p->readers == 0 ? POLLERR : 0);
    spin_unlock(&p->lock);
    return events;
}

static s64
pipe_ioctl(struct file *f, u32 request, u64 arg)
{
    if (request != FIONREAD)
        return -ENOTTY;
    int n = (int)f->inode->pipe->length;
    return copy_to_user(arg, &n, sizeof n);
}

static u32
load(const u32 *counter)
{
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

static void
count_ends(struct pipe *p, u32 flags, int change)
{
    u32 access = flags & O_ACCMODE;
    spin_lock(&p->lock);
    if (access != O_WRONLY)
        p->readers += (u32)change;
    if (access != O_RDONLY)
        p->writers += (u32)change;
    if (change > 0) {
        p->readers_ever += access != O_WRONLY;
        p->writers_ever += access != O_RDONLY;
    }
    spin_unlock(&p->lock);
    wake_all(&p->read_wait);
    wake_all(&p->write_wait);
}

static void
pipe_release(struct file *f)
{
    count_ends(f->inode->pipe, f->flags, -1);
}

static const struct file_ops pipe_file_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .release = pipe_release,
};

/* Opening one end of a FIFO waits until there is, or has been since, somebody at the other end
 * (fifo(7)). Counts the new end first. */
static int
open_end(struct pipe *p, u32 flags)
{
    u32 access = flags & O_ACCMODE, *others = access == O_RDONLY ? &p->writers : &p->readers;
    u32 *ever = access == O_RDONLY ? &p->writers_ever : &p->readers_ever, before = load(ever);
    count_ends(p, flags, 1);
    if (access == O_RDWR || load(others) > 0)
        return 0;
    if (flags & O_NONBLOCK)
        return access == O_RDONLY ? 0 : -ENXIO;
    return WAIT_EVENT(access == O_RDONLY ? &p->read_wait : &p->write_wait,
                      load(others) > 0 || load(ever) != before);
}

static int
pipe_attach(struct inode *i)
{
    struct pipe *fresh = i->pipe ? NULL : pipe_alloc();
    spin_lock(&i->lock);
    if (!i->pipe) {
        i->pipe = fresh;
        fresh = NULL;
    }
    spin_unlock(&i->lock);
    kfree(fresh);
    return i->pipe ? 0 : -ENOMEM;
}

static int
fifo_open(struct inode *i, struct file *f)
{
    int err = pipe_attach(i);
    if (err)
        return err;
    err = open_end(i->pipe, f->flags);
    if (err)
        count_ends(i->pipe, f->flags, -1);
    return err;
}

const struct inode_ops fifo_inode_ops = {
    .file_ops = &pipe_file_ops,
    .open = fifo_open,
    .release = pipe_free,
};

/* One end of a pipe that has no name, or NULL. */
static struct file *
make_end(struct inode *i, u32 flags)
{
    struct file *f = file_create(&pipe_file_ops, i, flags, NULL);
    if (f)
        count_ends(i->pipe, flags, 1);
    return f;
}

int
pipe_create(u32 flags, struct file **read_end, struct file **write_end)
{
    struct inode *i = inode_create(&fifo_inode_ops, DEVICE_PIPE, S_IFIFO | 0600);
    *read_end = *write_end = NULL;
    if (i && pipe_attach(i) == 0) {
        *read_end = make_end(i, flags | O_RDONLY);
        *write_end = make_end(i, flags | O_WRONLY);
    }
    inode_put(i);
    if (*read_end && *write_end)
        return 0;
    file_put(*read_end);
    file_put(*write_end);
    return -ENOMEM;
}

s64
pipe_capacity(const struct file *f)
{
    return f->ops == &pipe_file_ops ? (s64)PIPE_BYTES : -EBADF;
}
