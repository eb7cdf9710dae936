/* path.c - the walk along a path. See path.h.
 *
 * The path lies in one page; at a symbolic link that page is replaced by one with the link's text
 * and the rest. Two loops do it all: walk_parents up to the last component, walk_last for that one,
 * so that calls which make or remove a name stop between the two. Source: path_resolution(7). */
#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"

static bool
is_dots(const struct component *c, size_t dots)
{
    return c->length == dots && c->text[0] == '.' && c->text[dots - 1] == '.';
}

bool
walk_last_is_special(const struct walk *w)
{
    return w->last.length == 0 || is_dots(&w->last, 1) || is_dots(&w->last, 2);
}

/* What a relative path starts from, with a reference. */
static int
start_of(int dirfd, struct inode **out)
{
    if (dirfd == AT_FDCWD) {
        *out = fsinfo_cwd();
        return 0;
    }
    struct file *f = fd_get(fs_current()->files, dirfd);
    if (!f)
        return -EBADF;
    inode_get(*out = f->inode);
    file_put(f);
    return 0;
}

/* The entry `name` of `dir`, whichever way its entries come about. */
static int
look_up(struct inode *dir, const struct component *name, struct inode **out)
{
    if (name->length == 0 || is_dots(name, 1))
        inode_get(*out = dir);
    else if (is_dots(name, 2))
        *out = tree_parent(dir);
    else if (name->length > NAME_LIMIT)
        return -ENAMETOOLONG;
    else if (!(*out = tree_find(dir, name)))
        return dir->ops->lookup ? dir->ops->lookup(dir, name, out) : -ENOENT;
    return 0;
}

int
path_fetch(char *text, struct buffer path)
{
    if (path.kernel)
        return strlcpy(text, path.kernel, PATH_LIMIT) < PATH_LIMIT ? 0 : -ENAMETOOLONG;
    return (int)MIN(string_from_user(text, path.user, PATH_LIMIT), 0);
}

s64
link_text(struct inode *i, char *buf, size_t size)
{
    return i->ops->readlink ? i->ops->readlink(i, buf, size) : (s64)strlcpy(buf, i->target, size);
}

/* One reference at a time: the directory behind us may be removed, `at` may not. */
static void
move_to(struct walk *w, struct inode *i)
{
    inode_put(w->at);
    w->at = i;
}

/* The path is now the text of link `i` followed by the rest. */
static int
splice(struct walk *w, struct inode *i)
{
    char *page = page_alloc();
    s64 n = page ? link_text(i, page, PATH_LIMIT) : -ENOMEM;
    size_t rest = strlen(w->rest) + 1; /* empty, or with a slash in front */
    if (n == 0)
        n = -ENOENT;
    else if (n > 0 && (u64)n + rest > PATH_LIMIT)
        n = -ENAMETOOLONG;
    if (n > 0)
        memcpy(page + n, w->rest, rest);
    page_free(w->page);
    w->rest = w->page = page;
    if (n > 0 && *page == '/') {
        inode_get(tree_root);
        move_to(w, tree_root);
    }
    return n < 0 ? (int)n : 0;
}

/* Goes on behind link `i`, which stands in w->at, with its reference. */
static int
follow(struct walk *w, struct inode *i)
{
    struct inode *target;
    int err = -ELOOP;
    if (++w->links <= LINKS_LIMIT) {
        err = i->ops->follow ? i->ops->follow(i, &target) : splice(w, i);
        if (!err && i->ops->follow)
            move_to(w, target);
    }
    inode_put(i);
    return err;
}

/* Cuts the next component off the rest. */
static struct component
next_component(struct walk *w)
{
    while (*w->rest == '/')
        w->rest++;
    struct component c = { w->rest, 0 };
    while (*w->rest && *w->rest != '/')
        w->rest++;
    c.length = (size_t)(w->rest - c.text);
    return c;
}

/* Walks until one component is left. */
static int
walk_parents(struct walk *w)
{
    for (;;) {
        w->last = next_component(w);
        w->slash = *w->rest == '/';
        if (!S_ISDIR(w->at->mode) && (w->last.length > 0 || w->slash))
            return -ENOTDIR;
        const char *behind = w->rest;
        while (*behind == '/')
            behind++;
        if (!*behind)
            return 0;
        struct inode *next;
        int err = look_up(w->at, &w->last, &next);
        if (!err && S_ISLNK(next->mode))
            err = follow(w, next);
        else if (!err)
            move_to(w, next);
        if (err)
            return err;
    }
}

/* An absolute path does not look at dirfd, not even whether it is open. */
int
walk_begin(struct walk *w, int dirfd, struct buffer path)
{
    *w = (struct walk){ .page = page_alloc() };
    int err = w->page ? path_fetch(w->page, path) : -ENOMEM;
    if (!err && !*w->page)
        err = -ENOENT;
    if (!err && *w->page == '/')
        inode_get(w->at = tree_root);
    else if (!err)
        err = start_of(dirfd, &w->at);
    w->rest = w->page;
    return err ? err : walk_parents(w);
}

int
walk_last(struct walk *w, bool follow_link, struct inode **out)
{
    struct inode *i;
    int err = look_up(w->at, &w->last, &i);
    w->missing = err == -ENOENT;
    if (err)
        return err;
    if (S_ISLNK(i->mode) && (follow_link || w->slash)) {
        err = follow(w, i);
        if (!err)
            err = walk_parents(w);
        return err ? err : WALK_ON;
    }
    if (w->slash && !S_ISDIR(i->mode)) {
        inode_put(i);
        return -ENOTDIR;
    }
    *out = i;
    return 0;
}

void
walk_end(struct walk *w)
{
    inode_put(w->at);
    page_free(w->page);
}

/* An empty path is -ENOENT but for AT_EMPTY_PATH, so this is decided behind the walk. */
int
path_lookup(int dirfd, struct buffer path, u32 flags, struct inode **out)
{
    struct walk w;
    int err = walk_begin(&w, dirfd, path);
    bool empty = w.page && !*w.page && err == -ENOENT;
    if (!err)
        do
            err = walk_last(&w, flags & PATH_FOLLOW, out);
        while (err == WALK_ON);
    walk_end(&w);
    return empty && (flags & PATH_EMPTY) ? start_of(dirfd, out) : err;
}
