/* terminal.c - the modes of a terminal and its foreground group: each is one ioctl.
 *
 * Source: ioctl_tty(2). */

#include <termios.h>
#include <unistd.h>

int
tcgetattr(int fd, struct termios *to)
{
    return ioctl(fd, TCGETS, to);
}

/* TCSETS, TCSETSW and TCSETSF follow each other in the order of TCSANOW, TCSADRAIN, TCSAFLUSH. */
int
tcsetattr(int fd, int when, const struct termios *from)
{
    return ioctl(fd, TCSETS + when, from);
}

int
isatty(int fd)
{
    struct termios modes;
    return tcgetattr(fd, &modes) == 0;
}

pid_t
tcgetpgrp(int fd)
{
    pid_t group;
    return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int
tcsetpgrp(int fd, pid_t group)
{
    return ioctl(fd, TIOCSPGRP, &group);
}
