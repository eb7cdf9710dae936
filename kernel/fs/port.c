/* port.c - a byte device as a file: waiting, and moving bytes to and from user memory.
 *
 * The device gives and takes kernel memory only, so a page stands between. No position, no
 * terminal: TCGETS answers -ENOTTY, lseek -ESPIPE. */
#include "fs/port.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "dev/chardev.h"
#include "fs/poll.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"

_Static_assert(CHARDEV_READABLE == POLLIN && CHARDEV_WRITABLE == POLLOUT && CHARDEV_HUP == POLLHUP,
               "poll passes the bits on");

struct port {
    struct chardev *device;
    struct waitqueue wait; /* for either direction: a port mostly has one */
};

static void
port_changed(struct chardev *d)
{
    wake_all(&((struct port *)d->user)->wait);
}

/* Until one of the CHARDEV_ bits holds. 0, -EAGAIN for a file that does not wait, -EINTR. */
static s64
wait_for(struct file *f, struct port *p, u32 bits)
{
    if (f->flags & O_NONBLOCK)
        return -EAGAIN;
    return WAIT_EVENT(&p->wait, p->device->poll(p->device) & (bits | CHARDEV_HUP));
}

static s64
read_through(struct file *f, struct buffer b, u64 n, void *page)
{
    struct port *p = f->inode->data;
    s64 got, err;
    while ((got = p->device->read(p->device, page, MIN(n, PAGE_SIZE))) == -EAGAIN)
        if ((err = wait_for(f, p, CHARDEV_READABLE)))
            return err;
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        return -EFAULT;
    return got;
}

/* Writes all n bytes of the page, or says why not; *done counts. */
static s64
write_page(struct file *f, const u8 *page, u64 n, u64 *done)
{
    struct port *p = f->inode->data;
    while (n > 0) {
        s64 put = p->device->write(p->device, page, n);
        s64 err = put == -EAGAIN ? wait_for(f, p, CHARDEV_WRITABLE) : put < 0 ? put : 0;
        if (err)
            return err;
        if (put > 0) {
            page += put;
            n -= (u64)put;
            *done += (u64)put;
        }
    }
    return 0;
}

static s64
write_through(struct file *f, struct buffer b, u64 n, void *page)
{
    u64 done = 0;
    s64 err = 0;
    while (done < n && !err) {
        u64 want = MIN(n - done, PAGE_SIZE);
        u64 got = buffer_get(b, done, page, want);
        err = write_page(f, page, got, &done);
        if (!err && got < want)
            err = -EFAULT;
    }
    return done ? (s64)done : err;
}

static s64
with_page(struct file *f, struct buffer b, u64 n,
          s64 (*move)(struct file *, struct buffer, u64, void *))
{
    if (n == 0)
        return 0;
    u64 frame = frame_alloc();
    if (!frame)
        return -ENOMEM;
    s64 result = move(f, b, n, frame_address(frame));
    frame_put(frame);
    return result;
}

static s64
port_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return with_page(f, b, n, read_through);
}

static s64
port_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return with_page(f, b, n, write_through);
}

static u32
port_poll(struct file *f, struct waiter *w)
{
    struct port *p = f->inode->data;
    poll_wait(w, &p->wait);
    return p->device->poll(p->device);
}

static const struct file_ops port_ops = {
    .read = port_read,
    .write = port_write,
    .poll = port_poll,
};
static const struct inode_ops port_inode_ops = { .file_ops = &port_ops };

struct inode *
port_inode(struct chardev *d, u32 rdev)
{
    struct port *p = kzalloc(sizeof *p);
    if (!p)
        return NULL;
    p->device = d;
    waitqueue_init(&p->wait);
    d->user = p;
    d->changed = port_changed;
    return device_inode(&port_inode_ops, 0600, rdev, p);
}
