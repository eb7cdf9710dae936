/* path.c - the walk along a path, and what is made or removed at its end. See path.h.
 *
 * The path lies in one page; at a symbolic link the link's text and the rest take its place. One
 * loop does it all, and ends with the directory, the last component and what stands there, so that
 * calls which make or remove a name start from the same place as those which look it up. What is
 * left to decide for them is the errno for names that are nobody's to make or remove: `.`, `..`,
 * the root, a trailing slash, /proc. Linux's order of checks is kept. Not here: the change itself
 * (tree.c), opening (open.c). Source: path_resolution(7), link(2), unlink(2), rmdir(2). */

#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"

s64
link_text(struct inode *i, char *buf, size_t size)
{
    return i->ops->readlink ? i->ops->readlink(i, buf, size) : (s64)strlcpy(buf, i->target, size);
}

/* Goes on behind the link *at, whose reference it puts: *at is then the directory to go on from. */
static int
follow(struct walk *w, struct inode **at)
{
    struct inode *link scoped_inode = *at;
    *at = NULL;
    if (++w->links > LINKS_LIMIT)
        return -ELOOP;
    if (link->ops->follow)
        return link->ops->follow(link, at);
    char *page scoped_page = page_alloc();
    s64 n = page ? link_text(link, page, PATH_LIMIT) : -ENOMEM;
    size_t rest = strlen(w->rest) + 1; /* empty, or with a slash in front */
    if (n <= 0)
        return n ? (int)n : -ENOENT;
    if ((u64)n + rest > PATH_LIMIT)
        return -ENAMETOOLONG;
    memcpy(page + n, w->rest, rest);
    w->rest = memcpy(w->page, page, (u64)n + rest);
    *at = inode_get(*page == '/' ? tree_root : w->dir);
    return 0;
}

/* Fetches the path, and where it starts: an absolute one does not look at dirfd, not even whether
 * it is open. */
static int
begin(struct walk *w, int dirfd, struct buffer path, bool may_be_empty)
{
    *w = (struct walk){ .page = page_alloc() };
    s64 n = !w->page      ? -ENOMEM
            : path.kernel ? (s64)strlcpy(w->page, path.kernel, PATH_LIMIT)
                          : string_from_user(w->page, path.user, PATH_LIMIT);
    if (n >= PATH_LIMIT)
        return -ENAMETOOLONG;
    if (n < 0 || (n == 0 && !may_be_empty))
        return n ? (int)n : -ENOENT;
    w->rest = w->page;
    if (*w->page == '/') {
        w->dir = inode_get(tree_root);
    } else if (dirfd == AT_FDCWD) {
        struct fsinfo *own = fs_current()->fsinfo;
        spin_guard(&own->lock); /* another thread may change directory in the middle of our walk */
        w->dir = inode_get(own->cwd);
    } else {
        struct file *f scoped_file = fd_get(dirfd);
        if (!f)
            return -EBADF;
        w->dir = inode_get(f->inode);
    }
    return 0;
}

/* Behind all slashes, or behind all else. */
static const char *
skip(const char *p, bool slashes)
{
    while (*p && (*p == '/') == slashes)
        p++;
    return p;
}

/* One component a turn, with one reference: the directory behind us may be removed, w->dir may not.
 * What is no directory cannot be gone on from, not even by a slash. A link is followed, but for one
 * at the end that itself is meant; behind one that leads to an inode directly the path may be
 * empty, and then it has arrived (so has AT_EMPTY_PATH), whatever stands there. */
int
walk_path(struct walk *w, int dirfd, struct buffer path, u32 flags)
{
    int err = begin(w, dirfd, path, flags & AT_EMPTY_PATH);
    while (!err) {
        struct inode *next;
        if (*w->rest && !S_ISDIR(w->dir->mode))
            return -ENOTDIR;
        const char *name = skip(w->rest, true);
        w->rest = skip(name, false);
        w->last = (struct component){ name, (size_t)(w->rest - name) };
        w->special = w->last.length <= 2 && strncmp(name, "..", w->last.length) == 0;
        w->slash = *w->rest == '/';
        bool end = !*skip(w->rest, true), must_be_directory = w->slash && !(flags & WALK_NAME);
        if (w->last.length > NAME_LIMIT)
            return -ENAMETOOLONG;
        if (w->special)
            next = w->last.length == 2 ? tree_parent(w->dir) : inode_get(w->dir);
        else if (!(next = tree_find(w->dir, &w->last)))
            err = w->dir->ops->lookup ? w->dir->ops->lookup(w->dir, &w->last, &next) : -ENOENT;
        if (err)
            return end && err == -ENOENT && flags & WALK_NEW ? 0 : err;
        bool stay = end && !must_be_directory && flags & (WALK_NAME | AT_SYMLINK_NOFOLLOW);
        if (S_ISLNK(next->mode) && w->last.length > 0 && !stay) {
            err = follow(w, &next);
        } else if (end) {
            w->inode = next;
            return must_be_directory && !S_ISDIR(next->mode) ? -ENOTDIR : 0;
        }
        inode_put(w->dir);
        w->dir = next;
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
    struct inode *ours scoped_inode = i;
    struct walk w scoped_walk = { 0 };
    int err = i ? walk_path(&w, dirfd, path, flags | WALK_NEW) : -ENOMEM;
    if (err)
        return err;
    if (w.inode)
        return -EEXIST;
    if (w.slash && !S_ISDIR(i->mode))
        return flags & WALK_NAME ? -ENOENT : -EISDIR;
    if (w.dir->ops != &ramfs_dir_ops)
        return -ENOENT; /* of /proc, which cannot be written to */
    return i->device != w.dir->device ? -EXDEV : tree_link(w.dir, &w.last, i);
}

/* The three special names each have their errno in rmdir(2). */
int
vfs_unlink(int dirfd, struct buffer path, bool directory)
{
    struct walk w scoped_walk;
    int err = walk_path(&w, dirfd, path, WALK_NAME);
    size_t length = w.last.length;
    if (err)
        return err;
    if (w.special)
        return !directory ? -EISDIR : length == 0 ? -EBUSY : length == 1 ? -EINVAL : -ENOTEMPTY;
    if (w.slash && !directory)
        return S_ISDIR(w.inode->mode) ? -EISDIR : -ENOTDIR;
    return w.dir->ops != &ramfs_dir_ops ? -EPERM : tree_unlink(w.dir, &w.last, directory);
}
