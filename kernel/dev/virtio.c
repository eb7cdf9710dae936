/* virtio.c - the transport and the queues. See virtio.h.
 *
 * The device reads and writes the rings at any time, like another hart: an index is published with
 * release after what it stands for, and read with acquire before. */

#include "dev/virtio.h"
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/errno.h"
#include "lib/print.h"

#define MAGIC          0x74726976u /* "virt" */
#define MODERN_VERSION 2

/* Section 3.1.1: each step is told to the device by one more status bit. Features come in words of
 * 32 bits. The device keeps FEATURES_OK only if it can live with the choice. */
int
virtio_negotiate(struct virtio *v, u64 features)
{
    volatile u32 *status = virtio_register(v, VIRTIO_MMIO_STATUS);
    *status = 0;
    *status |= VIRTIO_CONFIG_S_ACKNOWLEDGE;
    *status |= VIRTIO_CONFIG_S_DRIVER;
    for (u32 word = 0; word < 2; word++) {
        u32 wanted = (u32)(features >> 32 * word);
        *virtio_register(v, VIRTIO_MMIO_DEVICE_FEATURES_SEL) = word;
        if (wanted & ~*virtio_register(v, VIRTIO_MMIO_DEVICE_FEATURES))
            return -ENODEV;
        *virtio_register(v, VIRTIO_MMIO_DRIVER_FEATURES_SEL) = word;
        *virtio_register(v, VIRTIO_MMIO_DRIVER_FEATURES) = wanted;
    }
    *status |= VIRTIO_CONFIG_S_FEATURES_OK;
    return *status & VIRTIO_CONFIG_S_FEATURES_OK ? 0 : -ENODEV;
}

/* --- queues ---------------------------------------------------------------------------------- */
/* Devices know physical addresses only. */
static u64
physical(const void *p)
{
    return frame_of(p) + (u64)p % PAGE_SIZE;
}

static void
write_address(struct virtio *v, u32 low_offset, const void *p)
{
    *virtio_register(v, low_offset) = (u32)physical(p);
    *virtio_register(v, low_offset + 4) = (u32)(physical(p) >> 32);
}

/* The device may have more slots than we use, but not fewer. */
int
virtqueue_create(struct virtqueue *q, struct virtio *v, u32 number)
{
    *virtio_register(v, VIRTIO_MMIO_QUEUE_SEL) = number;
    if (*virtio_register(v, VIRTIO_MMIO_QUEUE_NUM_MAX) < VIRTQUEUE_SIZE)
        return -ENODEV;
    q->device = v;
    q->number = number;
    *virtio_register(v, VIRTIO_MMIO_QUEUE_NUM) = VIRTQUEUE_SIZE;
    write_address(v, VIRTIO_MMIO_QUEUE_DESC_LOW, q->ring.descriptors);
    write_address(v, VIRTIO_MMIO_QUEUE_AVAIL_LOW, &q->ring.avail_flags);
    write_address(v, VIRTIO_MMIO_QUEUE_USED_LOW, &q->ring.used);
    *virtio_register(v, VIRTIO_MMIO_QUEUE_READY) = 1;
    return 0;
}

/* Indices run freely through all 16 bits; only the place in the ring is taken modulo its size. */
void
virtqueue_post(struct virtqueue *q, u16 slot)
{
    struct virtqueue_ring *r = &q->ring;
    u16 index = r->avail_index;
    r->avail_slots[index % VIRTQUEUE_SIZE] = slot;
    __atomic_store_n(&r->avail_index, (u16)(index + 1), __ATOMIC_RELEASE);
}

void
virtqueue_add(struct virtqueue *q, u16 slot, const void *buf, u32 size, u16 flags)
{
    q->ring.descriptors[slot] =
        (struct vring_desc){ .addr = physical(buf), .len = size, .flags = flags };
    virtqueue_post(q, slot);
}

void
virtqueue_notify(struct virtqueue *q)
{
    /* What is in memory must be there before the device hears of it (w before o). */
    __asm__ volatile("fence w,ow" ::: "memory");
    *virtio_register(q->device, VIRTIO_MMIO_QUEUE_NOTIFY) = q->number;
}

bool
virtqueue_used(const struct virtqueue *q)
{
    return __atomic_load_n(&q->ring.used.index, __ATOMIC_ACQUIRE) != q->taken;
}

s32
virtqueue_take(struct virtqueue *q, u32 *length)
{
    if (!virtqueue_used(q))
        return -1;
    struct vring_used_elem *e = &q->ring.used.slots[q->taken++ % VIRTQUEUE_SIZE];
    *length = e->len;
    return (s32)(e->id % VIRTQUEUE_SIZE); /* a device's word is not trusted as an index */
}

void
virtqueue_interrupts(struct virtqueue *q, bool wanted)
{
    u16 flags = wanted ? 0 : VRING_AVAIL_F_NO_INTERRUPT;
    __atomic_store_n(&q->ring.avail_flags, flags, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the wish is out before the driver looks once more */
}

/* --- finding the devices --------------------------------------------------------------------- */
/* Devices of other types are left alone, and so are the empty places that `virt` always has. */
void
virtio_init(void)
{
    static struct virtio devices[MAX_VIRTIO];
    for (u32 i = 0; i < machine.virtio_count; i++) {
        struct virtio *v = &devices[i];
        v->registers = device_registers(&machine.virtio[i].regs);
        v->irq = machine.virtio[i].irq;
        u32 type = *virtio_register(v, VIRTIO_MMIO_DEVICE_ID); /* 0: an empty place */
        if (*virtio_register(v, VIRTIO_MMIO_MAGIC_VALUE) != MAGIC || type != VIRTIO_ID_CONSOLE)
            continue;
        if (*virtio_register(v, VIRTIO_MMIO_VERSION) != MODERN_VERSION)
            pr_warn("virtio: a legacy device (QEMU: -global virtio-mmio.force-legacy=false)");
        else if (virtio_console_init(v))
            pr_warn("virtio: a console whose ports cannot be used");
    }
}
