/* cpio.h - reads cpio archives of the "newc" format in place.
 *
 * Total: any bytes give entries, the end, or -EINVAL, never an access outside and never an endless
 * loop (this file also builds for the host, where it is tested and fuzzed). Several archives may
 * follow one another with zero fill between. No allocation; data stays where it is. Source: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst, cpio(5). */
#pragma once

#include "lib/types.h"

/* Where a reader is. Begins with `at` and `archive` 0; a copy of it reads on by itself. */
struct cpio {
    const char *data;
    u64 size;
    u64 at;      /* offset of the next header or fill byte */
    u32 archive; /* how many archives have ended before `at` */
};

struct cpio_entry {
    /* As they stand in a header: inode number; seconds since 1970; the file system it came from. */
    u32 number, mode, uid, gid, links, modified_s, size, major, minor;
    u32 rdev_major, rdev_minor, name_size, checksum; /* nobody fills or checks the last */
    u32 archive; /* inode numbers mean something within one archive only */
    /* NUL-terminated, and padded behind to align what follows; and the content. */
    const char *name, *data;
};

/* 1 and the next entry, 0 at the end, -EINVAL (and c->at where it is) for what is no archive. */
int cpio_next(struct cpio *c, struct cpio_entry *e);
