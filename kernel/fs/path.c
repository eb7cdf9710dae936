/* path.c - the walk along a path. See path.h.
 *
 * The path lies in one page; at a symbolic link the link's text and the rest take its place. One
 * loop does it all, and ends with the directory, the last component and what stands there, so that
 * calls which make or remove a name start from the same place as those which look it up. Source:
 * path_resolution(7). */
#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"

bool
is_special(const struct component *name)
{
    return name->length <= 2 && strncmp(name->text, "..", name->length) == 0;
}

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
    if (!w->page)
        return -ENOMEM;
    s64 n = path.kernel ? (s64)strlcpy(w->page, path.kernel, PATH_LIMIT)
                        : string_from_user(w->page, path.user, PATH_LIMIT);
    if (n < 0 || n >= PATH_LIMIT)
        return n < 0 ? (int)n : -ENAMETOOLONG;
    if (n == 0 && !may_be_empty)
        return -ENOENT;
    w->rest = w->page;
    if (*w->page == '/') {
        w->dir = inode_get(tree_root);
    } else if (dirfd == AT_FDCWD) {
        w->dir = fsinfo_cwd();
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

/* One reference at a time: the directory behind us may be removed, w->dir may not. */
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
        w->slash = *w->rest == '/';
        bool end = !*skip(w->rest, true), must_be_directory = w->slash && !(flags & WALK_NAME);
        if (w->last.length > NAME_LIMIT)
            return -ENAMETOOLONG;
        if (is_special(&w->last))
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
