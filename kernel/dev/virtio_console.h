/* virtio_console.h - what the two halves of the virtio-serial driver share: virtio_console.c talks
 * with the device about its ports, virtio_port.c moves their bytes. Nobody else includes this.
 *
 * A port has two queues. The device fills the receive buffers of `in` in order; `out` has one
 * buffer, which the device has almost always taken before the driver's notification returns. */
#pragma once

#include <linux/virtio_console.h>
#include "dev/chardev.h"
#include "dev/virtio.h"
#include "lib/spinlock.h"

#define MAX_PORTS       4 /* tools/run needs three beside port 0, which never has a name */
#define MAX_NAME        56
#define RECEIVE_BUFFERS 2 /* the device fills one while the other is read */
#define RECEIVE_SIZE    2048
#define SEND_SIZE       4096

struct console;

struct port {
    struct chardev chardev;
    struct console *console;
    u32 id;
    bool host_open; /* somebody holds the other end */
    bool sending;   /* the device has not given `send` back yet */
    struct virtqueue in, out;
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

struct console {
    struct virtio *virtio;
    struct spinlock lock; /* queues and ports; taken inside every lock of the file layer */
    struct virtqueue control_in, control_out;
    struct message messages[VIRTQUEUE_SIZE]; /* to receive into */
    struct virtio_console_control order;     /* to send */
    struct port ports[MAX_PORTS];
    u32 port_count; /* ports that have queues */
    bool settled;   /* the ports have become chardevs; later ones are ignored */
};

/* Makes ports[id] with its queues, not known to the device yet. 0 or -ENODEV. Boot only. */
int port_create(struct console *c, u32 id);
/* Gives the device buffers to fill. Boot only. */
void port_add_buffers(struct port *p);
/* Has something happened that a reader or writer may wait for? With the console's lock held. */
bool port_has_news(struct port *p);
