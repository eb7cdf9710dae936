/* sys/stat.h - what the kernel knows about a file; struct stat is <asm/stat.h>'s.
 *
 * Its times are st_mtime and st_mtime_nsec, not POSIX's st_mtim. */
#pragma once

#include <sys/types.h>
#include <asm/stat.h>

/* With glibc the kernel's header leaves the S_* names to glibc's, and <elf.h> looks like glibc. */
#pragma push_macro("__GLIBC__")
#undef __GLIBC__
#include <linux/stat.h>
#pragma pop_macro("__GLIBC__")

int stat(const char *restrict path, struct stat *restrict to);
int lstat(const char *restrict path, struct stat *restrict to);
int mkdir(const char *path, mode_t mode);
mode_t umask(mode_t mask);
