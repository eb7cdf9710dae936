/* virtio.h - virtio devices behind registers in memory: the transport and its queues.
 *
 * A queue is a ring of descriptors that driver and device share. Here descriptor N always stands
 * for the driver's buffer N ("slot"), and no buffer is chained to another. Not here: what a device
 * does with its queues (virtio_console.c). No locks: each device's driver has its own.
 * Source: Virtual I/O Device (VIRTIO) 1.2, sections 2.7 "Split Virtqueues" and 4.2 "Virtio Over
 * MMIO". Only version 2 of the registers; the legacy interface is another protocol. */
#pragma once

#include <linux/virtio_ring.h>
#include "lib/types.h"

struct virtio {
    volatile u8 *registers;
    u32 irq;
};

#define VIRTQUEUE_SIZE 16

/* The part that the device reads and writes. */
struct virtqueue_ring {
    struct vring_desc descriptors[VIRTQUEUE_SIZE] __attribute__((aligned(VRING_DESC_ALIGN_SIZE)));
    u16 avail_flags, avail_index, avail_slots[VIRTQUEUE_SIZE];
    struct {
        u16 flags, index;
        struct vring_used_elem slots[VIRTQUEUE_SIZE];
    } used __attribute__((aligned(VRING_USED_ALIGN_SIZE)));
};

struct virtqueue {
    struct virtqueue_ring ring;
    struct virtio *device;
    u32 number;
    u16 taken; /* used entries that the driver has seen */
};

/* The frame of a kernel address, rounded down to the page. Provided by mm/frame.c. */
u64 frame_of(const void *kva);

/* Finds the machine's virtio devices and starts the drivers of those we know. After the PLIC. */
void virtio_init(void);

/* The driver for device type VIRTIO_ID_CONSOLE. It takes the first one; -EBUSY for another, -ENODEV
 * for one without named ports. */
int virtio_console_init(struct virtio *v);

/* The register at this offset in bytes, one of VIRTIO_MMIO_. */
static inline volatile u32 *
virtio_register(const struct virtio *v, u32 offset)
{
    return (volatile u32 *)(v->registers + offset);
}

/* Resets the device and agrees on exactly `features`. 0, or -ENODEV if it does not offer them. */
int virtio_negotiate(struct virtio *v, u64 features);

/* Makes q queue `number` of the device. It and its buffers are static: neither moves, and each is
 * one piece of physical memory, as the kernel's image is. 0, or -ENODEV if there is none. */
int virtqueue_create(struct virtqueue *q, struct virtio *v, u32 number);
/* From now on slot `slot` stands for `size` bytes at `buf`. `flags`: VRING_DESC_F_WRITE for a
 * buffer that the device fills, else 0. Posts it, too. */
void virtqueue_add(struct virtqueue *q, u16 slot, const void *buf, u32 size, u16 flags);
/* Hands the slot to the device, which need not look before virtqueue_notify. */
void virtqueue_post(struct virtqueue *q, u16 slot);
void virtqueue_notify(struct virtqueue *q);
/* Has the device given something back that was not taken yet? */
bool virtqueue_used(const struct virtqueue *q);
/* The next slot it has given back, with the bytes it wrote; -1 when there is none. */
s32 virtqueue_take(struct virtqueue *q, u32 *length);
/* Asks for an interrupt when a slot comes back, or for none. A wish, not an order. */
void virtqueue_interrupts(struct virtqueue *q, bool wanted);
