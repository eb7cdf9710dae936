/* path.h - from a path to an inode.
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

/* What a look-up does about its last component. */
#define PATH_FOLLOW 1u /* if it is a symbolic link, goes on (a trailing slash always does) */
#define PATH_EMPTY  2u /* an empty path means what dirfd refers to, of any kind (AT_EMPTY_PATH) */

/* A walk that has stopped in front of its last component. */
struct walk {
    struct inode *at;      /* the directory reached; one reference */
    struct component last; /* to be looked up in it; length 0: `at` itself, the path was "/" */
    bool slash;            /* a slash follows it: it must be a directory */
    bool missing;          /* after walk_last: `at` has no such name (a new one may go there) */
    char *page;            /* holds the path */
    const char *rest;      /* of it, not walked yet */
    u32 links;
};

/* The inode of `path` with a reference, seen from the directory `dirfd` (or AT_FDCWD) of the
 * current process. */
int path_lookup(int dirfd, struct buffer path, u32 flags, struct inode **out);

/* Begins a walk and stops at the last component. walk_end follows in any case. */
int walk_begin(struct walk *w, int dirfd, struct buffer path);
/* Looks the last component up. 0 and an inode in *out; an error; or WALK_ON when it was a link that
 * is to be followed: the walk has stopped again, at the last component of the longer path. */
int walk_last(struct walk *w, bool follow, struct inode **out);
void walk_end(struct walk *w);
#define WALK_ON 1

/* True for a last component that names nothing new: "", "." or "..". */
bool walk_last_is_special(const struct walk *w);
/* Copies a path to `text`, which has room for PATH_LIMIT. 0, -EFAULT, -ENAMETOOLONG. */
int path_fetch(char *text, struct buffer path);
/* Reads the text of a symbolic link. Length without NUL, or negative errno. */
s64 link_text(struct inode *i, char *buf, size_t size);
