/* tree.h - names: which inode stands in which directory under which name.
 *
 * A dirent is one name of one inode. The whole tree is guarded by one lock, held for one look-up or
 * one change at a time, never over a copy to a user or a call upwards. Entries are found by a hash
 * table over (directory, name) and listed in order of `position`, which never changes: so reading a
 * directory while others remove from it neither skips nor repeats. The newest name of an inode
 * stays with it when it is unlinked, so that paths and `..` of what is still open can be told.
 * Not here: paths, permission and errno order of the calls (path.h), the listing (dir.h, in tree.c,
 * too). */
#pragma once

#include "fs/inode.h"

struct dirent {
    struct dirent *next;   /* of those that look-ups of a name pass (tree.c) */
    struct list in_parent; /* parent->children */
    struct inode *parent;  /* one reference */
    struct inode *inode;   /* one reference while look-ups find it, NULL afterwards */
    u64 position;          /* cookie of getdents */
    char name[];           /* NUL-terminated */
};

#define NAME_LIMIT 255 /* NAME_MAX: bytes without the NUL */

extern struct inode *tree_root;

/* Is it this name? */
bool name_is(const struct component *name, const char *text);

/* The entry's inode with a reference, or NULL. */
struct inode *tree_find(struct inode *dir, const struct component *name);
/* Adds a name for `i`. Takes references of its own. 0, -EEXIST, -ENOENT when `dir` or `i` has been
 * removed, -ENOMEM. */
int tree_link(struct inode *dir, const struct component *name, struct inode *i);
/* An entry that no look-up finds: inode->name of an inode made on demand. Takes a reference to
 * `dir` and none to `i`. NULL without memory. */
struct dirent *dirent_create(struct inode *dir, const struct component *name, struct inode *i);
/* Removes the name: of an empty directory if `directory`, else of anything else. 0, -ENOENT,
 * -ENOTDIR, -EISDIR, -ENOTEMPTY, -EBUSY for a mount point. */
int tree_unlink(struct inode *dir, const struct component *name, bool directory);
/* rename(2), replacing what is at the new name unless `no_replace` (-EEXIST). The errors of
 * tree_unlink, and -EINVAL for moving a directory into itself. */
int tree_rename(struct inode *from, const struct component *old_name, struct inode *to,
                const struct component *new_name, bool no_replace);
/* The directory that `..` of `dir` means, with a reference; the root's is the root. */
struct inode *tree_parent(struct inode *dir);
