/* names.h - new names, and names that go. Opening, which may make one too, is in vfs.h.
 *
 * Each takes a path and a directory descriptor (or AT_FDCWD) of the current process, and answers 0
 * or the errno that its man page names. */
#pragma once

#include "fs/path.h"

/* Makes `path` a name of `i`, whose reference it takes over, in any case. NULL: -ENOMEM. `flags`
 * of walk_path: WALK_NAME, or as open(2) follows links. */
int vfs_add(int dirfd, struct buffer path, struct inode *i, u32 flags);
int vfs_unlink(int dirfd, struct buffer path, bool directory);
