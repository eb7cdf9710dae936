/* sys/mman.h - areas of the address space; the values are the kernel's.
 *
 * Sizes are in bytes and count in whole pages. mmap fails with MAP_FAILED, not with NULL. */
#pragma once

#include <sys/types.h>
#include <linux/mman.h>

#define MAP_FAILED ((void *)-1)

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int mprotect(void *at, size_t size, int protection);
