/* fcntl.h - opening files and the flags of descriptors; the values are the kernel's.
 *
 * open's third argument, the mode of a new file, counts with O_CREAT only; umask is taken off. */
#pragma once

#include <sys/types.h>
#include <linux/fcntl.h>

int open(const char *path, int flags, ...);
int fcntl(int fd, int command, ...);
