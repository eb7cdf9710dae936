/* names.c - the calls that change names. See names.h.
 *
 * What is left to decide here, beside the walk, is the errno for names that are nobody's to make
 * or remove: `.`, `..`, the root, a trailing slash, /proc. Linux's order of checks is kept. */
#include "fs/names.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"

/* Directories of /proc cannot be written to. */
static bool
is_fixed(const struct inode *dir)
{
    return dir->ops != &ramfs_dir_ops;
}

/* 0 if the name is taken, else the walk's error. For the errno that Linux would find first. */
static int
exists(struct walk *w)
{
    struct inode *i;
    int err = walk_last(w, false, &i);
    if (!err)
        inode_put(i);
    return err;
}

int
link_at(struct walk *w, struct inode *i)
{
    if (!i)
        return -ENOMEM;
    if (walk_last_is_special(w))
        return -EEXIST;
    if (w->last.length > NAME_LIMIT)
        return -ENAMETOOLONG;
    if (is_fixed(w->at) || (w->slash && !S_ISDIR(i->mode)))
        return exists(w) == 0 ? -EEXIST : -ENOENT;
    if (i->device != w->at->device)
        return -EXDEV;
    return tree_link(w->at, &w->last, i);
}

int
vfs_add(int dirfd, struct buffer path, struct inode *i)
{
    struct walk w;
    int err = walk_begin(&w, dirfd, path);
    if (!err)
        err = link_at(&w, i);
    walk_end(&w);
    inode_put(i);
    return err;
}

/* The inode comes first and the name last: nobody ever finds one that is half made. */
int
vfs_make(int dirfd, struct buffer path, u32 mode)
{
    return vfs_add(dirfd, path, ramfs_inode(mode & ~fsinfo_umask()));
}

int
vfs_symlink(struct buffer target, int dirfd, struct buffer path)
{
    char *text = page_alloc();
    int err = text ? path_fetch(text, target) : -ENOMEM;
    if (!err)
        err = *text ? vfs_add(dirfd, path, ramfs_symlink(text, strlen(text))) : -ENOENT;
    page_free(text);
    return err;
}

/* A directory with two names would make `..` ambiguous and loops possible. */
int
vfs_link(int old_dirfd, struct buffer old, u32 flags, int new_dirfd, struct buffer new)
{
    struct inode *i;
    int err = path_lookup(old_dirfd, old, flags, &i);
    if (err)
        return err;
    if (!S_ISDIR(i->mode))
        return vfs_add(new_dirfd, new, i);
    inode_put(i);
    return -EPERM;
}

/* The three special names each have their errno in rmdir(2). */
static int
unlink_last(struct walk *w, bool directory)
{
    size_t length = w->last.length;
    if (walk_last_is_special(w))
        return !directory ? -EISDIR : length == 0 ? -EBUSY : length == 1 ? -EINVAL : -ENOTEMPTY;
    if (is_fixed(w->at) || (w->slash && !directory)) {
        int err = exists(w); /* with a slash: -ENOTDIR for a file */
        return err ? err : is_fixed(w->at) ? -EPERM : -EISDIR;
    }
    return tree_unlink(w->at, &w->last, directory);
}

int
vfs_unlink(int dirfd, struct buffer path, bool directory)
{
    struct walk w;
    int err = walk_begin(&w, dirfd, path);
    if (!err)
        err = unlink_last(&w, directory);
    walk_end(&w);
    return err;
}

/* Both walks have stopped at a parent. What tree_rename cannot know: how the paths were spelled. */
static int
rename_last(struct walk *old, struct walk *new, bool no_replace)
{
    if (old->at->device != new->at->device)
        return -EXDEV;
    if (walk_last_is_special(old))
        return -EBUSY;
    if (walk_last_is_special(new))
        return no_replace ? -EEXIST : -EBUSY;
    if (new->last.length > NAME_LIMIT)
        return -ENAMETOOLONG;
    if (is_fixed(old->at) || is_fixed(new->at))
        return -EPERM;
    if (old->slash || new->slash) {
        struct inode *i = tree_find(old->at, &old->last);
        bool directory = i && S_ISDIR(i->mode);
        inode_put(i);
        if (i && !directory)
            return -ENOTDIR;
    }
    return tree_rename(old->at, &old->last, new->at, &new->last, no_replace);
}

int
vfs_rename(int old_dirfd, struct buffer old, int new_dirfd, struct buffer new, bool no_replace)
{
    struct walk from, to;
    int err = walk_begin(&from, old_dirfd, old);
    if (!err) {
        err = walk_begin(&to, new_dirfd, new);
        if (!err)
            err = rename_last(&from, &to, no_replace);
        walk_end(&to);
    }
    walk_end(&from);
    return err;
}
