/* ports.c - byte devices as files: reading, writing, waiting. See ports.h.
 *
 * Devices give and take kernel memory only and never wait, so a page stands between them and the
 * program, and its thread waits here:
 *
 *     device <--> page <--> read(2), write(2)
 *
 * What a port is not: a terminal. Whoever asks it for one (ioctl) is told -ENOTTY.
 * Source: read(2), write(2), poll(2). */

#include "fs/ports.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include "dev/chardev.h"
#include "fs/poll.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "time/timer.h"

struct port *console;

/* The device calls it from its interrupt. Readers and writers of a port are few, so all are woken
 * and look again. */
static void
port_changed(struct chardev *d)
{
    struct port *p = d->user;
    wake_all(&p->wait);
}

static s64
take_bytes(struct port *p, char *page, u64 n, bool wait, u64 *deadline)
{
    return p->in->read(p->in, page, n);
}

/* Through a page: who waits may hold no lock, nor may bytes be lost to another reader. The
 * condition of the wait takes the bytes: if it only looked, another reader could take them in
 * between. */
s64
port_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    bool wait = !(f->flags & O_NONBLOCK);
    u64 end = NEVER;
    s64 got, err = 0;
    if (n == 0)
        return 0;
    char *page scoped_page = page_alloc();
    if (!page)
        return -ENOMEM;
    n = MIN(n, PAGE_SIZE);
    if (wait)
        err = WAIT_UNTIL(&p->wait, (got = p->take(p, page, n, wait, &end)) != -EAGAIN, end);
    else
        got = p->take(p, page, n, wait, &end);
    if (err)
        return err;
    if (got > 0 && copy_to_user(b.user, page, (u64)got))
        return -EFAULT;
    return got;
}

/* Sends one piece, whole or not at all: a slow device makes the program wait, not the bytes
 * disappear. The count, or negative errno. */
static s64
send_piece(struct port *p, const char *bytes, size_t n, bool wait)
{
    s64 sent = p->out->write(p->out, bytes, n);
    if (sent == -EAGAIN && wait) {
        int err = WAIT_EVENT(&p->wait, (sent = p->out->write(p->out, bytes, n)) != -EAGAIN);
        if (err)
            return err;
    }
    return sent;
}

/* What two programs write mixes at worst between pieces, and a translation is never cut. A bad
 * address ends the write with what went before it, and so does a signal. */
s64
port_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    bool wait = !(f->flags & O_NONBLOCK);
    char *page scoped_page = page_alloc();
    if (!page)
        return -ENOMEM;
    /* A translated piece stands behind its original, and may be twice as long. */
    u64 done = 0, piece = p->translate ? PAGE_SIZE / 4 : PAGE_SIZE;
    while (done < n && !(done > 0 && interrupted())) {
        char *out = page;
        size_t got = buffer_get(b, done, page, MIN(n - done, piece));
        size_t size = got;
        if (got == 0 && fault_in(space_current(), b.user + done, AREA_READ))
            continue;
        if (p->translate) {
            out = page + piece;
            size = p->translate(page, got, out);
        }
        s64 sent = got > 0 ? send_piece(p, out, size, wait) : -EFAULT;
        if (sent < 0)
            return done > 0 ? (s64)done : sent;
        done += got;
        preemption_point();
    }
    return (s64)done;
}

static u32
port_poll(struct file *f, struct waiter *w)
{
    struct port *p = f->inode->data;
    poll_wait(w, &p->wait);
    return p->in->poll(p->in) | p->out->poll(p->out);
}

static const struct file_ops port_ops = { .read = port_read,
                                          .write = port_write,
                                          .poll = port_poll };
const struct inode_ops port_inode_ops = { .file_ops = &port_ops };

struct port *
port_join(struct chardev *in, struct chardev *out)
{
    struct port *p = kzalloc(sizeof(*p));
    if (!p)
        panic("no memory for a port");
    waitqueue_init(&p->wait);
    p->in = in;
    p->out = out;
    p->take = take_bytes;
    in->user = out->user = p;
    in->changed = out->changed = port_changed;
    return p;
}

/* Keyboard and screen are looked for one by one: a machine may have only one of the two ports, and
 * the UART stands in for the other. */
void
ports_init(void)
{
    struct chardev *d, *in = &uart, *out = &uart;
    list_for_each (d, &chardevs, link) {
        if (strcmp(d->name, "postern.tty.in") == 0)
            in = d;
        if (strcmp(d->name, "postern.tty.out") == 0)
            out = d;
    }
    console = port_join(in, out);
}
