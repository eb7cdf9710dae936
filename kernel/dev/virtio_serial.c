/* virtio_serial.c - virtio-serial: byte streams with names, each a chardev.
 *
 * tools/run joins its standard input and output to ports of this device. Unlike a serial line they
 * carry every byte as it is, and the end of input arrives too, as a message that the other side has
 * closed. Boot finds out which ports there are; one that is plugged in later is not seen. Three
 * layers, top down below: queues, which driver and device share; messages about ports; bytes.
 * Not here: waiting, user memory and the terminal (fs/ports.c).
 * Source: Virtual I/O Device (VIRTIO) 1.2, sections 2.7 "Split Virtqueues", 4.2 "Virtio Over MMIO"
 * (version 2 of the registers only; the legacy interface is another protocol), 5.3 "Console
 * Device". */

#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include "dev/chardev.h"
#include "dev/device.h"
#include "lib/errno.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "riscv/csr.h"

#define MAGIC          0x74726976u /* "virt" */
#define MODERN_VERSION 2
#define FEATURES       (1UL << VIRTIO_F_VERSION_1 | 1UL << VIRTIO_CONSOLE_F_MULTIPORT)

#define CONTROL_IN      2 /* queue numbers */
#define CONTROL_OUT     3
#define QUEUE_SIZE      16
#define PATIENCE_S      1
#define MAX_PORTS       4 /* tools/run needs three beside port 0, which never has a name */
#define MAX_NAME        56
#define RECEIVE_BUFFERS 2 /* the device fills one while the other is read */
#define RECEIVE_SIZE    2048
#define SEND_SIZE       4096

/* A ring of descriptors. Descriptor N always stands for buffer N ("slot") of the queue, and no
 * buffer is chained to another. Queues and buffers are static: none moves, and each is one piece of
 * physical memory, as the kernel's image is. The device reads and writes the ring at any time, like
 * another hart: an index is published with release after what it stands for, and read with acquire
 * before. Indices run freely through all 16 bits; only the place is taken modulo the size. */
struct queue {
    struct vring_desc descriptors[QUEUE_SIZE] __attribute__((aligned(VRING_DESC_ALIGN_SIZE)));
    u16 avail_flags, avail_index, avail_slots[QUEUE_SIZE];
    struct {
        u16 flags, index;
        struct vring_used_elem slots[QUEUE_SIZE];
    } used __attribute__((aligned(VRING_USED_ALIGN_SIZE)));
    u32 number; /* the rest is the driver's own */
    u16 taken;  /* used entries that it has seen */
    u32 length; /* what the device wrote to the last one, in bytes */
};

/* The device fills the receive buffers of `in` in order; `out` has one buffer, which the device has
 * almost always taken before the driver's notification returns. */
struct port {
    struct chardev chardev;
    bool host_open; /* somebody holds the other end */
    bool sending;   /* the device has not given `send` back yet */
    struct queue in, out;
    u8 receive[RECEIVE_BUFFERS][RECEIVE_SIZE], send[SEND_SIZE];
    s32 slot;       /* the receive buffer that is being read, -1: none */
    u32 at, length; /* how far it has been read, and how much is in it, in bytes */
    char name[MAX_NAME];
};

/* A message about port `about.id`; in PORT_NAME a name follows it, perhaps without a NUL. */
struct message {
    struct virtio_console_control about;
    char name[MAX_NAME];
};
#define MESSAGE_ROOM (sizeof(struct message) - 1) /* a NUL stays behind what the device writes */
#define MESSAGE_NAME (MAX_NAME - 1)               /* so long a name may have been cut */

static volatile u8 *registers;
#define REG(offset)    (*(volatile u32 *)(registers + (offset))) /* one of VIRTIO_MMIO_ */
#define REGISTERS_SIZE (VIRTIO_MMIO_CONFIG + sizeof(struct virtio_console_config))
static struct spinlock console_lock = SPINLOCK_INIT("virtio console"); /* of all below */
static struct queue control_in, control_out;
static struct message messages[QUEUE_SIZE]; /* to receive into */
static struct port ports[MAX_PORTS];
static u32 port_count; /* ports that have queues */

/* --- queues ---------------------------------------------------------------------------------- */

/* The device may have more slots than we use, but not fewer. 0 or -ENODEV. */
static int
queue_create(struct queue *q, u32 number)
{
    const u64 parts[] = { physical(q->descriptors), physical(&q->avail_flags), physical(&q->used) };
    q->number = number;
    REG(VIRTIO_MMIO_QUEUE_SEL) = number;
    if (REG(VIRTIO_MMIO_QUEUE_NUM_MAX) < QUEUE_SIZE)
        return -ENODEV;
    REG(VIRTIO_MMIO_QUEUE_NUM) = QUEUE_SIZE;
    for (u32 i = 0; i < ARRAY_SIZE(parts); i++) {
        REG(VIRTIO_MMIO_QUEUE_DESC_LOW + 16 * i) = (u32)parts[i]; /* AVAIL and USED follow */
        REG(VIRTIO_MMIO_QUEUE_DESC_HIGH + 16 * i) = (u32)(parts[i] >> 32);
    }
    REG(VIRTIO_MMIO_QUEUE_READY) = 1;
    return 0;
}

/* Hands `size` bytes at `buf` to the device as this slot: to fill with VRING_DESC_F_WRITE in
 * `flags`, else to take. */
static void
queue_give(struct queue *q, u32 slot, const void *buf, u32 size, u16 flags)
{
    q->descriptors[slot] = (struct vring_desc){ physical(buf), size, flags, 0 };
    q->avail_slots[q->avail_index % QUEUE_SIZE] = (u16)slot;
    __atomic_store_n(&q->avail_index, (u16)(q->avail_index + 1), __ATOMIC_RELEASE);
    /* What is in memory must be there before the device hears of it (w before o). */
    __asm__ volatile("fence w,ow" ::: "memory");
    REG(VIRTIO_MMIO_QUEUE_NOTIFY) = q->number;
}

/* The next slot that the device has given back; -1 when there is none. */
static s32
queue_take(struct queue *q)
{
    if (__atomic_load_n(&q->used.index, __ATOMIC_ACQUIRE) == q->taken)
        return -1;
    struct vring_used_elem *e = &q->used.slots[q->taken++ % QUEUE_SIZE];
    q->length = e->len;
    return (s32)(e->id % QUEUE_SIZE); /* a device's word is not trusted as an index */
}

/* --- messages: which ports there are, what they are called, who is at their other end --------- */

/* Sends a message and waits until the device has given its buffer back. QEMU answers before it does
 * that, so the answers can be read at once. Waiting in a loop is fine: this is boot, and QEMU needs
 * no time for it; a device that never answers costs its ports, not the machine. */
static void
order(u32 id, u16 event)
{
    static struct virtio_console_control message;
    u64 limit = rdtime() + PATIENCE_S * machine.timebase_hz;
    message = (struct virtio_console_control){ .id = id, .event = event, .value = 1 };
    queue_give(&control_out, 0, &message, sizeof(message), 0);
    while (queue_take(&control_out) < 0 && rdtime() < limit)
        ;
    if (rdtime() >= limit)
        pr_warn("virtio console: no answer to message %u", event);
}

/* A port comes to life step by step: ADD, our READY, NAME, our OPEN; only after OPEN does QEMU read
 * its socket. */
static void
obey(const struct message *m)
{
    u32 id = m->about.id;
    if (id >= port_count)
        return;
    struct port *p = &ports[id];
    switch (m->about.event) {
    case VIRTIO_CONSOLE_PORT_ADD:
        order(id, VIRTIO_CONSOLE_PORT_READY);
        break;
    case VIRTIO_CONSOLE_PORT_NAME: /* becomes a file's: with a slash it would be anywhere */
        if (strchr(m->name, '/') || strlen(m->name) == MESSAGE_NAME) {
            pr_warn("virtio console: a port cannot be named %s", m->name);
            return;
        }
        strlcpy(p->name, m->name, sizeof(p->name));
        order(id, VIRTIO_CONSOLE_PORT_OPEN);
        break;
    case VIRTIO_CONSOLE_PORT_OPEN:
        p->host_open = m->about.value != 0;
        break;
    }
}

/* Reads all messages that have arrived. The buffer goes back before the message is obeyed: obeying
 * makes the device send more, and it drops what finds no buffer. It is all zeros then, so the next
 * name in it has an end. */
static void
read_messages(void)
{
    for (;;) {
        s32 slot = queue_take(&control_in);
        if (slot < 0)
            return;
        struct message m = messages[slot];
        messages[slot] = (struct message){ 0 };
        queue_give(&control_in, (u32)slot, &messages[slot], MESSAGE_ROOM, VRING_DESC_F_WRITE);
        obey(&m);
    }
}

/* The interrupt does not say which queue it is about, and telling all ports costs less than finding
 * out. `changed` runs without the lock, because it may come back and read. */
static void
console_interrupt(void *arg)
{
    /* "Seen", before looking: what comes after that interrupts again. */
    REG(VIRTIO_MMIO_INTERRUPT_ACK) = REG(VIRTIO_MMIO_INTERRUPT_STATUS);
    spin_lock(&console_lock);
    read_messages();
    spin_unlock(&console_lock);
    for (struct port *p = ports; p < ports + port_count; p++)
        if (p->chardev.changed)
            p->chardev.changed(&p->chardev);
}

/* --- bytes ----------------------------------------------------------------------------------- */

/* True when the buffer in `slot` has bytes to read. One that has been read goes back to the device;
 * that is what makes it go on, so a slow reader slows the sender and nothing piles up here. Slot
 * numbers and lengths come from the device and are cut to what can be. An end of input cannot
 * overtake the bytes before it: the device queues those first, and host_open falls under this lock
 * later. */
static bool
fetch(struct port *p)
{
    while (p->at == p->length) {
        if (p->slot >= 0)
            queue_give(&p->in, (u32)p->slot, p->receive[p->slot], RECEIVE_SIZE, VRING_DESC_F_WRITE);
        p->at = p->length = 0;
        p->slot = queue_take(&p->in);
        if (p->slot < 0)
            return false;
        p->slot %= RECEIVE_BUFFERS;
        p->length = MIN(p->in.length, RECEIVE_SIZE);
    }
    return true;
}

static s64
port_read(struct chardev *d, void *buf, size_t n)
{
    struct port *p = container_of(d, struct port, chardev);
    spin_guard(&console_lock);
    if (!fetch(p))
        return p->host_open ? -EAGAIN : 0;
    u32 got = (u32)MIN(n, p->length - p->at);
    memcpy(buf, p->receive[p->slot] + p->at, got);
    p->at += got;
    return got;
}

/* Has the device taken what was sent? If not, its interrupt will say when: we ask for that before
 * the last look, or a device that finishes in between would never be noticed. */
static bool
sent(struct port *p)
{
    if (p->sending)
        p->sending = queue_take(&p->out) < 0;
    if (p->sending) {
        p->out.avail_flags = 0;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        p->sending = queue_take(&p->out) < 0;
    }
    return !p->sending;
}

/* Copies into the one send buffer. A device that keeps it (QEMU with a full socket behind it) makes
 * the next write answer -EAGAIN until it is done. Nobody at the other end is a broken pipe; QEMU
 * would throw the bytes away without a word. */
static s64
port_write(struct chardev *d, const void *buf, size_t n)
{
    struct port *p = container_of(d, struct port, chardev);
    spin_guard(&console_lock);
    if (!p->host_open)
        return -EPIPE;
    if (!sent(p))
        return -EAGAIN;
    n = MIN(n, SEND_SIZE);
    memcpy(p->send, buf, n);
    p->out.avail_flags = VRING_AVAIL_F_NO_INTERRUPT; /* most often it is done at once */
    queue_give(&p->out, 0, p->send, (u32)n, 0);
    p->sending = true;
    sent(p);
    return (s64)n;
}

/* At the end of input read gives 0 at once, and after a hang-up write fails at once: both are ready
 * in the sense of poll(2). */
static u32
port_poll(struct chardev *d)
{
    struct port *p = container_of(d, struct port, chardev);
    spin_guard(&console_lock);
    u32 bits = 0;
    if (fetch(p))
        bits |= CHARDEV_READABLE;
    if (sent(p))
        bits |= CHARDEV_WRITABLE;
    if (!p->host_open)
        bits = CHARDEV_HUP | CHARDEV_READABLE | CHARDEV_WRITABLE;
    return bits;
}

/* --- start ----------------------------------------------------------------------------------- */

/* Section 3.1.1: each step is told to the device by one more status bit. Features come in words of
 * 32 bits. The device keeps FEATURES_OK only if it can live with the choice. 0 or -ENODEV. */
static int
negotiate(void)
{
    volatile u32 *status = &REG(VIRTIO_MMIO_STATUS);
    *status = 0;
    *status |= VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
    for (u32 word = 0; word < 2; word++) {
        u32 wanted = (u32)(FEATURES >> 32 * word);
        REG(VIRTIO_MMIO_DEVICE_FEATURES_SEL) = word;
        if (wanted & ~REG(VIRTIO_MMIO_DEVICE_FEATURES))
            return -ENODEV;
        REG(VIRTIO_MMIO_DRIVER_FEATURES_SEL) = word;
        REG(VIRTIO_MMIO_DRIVER_FEATURES) = wanted;
    }
    *status |= VIRTIO_CONFIG_S_FEATURES_OK;
    return *status & VIRTIO_CONFIG_S_FEATURES_OK ? 0 : -ENODEV;
}

/* Ports beyond MAX_PORTS get no queues, and so no life. Port 0 has the queues in front of those for
 * messages, as it is the older one; the other ports follow behind. 0 or -ENODEV. */
static int
create_queues(void)
{
    u32 offset = VIRTIO_MMIO_CONFIG + offsetof(struct virtio_console_config, max_nr_ports);
    u32 count = MIN(REG(offset), MAX_PORTS);
    if (queue_create(&control_in, CONTROL_IN) || queue_create(&control_out, CONTROL_OUT))
        return -ENODEV;
    for (; port_count < count; port_count++) {
        struct port *p = &ports[port_count];
        u32 first = port_count == 0 ? 0 : 2 * port_count + 2;
        if (queue_create(&p->in, first) || queue_create(&p->out, first + 1))
            return -ENODEV;
    }
    return 0;
}

static void
start_port(struct port *p)
{
    p->chardev = (struct chardev){
        .name = p->name, .read = port_read, .write = port_write, .poll = port_poll
    };
    p->slot = -1;
    for (u32 i = 0; i < RECEIVE_BUFFERS; i++)
        queue_give(&p->in, i, p->receive[i], RECEIVE_SIZE, VRING_DESC_F_WRITE);
}

/* Asks for the ports and makes those with a name known to the file layer. Queues first: they may
 * not change once notifications are allowed. */
static int
console_start(u32 irq)
{
    if (negotiate() || create_queues())
        return -ENODEV;
    REG(VIRTIO_MMIO_STATUS) |= VIRTIO_CONFIG_S_DRIVER_OK;
    for (struct port *p = ports; p < ports + port_count; p++)
        start_port(p);
    for (u32 i = 0; i < QUEUE_SIZE; i++)
        queue_give(&control_in, i, &messages[i], MESSAGE_ROOM, VRING_DESC_F_WRITE);
    order(0, VIRTIO_CONSOLE_DEVICE_READY);
    read_messages();
    for (struct port *p = ports; p < ports + port_count; p++)
        if (p->name[0])
            list_add_tail(&chardevs, &p->chardev.link);
    if (plic_register(irq, false, console_interrupt, NULL))
        pr_warn("virtio console: no interrupt %u, so no input", irq);
    return 0;
}

/* The first console is ours. Devices of other types are left alone, and so are the empty places
 * (type 0) that `virt` always has. */
void
virtio_init(void)
{
    for (u32 i = 0; i < machine.virtio_count; i++) {
        registers = device_registers(&machine.virtio[i], REGISTERS_SIZE);
        if (!registers || REG(VIRTIO_MMIO_MAGIC_VALUE) != MAGIC ||
            REG(VIRTIO_MMIO_DEVICE_ID) != VIRTIO_ID_CONSOLE)
            continue;
        if (REG(VIRTIO_MMIO_VERSION) != MODERN_VERSION)
            pr_warn("virtio: a legacy device (QEMU: -global virtio-mmio.force-legacy=false)");
        else if (console_start(machine.virtio_irq[i]))
            pr_warn("virtio: a console whose ports cannot be used");
        return;
    }
    if (machine.virtio_count == MAX_VIRTIO)
        pr_warn("virtio: no console in the first %d places, and no more are looked at", MAX_VIRTIO);
}
