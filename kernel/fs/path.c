/* path.c - the walk along a path, and what is made or removed at its end. See path.h.
 *
 * The path lies in one page; at a symbolic link the link's text and the rest take its place. One
 * loop does it all, and ends with the directory, the last component and what stands there, so that
 * calls which make or remove a name start from the same place as those which look it up. All that
 * these add is an errno for each name that nobody makes or removes: `.`, `..`, the root, one with a
 * slash behind it, one in /proc. Linux's order of checks is kept. Not here: the change itself
 * (tree.c), opening (open.c). Source: path_resolution(7), link(2), unlink(2), rmdir(2). */

#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"

s64
link_text(struct inode *i, char *page)
{
    return inode_read(i, kernel_path(page), PATH_LIMIT, 0);
}

/* Replaces the link *at by where it leads: an inode directly, or the directory where the rest of
 * the walk begins. A relative link begins in the directory where it stands. */
static int
follow(struct walk *w, struct inode **at)
{
    struct inode *link scoped_inode = *at;
    *at = NULL;
    if (preemption_point()) /* from one link to the next there may be 2,000 components */
        return -EINTR;
    if (++w->links > LINKS_LIMIT)
        return -ELOOP;
    if (link->ops->follow)
        return link->ops->follow(link, at);
    char *page scoped_page = page_alloc();
    if (!page)
        return -ENOMEM;
    s64 n = link_text(link, page);
    if (n < 0)
        return (int)n;
    if (n == 0)
        return -ENOENT;
    size_t rest = strlen(w->rest) + 1; /* empty, or with a slash in front */
    if ((u64)n + rest > PATH_LIMIT)
        return -ENAMETOOLONG;
    memcpy(page + n, w->rest, rest);
    memcpy(w->page, page, (u64)n + rest);
    w->rest = w->page;
    *at = inode_get(*page == '/' ? tree_root : w->dir);
    return 0;
}

/* The inode where a path starts, with a reference; NULL if dirfd is not open, at which an absolute
 * path does not even look. */
static struct inode *
start_of(const char *path, int dirfd)
{
    if (*path == '/')
        return inode_get(tree_root);
    if (dirfd == AT_FDCWD) {
        struct fsinfo *own = fs_current()->fsinfo;
        spin_guard(&own->lock); /* another thread may change directory in the middle of our walk */
        return inode_get(own->cwd);
    }
    struct file *f scoped_file = fd_get(dirfd);
    return f ? inode_get(f->inode) : NULL;
}

static int
begin(struct walk *w, int dirfd, struct buffer path, bool may_be_empty)
{
    *w = (struct walk){ .page = page_alloc() };
    if (!w->page)
        return -ENOMEM;
    s64 n = path.kernel ? (s64)strlcpy(w->page, path.kernel, PATH_LIMIT)
                        : string_from_user(w->page, path.user, PATH_LIMIT);
    if (n >= PATH_LIMIT)
        return -ENAMETOOLONG;
    if (n < 0)
        return (int)n;
    if (n == 0 && !may_be_empty)
        return -ENOENT;
    w->rest = w->page;
    w->dir = start_of(w->page, dirfd);
    return w->dir ? 0 : -EBADF;
}

static const char *
skip_slashes(const char *p)
{
    while (*p == '/')
        p++;
    return p;
}

/* Takes the next component off what is left of the path. Its name is empty when nothing but slashes
 * was left: of "/", of an empty path, or behind a link that led to an inode directly. */
static void
take_component(struct walk *w)
{
    const char *name = skip_slashes(w->rest), *end = name;
    while (*end && *end != '/')
        end++;
    w->last = (struct component){ name, (size_t)(end - name) };
    w->special = w->last.length <= 2 && strncmp(name, "..", w->last.length) == 0;
    w->slash = *end == '/';
    w->rest = end;
    w->is_last = !*skip_slashes(end);
}

/* What stands in w->dir under the name that was taken, with a reference. */
static int
find_child(const struct walk *w, struct inode **found)
{
    struct inode *dir = w->dir;
    if (w->last.length > NAME_LIMIT)
        return -ENAMETOOLONG;
    if (w->special) {
        *found = w->last.length == 2 ? tree_parent(dir) : inode_get(dir);
        return 0;
    }
    *found = tree_find(dir, &w->last);
    if (*found)
        return 0;
    return dir->ops->lookup ? dir->ops->lookup(dir, &w->last, found) : -ENOENT;
}

/* Is `found` the end of the walk? A link is followed, but for one at the end that itself is meant.
 * Behind a link that led to an inode directly the name may be empty: the walk has arrived, whatever
 * stands there (so it has with AT_EMPTY_PATH). */
static bool
stays_here(const struct walk *w, const struct inode *found, u32 flags)
{
    if (!w->is_last)
        return false;
    if (!S_ISLNK(found->mode) || w->last.length == 0)
        return true;
    return flags & WALK_NAME || (flags & AT_SYMLINK_NOFOLLOW && !w->slash);
}

/* One component a turn, with one reference: the directory behind us may be removed, w->dir may not.
 * What is no directory cannot be gone on from, not even by a slash. */
int
walk_path(struct walk *w, int dirfd, struct buffer path, u32 flags)
{
    int err = begin(w, dirfd, path, flags & AT_EMPTY_PATH);
    while (!err) {
        struct inode *found;
        if (*w->rest && !S_ISDIR(w->dir->mode))
            return -ENOTDIR;
        take_component(w);
        err = find_child(w, &found);
        if (err == -ENOENT && w->is_last && flags & WALK_NEW)
            return 0;
        if (err)
            return err;
        if (stays_here(w, found, flags)) {
            bool must_be_directory = w->slash && !(flags & WALK_NAME);
            w->inode = found;
            return must_be_directory && !S_ISDIR(found->mode) ? -ENOTDIR : 0;
        }
        if (S_ISLNK(found->mode))
            err = follow(w, &found);
        inode_put(w->dir);
        w->dir = found;
    }
    return err;
}

void
walk_end(struct walk *w)
{
    inode_put(w->dir);
    inode_put(w->inode);
    page_free(w->page);
}

int
path_lookup(int dirfd, struct buffer path, u32 flags, struct inode **out)
{
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, flags);
    *out = err ? NULL : inode_get(w.inode);
    return err;
}

/* --- new names, and names that go ------------------------------------------------------------ */
/* The inode comes first and the name last: nobody ever finds one that is half made. */
int
vfs_add(int dirfd, struct buffer path, struct inode *i, u32 flags)
{
    if (!i)
        return -ENOMEM;
    struct inode *ours scoped_inode = i;
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, flags | WALK_NEW);
    if (err)
        return err;
    if (w.inode)
        return -EEXIST;
    if (w.slash && !S_ISDIR(i->mode))
        return flags & WALK_NAME ? -ENOENT : -EISDIR;
    if (w.dir->ops != &ramfs_dir_ops)
        return -ENOENT; /* of /proc, which cannot be written to */
    if (i->device != w.dir->device)
        return -EXDEV;
    return tree_link(w.dir, &w.last, i);
}

/* The three special names each have their errno in rmdir(2). */
int
vfs_unlink(int dirfd, struct buffer path, bool directory)
{
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, WALK_NAME);
    if (err)
        return err;
    if (w.special && !directory)
        return -EISDIR;
    if (w.special && w.last.length == 0)
        return -EBUSY; /* the root */
    if (w.special)
        return w.last.length == 1 ? -EINVAL : -ENOTEMPTY;
    if (w.slash && !directory)
        return S_ISDIR(w.inode->mode) ? -EISDIR : -ENOTDIR;
    if (w.dir->ops != &ramfs_dir_ops)
        return -EPERM;
    return tree_unlink(w.dir, &w.last, directory);
}
