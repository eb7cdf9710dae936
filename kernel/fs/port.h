/* port.h - files made of byte devices (dev/chardev.h): /dev/virtio-ports/NAME.
 *
 * dev.c makes one for each device that the terminal has not taken. Programs open it like any file;
 * a machine without such ports has an empty directory there. No line discipline: bytes pass as they
 * are (see tty.h for the other case). The names are those of the ports, in the folder where Linux
 * systems have them. */
#pragma once

#include "fs/inode.h"

struct chardev;

/* The device node of `d`, or NULL without memory. From then on `d` wakes who waits for it. */
struct inode *port_inode(struct chardev *d, u32 rdev);
