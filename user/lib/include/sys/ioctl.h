/* sys/ioctl.h - requests to a device, here the terminal; the values are the kernel's.
 *
 * Source: ioctl_tty(2). Other files than terminals answer with ENOTTY. */
#pragma once

#include <asm/ioctls.h>

struct winsize { /* the kernel's own stands beside definitions that clash with <termios.h> */
    unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

int ioctl(int fd, unsigned long request, ...);
