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

/* A count, 0 at the end of input. Waits only while there is nothing at all. */
static s64
port_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    char *page = page_alloc();
    s64 got = page ? -EAGAIN : -ENOMEM, err = 0;
    while (got == -EAGAIN && n > 0 && !err)
        if ((got = p->device->read(p->device, page, MIN(n, PAGE_SIZE))) == -EAGAIN)
            err = wait_for(f, p, CHARDEV_READABLE);
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        got = -EFAULT;
    page_free(page);
    return n == 0 ? 0 : err ? err : got;
}

/* What the device did not take of a page is fetched once more: simpler than keeping it. */
static s64
port_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    char *page = page_alloc();
    s64 err = page ? 0 : -ENOMEM;
    u64 done = 0;
    while (done < n && !err) {
        size_t got = buffer_get(b, done, page, MIN(n - done, PAGE_SIZE));
        s64 put = got ? p->device->write(p->device, page, got) : -EFAULT;
        if (put >= 0)
            done += (u64)put;
        else
            err = put == -EAGAIN ? wait_for(f, p, CHARDEV_WRITABLE) : put;
    }
    page_free(page);
    return done ? (s64)done : err;
}

static u32
port_poll(struct file *f, struct waiter *w)
{
    struct port *p = f->inode->data;
    poll_wait(w, &p->wait);
    return p->device->poll(p->device);
}

static const struct file_ops port_ops = { .read = port_read,
                                          .write = port_write,
                                          .poll = port_poll };
static const struct inode_ops port_inode_ops = { .file_ops = &port_ops };

struct inode *
port_inode(struct chardev *d, u32 rdev)
{
    struct port *p = kzalloc(sizeof(*p));
    if (!p)
        return NULL;
    p->device = d;
    waitqueue_init(&p->wait);
    d->user = p;
    d->changed = port_changed;
    return device_inode(&port_inode_ops, 0600, rdev, p);
}
