/* virtio_console.c - virtio-serial: byte streams with names, each a chardev.
 *
 * tools/run joins its standard input and output to ports of this device. Unlike a serial line they
 * carry every byte as it is, and the end of input arrives too, as a message that the other side has
 * closed. This half finds out at boot which ports there are and hears later who closes; a port that
 * is plugged in after that is not seen.
 * Not here: the bytes (virtio_port.c), waiting and user memory (fs/port.c), terminals (fs/tty.c).
 * Source: Virtual I/O Device (VIRTIO) 1.2, section 5.3 "Console Device". */

#include "dev/virtio_console.h"
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/errno.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/csr.h"

#define CONTROL_IN  2 /* queue numbers */
#define CONTROL_OUT 3
#define PATIENCE_S  1

/* --- messages: which ports there are, what they are called, who is at their other end --------- */
/* Sends a message and waits until the device has given its buffer back. QEMU answers before it does
 * that, so the answers can be read at once. Waiting in a loop is fine: this is boot, and QEMU needs
 * no time for it; a device that never answers costs its ports, not the machine. */
static void
order(struct console *c, u32 id, u16 event, u16 value)
{
    u32 length;
    c->order = (struct virtio_console_control){ .id = id, .event = event, .value = value };
    virtqueue_add(&c->control_out, 0, &c->order, sizeof c->order, 0);
    virtqueue_notify(&c->control_out);
    u64 limit = rdtime() + PATIENCE_S * machine.timebase_hz;
    while (virtqueue_take(&c->control_out, &length) < 0)
        if (rdtime() > limit) {
            pr_warn("virtio console: no answer to message %u", event);
            return;
        }
}

/* One message of the device. True when it changed what poll says about the port. A port comes to
 * life step by step: ADD, our READY, NAME, our OPEN. Only after OPEN does QEMU read its socket. */
static bool
obey(struct console *c, const struct message *m)
{
    if (m->about.id >= c->port_count)
        return false;
    struct port *p = &c->ports[m->about.id];
    switch (m->about.event) {
    case VIRTIO_CONSOLE_PORT_ADD:
        if (!c->settled) {
            port_add_buffers(p);
            order(c, p->id, VIRTIO_CONSOLE_PORT_READY, 1);
        }
        return false;
    case VIRTIO_CONSOLE_PORT_NAME:
        if (!c->settled) {
            strlcpy(p->name, m->name, sizeof p->name);
            order(c, p->id, VIRTIO_CONSOLE_PORT_OPEN, 1);
        }
        return false;
    case VIRTIO_CONSOLE_PORT_OPEN:
        p->host_open = m->about.value != 0;
        return true;
    default:
        return false;
    }
}

/* All messages that have arrived. A bit for each port with news. The buffer goes back before the
 * message is obeyed: obeying makes the device send more, and it drops what finds no buffer. */
static u32
read_messages(struct console *c)
{
    u32 news = 0, length;
    s32 slot;
    while ((slot = virtqueue_take(&c->control_in, &length)) >= 0) {
        struct message m = c->messages[slot];
        m.name[MIN(MAX(length, sizeof m.about) - sizeof m.about, sizeof m.name - 1)] = '\0';
        virtqueue_post(&c->control_in, (u16)slot);
        virtqueue_notify(&c->control_in);
        if (length >= sizeof m.about && obey(c, &m))
            news |= 1u << m.about.id;
    }
    return news;
}

/* The interrupt does not say which queue it is about. `changed` runs without the lock, because it
 * may come back and read. */
static void
console_interrupt(void *arg)
{
    struct console *c = arg;
    /* "Seen", before looking: what comes after that interrupts again. */
    *virtio_register(c->virtio, VIRTIO_MMIO_INTERRUPT_ACK) =
        *virtio_register(c->virtio, VIRTIO_MMIO_INTERRUPT_STATUS);
    spin_lock(&c->lock);
    u32 news = read_messages(c);
    for (u32 i = 0; i < c->port_count; i++)
        if (port_has_news(&c->ports[i]))
            news |= 1u << i;
    spin_unlock(&c->lock);
    for (u32 i = 0; i < c->port_count; i++) {
        struct chardev *d = &c->ports[i].chardev;
        if ((news >> i & 1) && d->changed)
            d->changed(d);
    }
}

/* --- start ----------------------------------------------------------------------------------- */
/* Ports beyond MAX_PORTS get no queues, and so no life. */
static int
create_queues(struct console *c)
{
    u32 offset = offsetof(struct virtio_console_config, max_nr_ports);
    u32 count = *virtio_register(c->virtio, VIRTIO_MMIO_CONFIG + offset);
    int err = virtqueue_create(&c->control_in, c->virtio, CONTROL_IN);
    if (!err)
        err = virtqueue_create(&c->control_out, c->virtio, CONTROL_OUT);
    for (u32 id = 0; !err && id < MIN(count, MAX_PORTS); id++, c->port_count++)
        err = port_create(c, id);
    for (u16 i = 0; !err && i < VIRTQUEUE_SIZE; i++)
        virtqueue_add(&c->control_in, i, &c->messages[i], sizeof c->messages[i],
                      VRING_DESC_F_WRITE);
    return err;
}

/* Asks for the ports and makes those with a name known to the file layer. */
static void
find_ports(struct console *c)
{
    /* Queues may not change any more, notifications are allowed. */
    *virtio_register(c->virtio, VIRTIO_MMIO_STATUS) |= VIRTIO_CONFIG_S_DRIVER_OK;
    virtqueue_notify(&c->control_in);
    order(c, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
    read_messages(c);
    c->settled = true;
    for (u32 id = 0; id < c->port_count; id++)
        if (c->ports[id].name[0])
            list_add_tail(&chardevs, &c->ports[id].chardev.link);
}

int
virtio_console_init(struct virtio *v)
{
    static struct console console = { .lock = SPINLOCK_INIT("virtio console") };
    if (console.virtio)
        return -EBUSY;
    console.virtio = v;
    int err = virtio_negotiate(v, 1UL << VIRTIO_F_VERSION_1 | 1UL << VIRTIO_CONSOLE_F_MULTIPORT);
    if (!err)
        err = create_queues(&console);
    if (err)
        return err;
    find_ports(&console);
    if (plic_register(v->irq, console_interrupt, &console))
        pr_warn("virtio console: no interrupt %u, so no input", v->irq);
    return 0;
}
