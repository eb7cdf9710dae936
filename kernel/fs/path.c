/* path.c - the walk along a path. See path.h. */
#include "fs/path.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"

static bool
is_dot(const struct component *c)
{
    return c->length == 1 && c->text[0] == '.';
}

static bool
is_dot_dot(const struct component *c)
{
    return c->length == 2 && c->text[0] == '.' && c->text[1] == '.';
}

bool
walk_last_is_special(const struct walk *w)
{
    return w->last.length == 0 || is_dot(&w->last) || is_dot_dot(&w->last);
}

/* What a relative path starts from, with a reference. */
static int
start_of(int dirfd, struct inode **out)
{
    if (dirfd == AT_FDCWD) {
        *out = fsinfo_cwd();
        return 0;
    }
    struct file *f = fd_get(process_view.current_files(), dirfd);
    if (!f)
        return -EBADF;
    *out = f->inode;
    inode_get(*out);
    file_put(f);
    return 0;
}

/* The entry `name` of `dir`, whichever way its entries come about. */
static int
look_up(struct inode *dir, const struct component *name, struct inode **out)
{
    if (name->length == 0 || is_dot(name)) {
        inode_get(*out = dir);
        return 0;
    }
    if (is_dot_dot(name)) {
        *out = tree_parent(dir);
        return 0;
    }
    if (name->length > NAME_LIMIT)
        return -ENAMETOOLONG;
    *out = tree_find(dir, name);
    if (*out)
        return 0;
    return dir->ops->lookup ? dir->ops->lookup(dir, name, out) : -ENOENT;
}

s64
link_text(struct inode *i, char *buf, size_t size)
{
    return i->ops->readlink ? i->ops->readlink(i, buf, size) : (s64)strlcpy(buf, i->target, size);
}

static void
move_to(struct walk *w, struct inode *i)
{
    inode_put(w->at);
    w->at = i;
}

/* Puts the text of link `i` in front of the rest of the path. The rest may lie in the same page: it
 * moves to the page's end first. */
static int
splice(struct walk *w, struct inode *i)
{
    char *text = kzalloc(PATH_LIMIT);
    if (!text)
        return -ENOMEM;
    s64 n = link_text(i, text, PATH_LIMIT);
    size_t rest = strlen(w->rest) + 1;
    if (n == 0)
        n = -ENOENT;
    else if (n > 0 && (u64)n + 1 + rest > PATH_LIMIT)
        n = -ENAMETOOLONG;
    if (n < 0) {
        kfree(text);
        return (int)n;
    }
    memcpy(text + n, w->rest, rest); /* empty, or with a slash in front */
    kfree(w->splice);
    w->rest = w->splice = text;
    if (*text == '/') {
        inode_get(tree_root);
        move_to(w, tree_root);
    }
    return 0;
}

/* Goes on behind link `i`, which stands in w->at, with its reference. */
static int
follow(struct walk *w, struct inode *i)
{
    struct inode *target = NULL;
    int err = ++w->links > LINKS_LIMIT ? -ELOOP : 0;
    if (!err && i->ops->follow) {
        err = i->ops->follow(i, &target);
        if (!err)
            move_to(w, target);
    } else if (!err) {
        err = splice(w, i);
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
    while (c.text[c.length] && c.text[c.length] != '/')
        c.length++;
    w->rest += c.length;
    return c;
}

static bool
only_slashes(const char *s)
{
    while (*s == '/')
        s++;
    return *s == '\0';
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
        if (only_slashes(w->rest))
            return 0;
        struct inode *next;
        int err = look_up(w->at, &w->last, &next);
        if (err)
            return err;
        if (!S_ISLNK(next->mode))
            move_to(w, next);
        else if ((err = follow(w, next)))
            return err;
    }
}

int
walk_begin(struct walk *w, int dirfd, const char *path)
{
    *w = (struct walk){ .rest = path };
    if (!*path)
        return -ENOENT;
    if (*path != '/') {
        int err = start_of(dirfd, &w->at);
        if (err)
            return err;
    } else {
        inode_get(w->at = tree_root);
    }
    return walk_parents(w);
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
    kfree(w->splice);
}

int
path_lookup(int dirfd, const char *path, u32 flags, struct inode **out)
{
    if (!*path && (flags & PATH_EMPTY))
        return start_of(dirfd, out);
    struct walk w;
    int err = walk_begin(&w, dirfd, path);
    if (!err)
        do
            err = walk_last(&w, flags & PATH_FOLLOW, out);
        while (err == WALK_ON);
    walk_end(&w);
    return err;
}
