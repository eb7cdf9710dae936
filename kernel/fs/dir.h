/* dir.h - directories as open files: getdents64.
 *
 * All of it is in tree.c. A listing is poured into a sink, first the names in the tree and then, by
 * the `list` operation of an inode, names made on demand (/proc). Positions only grow, so a listing
 * can be given in pieces. Not here: look-up of a single name (path.h, tree.h). Source:
 * getdents64(2). */
#pragma once

#include "fs/file.h"

/* Where a listing goes: one page, in the layout of getdents64(2). */
struct dir_sink {
    char *page;
    size_t used, size;
    u64 position; /* of the next entry wanted; moves with each one emitted */
    bool full;    /* an entry did not fit: no later one may jump the queue */
};

/* Adds an entry and sets the sink's position to `next`. Of `mode` the S_IFMT bits count. False if
 * it does not fit: stop, and leave the position. */
bool dir_emit(struct dir_sink *sink, const char *name, u64 number, u32 mode, u64 next);

/* getdents64(2): bytes stored, 0 at the end, -ENOTDIR, -EINVAL when one entry does not fit. */
s64 dir_read(struct file *f, u64 user_buf, u64 n);

extern const struct file_ops dir_file_ops;
