/* termios.h - the modes of a terminal; the structure is the kernel's.
 *
 * `when` is TCSANOW, TCSADRAIN or TCSAFLUSH. Other files than terminals answer with ENOTTY. */
#pragma once

#include <asm/termbits.h>
#include <sys/ioctl.h>

int tcgetattr(int fd, struct termios *to);
int tcsetattr(int fd, int when, const struct termios *from);
