/* port.h - files made of byte devices (dev/chardev.h): /dev/virtio-ports/NAME. */
#pragma once

#include "fs/inode.h"

struct chardev;

/* The device node of `d`, or NULL without memory. From then on `d` wakes who waits for it. */
struct inode *port_inode(struct chardev *d, u32 rdev);
