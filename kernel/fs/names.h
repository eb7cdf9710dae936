/* names.h - the calls that change names: mkdir, unlink, rename and their like.
 *
 * Each takes paths and directory descriptors (or AT_FDCWD) of the current process, and answers 0 or
 * the errno that its man page names. */
#pragma once

#include "fs/path.h"

/* Makes `path` a name of `i`, whose reference it takes over, in any case. NULL: -ENOMEM. */
int vfs_add(int dirfd, struct buffer path, struct inode *i);
/* The type bits of `mode` say what is made: S_IFREG, S_IFDIR. The umask is applied. */
int vfs_make(int dirfd, struct buffer path, u32 mode);
int vfs_symlink(struct buffer target, int dirfd, struct buffer path);
/* `flags` of path.h are for the old name. */
int vfs_link(int old_dirfd, struct buffer old, u32 flags, int new_dirfd, struct buffer new);
int vfs_unlink(int dirfd, struct buffer path, bool directory);
int vfs_rename(int old_dirfd, struct buffer old, int new_dirfd, struct buffer new, bool no_replace);

/* Adds `i` (NULL: -ENOMEM) as the last component of a walk that stopped there; its reference stays
 * the caller's. */
int link_at(struct walk *w, struct inode *i);
