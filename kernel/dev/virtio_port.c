/* virtio_port.c - the bytes of a virtio-serial port, as a chardev. See virtio_console.h.
 *
 * Reading hands each receive buffer back to the device when it is empty; that is what makes the
 * device go on, so a slow reader slows the sender and nothing piles up here. Writing copies into
 * the one send buffer and notifies. A device that keeps it (QEMU with a full socket behind it)
 * makes the next write answer -EAGAIN until its interrupt says that it is done.
 * Source: Virtual I/O Device (VIRTIO) 1.2, section 5.3.6 "Device Operation". */

#include "dev/virtio_console.h"
#include "lib/errno.h"
#include "lib/string.h"

/* --- bytes in -------------------------------------------------------------------------------- */
/* The buffer has been read: the device may fill it again. */
static void
give_back(struct port *p)
{
    virtqueue_post(&p->in, (u16)p->slot);
    virtqueue_notify(&p->in);
    p->slot = -1;
}

/* True when the buffer in `slot` has bytes. Slot numbers and lengths come from the device and are
 * cut to what can be. An end of input cannot overtake the bytes before it: the device queues those
 * first, and host_open falls under this lock later. */
static bool
fetch(struct port *p)
{
    while (p->slot < 0 && (p->slot = virtqueue_take(&p->in, &p->length)) >= 0) {
        p->slot %= RECEIVE_BUFFERS;
        p->length = MIN(p->length, RECEIVE_SIZE);
        p->at = 0;
        if (p->length == 0)
            give_back(p);
    }
    return p->slot >= 0;
}

static s64
port_read(struct chardev *d, void *buf, size_t n)
{
    struct port *p = d->driver;
    s64 got;
    spin_lock(&p->console->lock);
    if (fetch(p)) {
        got = (s64)MIN(n, (size_t)(p->length - p->at));
        memcpy(buf, p->receive[p->slot] + p->at, (size_t)got);
        p->at += (u32)got;
        if (p->at == p->length)
            give_back(p);
    } else {
        got = p->host_open ? -EAGAIN : 0;
    }
    spin_unlock(&p->console->lock);
    return got;
}

/* --- bytes out ------------------------------------------------------------------------------- */
/* Notes that the device has taken what was sent. True when that is news. */
static bool
sent(struct port *p)
{
    u32 length;
    if (!p->sending || virtqueue_take(&p->out, &length) < 0)
        return false;
    p->sending = false;
    virtqueue_interrupts(&p->out, false);
    return true;
}

/* Hands n bytes to the device. The wish for an interrupt is made before the last look, or a device
 * that finishes in between would never be noticed. */
static void
send(struct port *p, const void *buf, size_t n)
{
    memcpy(p->send, buf, n);
    virtqueue_add(&p->out, 0, p->send, (u32)n, 0);
    p->sending = true;
    virtqueue_notify(&p->out);
    if (!sent(p)) {
        virtqueue_interrupts(&p->out, true); /* a device that takes its time */
        sent(p);
    }
}

/* Nobody at the other end is a broken pipe; QEMU would throw the bytes away without a word. */
static s64
port_write(struct chardev *d, const void *buf, size_t n)
{
    struct port *p = d->driver;
    s64 put = (s64)MIN(n, SEND_SIZE);
    spin_lock(&p->console->lock);
    sent(p);
    if (!p->host_open)
        put = -EPIPE;
    else if (p->sending)
        put = -EAGAIN;
    else
        send(p, buf, (size_t)put);
    spin_unlock(&p->console->lock);
    return put;
}

/* At the end of input read gives 0 at once, and after a hang-up write fails at once: both are ready
 * in the sense of poll(2). */
static u32
port_poll(struct chardev *d)
{
    struct port *p = d->driver;
    spin_lock(&p->console->lock);
    sent(p);
    u32 bits = p->host_open ? 0 : CHARDEV_HUP;
    if (fetch(p) || !p->host_open)
        bits |= CHARDEV_READABLE;
    if (!p->sending || !p->host_open)
        bits |= CHARDEV_WRITABLE;
    spin_unlock(&p->console->lock);
    return bits;
}

bool
port_has_news(struct port *p)
{
    bool taken = sent(p);
    /* A buffer in `slot` may have been fetched by a poll for somebody who then did not read. */
    return taken || p->slot >= 0 || virtqueue_used(&p->in);
}

/* --- making one ------------------------------------------------------------------------------ */
void
port_add_buffers(struct port *p)
{
    for (u16 i = 0; i < RECEIVE_BUFFERS; i++)
        virtqueue_add(&p->in, i, p->receive[i], RECEIVE_SIZE, VRING_DESC_F_WRITE);
    virtqueue_interrupts(&p->out, false);
    virtqueue_notify(&p->in);
}

/* Port 0 came before the control queues, historically; the others follow them. */
int
port_create(struct console *c, u32 id)
{
    struct port *p = &c->ports[id];
    p->console = c;
    p->id = id;
    p->slot = -1;
    p->chardev = (struct chardev){
        .name = p->name, .read = port_read, .write = port_write, .poll = port_poll, .driver = p
    };
    u32 first = id == 0 ? 0 : 2 * id + 2;
    int err = virtqueue_create(&p->in, c->virtio, first);
    return err ? err : virtqueue_create(&p->out, c->virtio, first + 1);
}
