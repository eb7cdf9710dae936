/* path.h - from a path to an inode, to a new name, or to one less. Opening is in vfs.h.
 *
 * A walk goes component by component, with one reference at a time and no lock between steps. At a
 * symbolic link it goes on with the link's text followed by what was left of the path; after 40 of
 * them it is -ELOOP. Permission bits of directories are not looked at: everybody is root. Source:
 * path_resolution(7). A path is a buffer (file.h): a string of the kernel or of the program. Errors
 * of all: -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EBADF (dirfd), -EFAULT, -ENOMEM. */
#pragma once

#include "fs/inode.h"

#define PATH_LIMIT  4096 /* PATH_MAX: bytes with the NUL */
#define LINKS_LIMIT 40

/* Where a walk has ended. */
struct walk {
    struct inode *dir;     /* where the last component was looked up; one reference */
    struct component last; /* length 0: `dir` itself, the path was "/" */
    bool special;          /* it is "", "." or "..", which nobody makes or removes */
    bool slash;            /* a slash follows it */
    bool is_last;          /* nothing but slashes follow it */
    struct inode *inode;   /* what it names, with a reference; NULL: nothing yet (WALK_NEW) */
    char *page;            /* holds the path */
    const char *rest;      /* of it, not walked yet */
    u32 links;
};

/* Walks along `path`, seen from the directory `dirfd` (or AT_FDCWD) of the current process. Flags:
 * AT_SYMLINK_NOFOLLOW: a link at the end is not followed, unless a slash behind it asks for it.
 * AT_EMPTY_PATH: an empty path means what dirfd refers to, of any kind.
 * WALK_NAME: the last name is meant, whatever stands there; a slash behind it is the caller's.
 * WALK_NEW: there need be nothing of the last name.
 * walk_end must follow in any case: `struct walk w scoped_walk;`. */
int walk_path(struct walk *w, int dirfd, struct buffer path, u32 flags);
void walk_end(struct walk *w);
#define WALK_NAME   1u /* none of the AT_ flags */
#define WALK_NEW    2u
#define scoped_walk at_scope_end(walk_end)

/* The inode at the end of such a walk in *out, with a reference; NULL on failure. */
int path_lookup(int dirfd, struct buffer path, u32 flags, struct inode **out);

/* Makes `path` a name of `i`, whose reference it takes over, in any case. NULL: -ENOMEM. `flags`
 * of walk_path: WALK_NAME, or as open(2) follows links. 0 or the errno of link(2). */
int vfs_add(int dirfd, struct buffer path, struct inode *i, u32 flags);
/* unlink(2), or rmdir(2) if `directory`. */
int vfs_unlink(int dirfd, struct buffer path, bool directory);

/* Reads the text of a symbolic link into a page. Its length, without NUL. */
s64 link_text(struct inode *i, char *page);
