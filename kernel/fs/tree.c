/* tree.c - the one table of names and what is done to it under its lock. See tree.h.
 *
 * Memory is taken before the lock and inodes are put after it, because the last put of an inode
 * comes back here (tree_forget) and may free many frames. */
#include "fs/tree.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"

#define BUCKETS 512

struct inode *tree_root;
static struct spinlock tree_lock = SPINLOCK_INIT("tree");
static struct dirent *buckets[BUCKETS];

/* FNV-1a over the name, begun with the directory. */
static u32
hash_of(const struct inode *dir, const struct component *name)
{
    u32 h = 2166136261u ^ (u32)dir->number;
    for (size_t i = 0; i < name->length; i++)
        h = (h ^ (u8)name->text[i]) * 16777619u;
    return h ^ h >> 16;
}

static struct dirent *
find_locked(struct inode *dir, const struct component *name)
{
    u32 hash = hash_of(dir, name);
    struct dirent *d = buckets[hash % BUCKETS];
    while (d && (d->hash != hash || d->parent != dir ||
                 strncmp(d->name, name->text, name->length) != 0 || d->name[name->length]))
        d = d->hash_next;
    return d;
}

struct inode *
tree_find(struct inode *dir, const struct component *name)
{
    spin_lock(&tree_lock);
    struct dirent *d = find_locked(dir, name);
    if (d)
        inode_get(d->inode);
    spin_unlock(&tree_lock);
    return d ? d->inode : NULL;
}

/* An entry that nobody finds yet. */
static struct dirent *
dirent_create(struct inode *dir, const struct component *name)
{
    struct dirent *d = kzalloc(sizeof *d + name->length + 1);
    if (!d)
        return NULL;
    memcpy(d->name, name->text, name->length);
    d->hash = hash_of(dir, name);
    d->parent = dir;
    inode_get(dir);
    list_init(&d->in_parent);
    list_init(&d->in_names);
    return d;
}

static void
dirent_free(struct dirent *d)
{
    if (!d)
        return;
    struct inode *parent = d->parent;
    kfree(d);
    inode_put(parent);
}

/* Makes `d` a name of `i` that look-ups find. Link counts are the caller's. */
static void
attach(struct dirent *d, struct inode *i)
{
    inode_get(i);
    d->inode = i;
    d->linked = true;
    d->position = d->parent->next_position++;
    list_add_tail(&d->parent->children, &d->in_parent);
    list_add_tail(&i->names, &d->in_names);
    d->hash_next = buckets[d->hash % BUCKETS];
    buckets[d->hash % BUCKETS] = d;
    inode_modified(d->parent);
}

/* The opposite, but for the list of names and the references. */
static void
detach(struct dirent *d)
{
    struct dirent **p = &buckets[d->hash % BUCKETS];
    while (*p != d)
        p = &(*p)->hash_next;
    *p = d->hash_next;
    list_remove(&d->in_parent);
    d->linked = false;
    inode_modified(d->parent);
    inode_changed(d->inode);
}

int
tree_link(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = dirent_create(dir, name);
    if (!d)
        return -ENOMEM;
    int err = 0;
    spin_lock(&tree_lock);
    if (find_locked(dir, name))
        err = -EEXIST;
    else if (dir->nlink == 0 || i->nlink == 0)
        err = -ENOENT;
    else {
        if (S_ISDIR(i->mode))
            dir->nlink++;
        else if (!list_empty(&i->names))
            i->nlink++;
        attach(d, i);
        inode_changed(i);
    }
    spin_unlock(&tree_lock);
    if (err)
        dirent_free(d);
    return err;
}

int
tree_name(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = dirent_create(dir, name);
    if (!d)
        return -ENOMEM;
    d->inode = i;
    list_add_tail(&i->names, &d->in_names);
    return 0;
}

/* Why `d` may not be removed by unlink or rmdir, or 0. */
static int
may_remove(const struct dirent *d, bool directory)
{
    const struct inode *i = d->inode;
    if (directory && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (!directory && S_ISDIR(i->mode))
        return -EISDIR;
    if (i->device != d->parent->device)
        return -EBUSY;
    return list_empty(&i->children) ? 0 : -ENOTEMPTY;
}

/* Unlinks `d`. Its last name stays with the inode. Returns what the caller frees after unlocking,
 * or NULL; the tree's reference to the inode becomes the caller's in any case. */
static struct dirent *
remove_locked(struct dirent *d)
{
    struct inode *i = d->inode;
    detach(d);
    if (S_ISDIR(i->mode)) {
        i->nlink = 0;
        d->parent->nlink--;
    } else {
        i->nlink--;
    }
    d->removed = i->nlink == 0;
    if (d->removed)
        return NULL;
    list_remove(&d->in_names);
    return d;
}

int
tree_unlink(struct inode *dir, const struct component *name, bool directory)
{
    struct dirent *garbage = NULL;
    struct inode *i = NULL;
    spin_lock(&tree_lock);
    struct dirent *d = find_locked(dir, name);
    int err = d ? may_remove(d, directory) : -ENOENT;
    if (!err) {
        i = d->inode;
        garbage = remove_locked(d);
    }
    spin_unlock(&tree_lock);
    dirent_free(garbage);
    inode_put(i);
    return err;
}

/* Is `i` the directory `dir` or one above it? */
static bool
is_above(const struct inode *i, const struct inode *dir)
{
    while (dir != i && !list_empty(&dir->names))
        dir = list_first(&dir->names, struct dirent, in_names)->parent;
    return dir == i;
}

/* Why `d` may not move into `to` where `target` (or NULL) stands, or 0. */
static int
may_rename(const struct dirent *d, const struct inode *to, const struct dirent *target)
{
    bool directory = S_ISDIR(d->inode->mode);
    if (directory && is_above(d->inode, to))
        return -EINVAL;
    if (d->inode->device != to->device)
        return -EBUSY;
    if (to->nlink == 0)
        return -ENOENT;
    return target ? may_remove(target, directory) : 0;
}

/* What is left over after a change, to be given up without the lock. */
struct leftovers {
    struct dirent *names[2];
    struct inode *inodes[2];
};

/* Gives d's inode the name `fresh` in place of `target` (or NULL) and of `d` itself. */
static void
move_locked(struct dirent *d, struct dirent *fresh, struct dirent *target, struct leftovers *left)
{
    struct inode *i = d->inode;
    if (target) {
        left->inodes[1] = target->inode;
        left->names[1] = remove_locked(target);
    }
    attach(fresh, i);
    detach(d);
    list_remove(&d->in_names);
    if (S_ISDIR(i->mode)) {
        d->parent->nlink--;
        fresh->parent->nlink++;
    }
    left->names[0] = d;
    left->inodes[0] = i; /* the old name's reference */
}

int
tree_rename(struct inode *from, const struct component *old, struct inode *to,
            const struct component *new, bool no_replace)
{
    struct dirent *fresh = dirent_create(to, new);
    struct leftovers left = { { fresh, NULL }, { NULL, NULL } };
    if (!fresh)
        return -ENOMEM;
    spin_lock(&tree_lock);
    struct dirent *d = find_locked(from, old), *target = find_locked(to, new);
    int err = 0;
    if (!d)
        err = -ENOENT;
    else if (target && no_replace)
        err = -EEXIST;
    else if (!target || target->inode != d->inode) { /* rename(2): else nothing happens */
        err = may_rename(d, to, target);
        if (!err)
            move_locked(d, fresh, target, &left);
    }
    spin_unlock(&tree_lock);
    for (int i = 0; i < 2; i++) {
        dirent_free(left.names[i]);
        inode_put(left.inodes[i]);
    }
    return err;
}

struct inode *
tree_parent(struct inode *dir)
{
    spin_lock(&tree_lock);
    if (!list_empty(&dir->names))
        dir = list_first(&dir->names, struct dirent, in_names)->parent;
    inode_get(dir);
    spin_unlock(&tree_lock);
    return dir;
}

/* Puts `text` in front of what is there from *at on. False if there is no room. */
static bool
prepend(char *buf, size_t *at, const char *text)
{
    size_t n = strlen(text);
    if (n > *at)
        return false;
    *at -= n;
    memcpy(buf + *at, text, n);
    return true;
}

static bool
path_locked(const struct inode *i, char *buf, size_t *at)
{
    bool fits = true, removed = false;
    for (const struct inode *n = i; !list_empty(&n->names) && !removed;) {
        const struct dirent *d = list_first(&n->names, struct dirent, in_names);
        removed = d->removed;
        n = d->parent;
    }
    if (removed)
        fits = prepend(buf, at, " (deleted)");
    while (fits && !list_empty(&i->names)) {
        const struct dirent *d = list_first(&i->names, struct dirent, in_names);
        fits = prepend(buf, at, d->name) && prepend(buf, at, "/");
        i = d->parent;
    }
    return fits;
}

s64
tree_path(struct inode *i, char *buf, size_t size)
{
    if (size == 0)
        return -ENAMETOOLONG;
    size_t at = size - 1;
    buf[at] = '\0';
    if (i == tree_root)
        return prepend(buf, &at, "/") ? (s64)(memmove(buf, buf + at, 2), 1) : -ENAMETOOLONG;
    spin_lock(&tree_lock);
    bool named = !list_empty(&i->names), fits = path_locked(i, buf, &at);
    spin_unlock(&tree_lock);
    if (!named || !fits)
        return named ? -ENAMETOOLONG : -ENOENT;
    memmove(buf, buf + at, size - at);
    return (s64)(size - at - 1);
}

void
tree_list(struct inode *dir, struct dir_sink *sink)
{
    struct dirent *d;
    spin_lock(&tree_lock);
    list_for_each (d, &dir->children, in_parent)
        if (d->position >= sink->position &&
            !dir_emit(sink, d->name, d->inode->number, d->inode->mode, d->position + 1))
            break;
    spin_unlock(&tree_lock);
}

struct inode *
tree_forget(struct inode *i)
{
    if (list_empty(&i->names))
        return NULL;
    struct dirent *d = list_first(&i->names, struct dirent, in_names);
    BUG_ON(d->linked);
    struct inode *parent = d->parent;
    kfree(d);
    return parent;
}
