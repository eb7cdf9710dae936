/* names.h - the calls that change names: mkdir, unlink, rename and their like.
 *
 * Each takes kernel strings and directory descriptors (or AT_FDCWD) of the current process, and
 * answers 0 or the errno that its man page names. */
#pragma once

#include "fs/path.h"

/* Makes `path` a name of `i`, whose reference it takes over, in any case. NULL: -ENOMEM. */
int vfs_add(int dirfd, const char *path, struct inode *i);
/* The type bits of `mode` say what is made: S_IFREG, S_IFDIR, S_IFIFO. The umask is applied. */
int vfs_make(int dirfd, const char *path, u32 mode);
int vfs_symlink(const char *target, int dirfd, const char *path);
/* `flags` of path.h are for the old name. */
int vfs_link(int old_dirfd, const char *old, u32 flags, int new_dirfd, const char *new);
int vfs_unlink(int dirfd, const char *path, bool directory);
int vfs_rename(int old_dirfd, const char *old, int new_dirfd, const char *new, bool no_replace);

/* Adds `i` (NULL: -ENOMEM) as the last component of a walk that stopped there; its reference stays
 * the caller's. */
int link_at(struct walk *w, struct inode *i);
