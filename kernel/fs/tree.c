/* tree.c - the one table of names and what is done to it under its lock. See tree.h.
 *
 * Functions check and change under the lock in one go, so that their errors are true at the moment
 * of the change. Not here: which names a program may make or remove (names.c), and the entries of
 * /proc/PID, which are made on demand (proc.c). Source: link(2), unlink(2), rename(2). */
#include "fs/tree.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
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

/* The name is compared last; the hash tells nearly all others apart. */
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
    struct inode *i = d ? d->inode : NULL;
    if (i)
        inode_get(i);
    spin_unlock(&tree_lock);
    return i;
}

/* An entry for `i` that nobody finds yet. Memory is taken before the lock. */
static struct dirent *
dirent_create(struct inode *dir, const struct component *name)
{
    struct dirent *d = kzalloc(sizeof(*d) + name->length + 1);
    if (!d)
        return NULL;
    memcpy(d->name, name->text, name->length);
    d->hash = hash_of(dir, name);
    inode_get(d->parent = dir);
    list_init(&d->in_parent);
    list_init(&d->in_names);
    return d;
}

static void
dirent_free(struct dirent *d)
{
    list_remove(&d->in_names);
    inode_put(d->parent);
    kfree(d);
}

/* Makes `d` a name of `i` that look-ups find. A directory's name counts for its parent too
 * (`..`). */
static void
attach(struct dirent *d, struct inode *i)
{
    inode_get(d->inode = i);
    i->nlink += !list_empty(&i->names); /* a new inode is born with its first link */
    d->parent->nlink += S_ISDIR(i->mode);
    d->position = d->parent->next_position++;
    list_add_tail(&d->parent->children, &d->in_parent);
    list_add_tail(&i->names, &d->in_names);
    d->hash_next = buckets[d->hash % BUCKETS];
    buckets[d->hash % BUCKETS] = d;
    inode_modified(d->parent);
    inode_changed(i);
}

/* The opposite. `d` stays with the inode as its last name, if it is that. */
static void
detach(struct dirent *d)
{
    struct inode *i = d->inode;
    struct dirent **p = &buckets[d->hash % BUCKETS];
    while (*p != d)
        p = &(*p)->hash_next;
    *p = d->hash_next;
    list_remove(&d->in_parent);
    d->parent->nlink -= S_ISDIR(i->mode);
    inode_modified(d->parent);
    inode_changed(i);
    if (--i->nlink == 1 && S_ISDIR(i->mode))
        i->nlink = 0; /* its own `.` does not count when the name is gone */
    if (i->nlink > 0)
        dirent_free(d);
    inode_put(i);
}

int
tree_link(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = dirent_create(dir, name);
    if (!d)
        return -ENOMEM;
    spin_lock(&tree_lock);
    int err = find_locked(dir, name) ? -EEXIST : dir->nlink == 0 || i->nlink == 0 ? -ENOENT : 0;
    if (err)
        dirent_free(d);
    else
        attach(d, i);
    spin_unlock(&tree_lock);
    return err;
}

int
tree_name(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = dirent_create(dir, name);
    if (d)
        list_add_tail(&i->names, &d->in_names);
    return d ? 0 : -ENOMEM;
}

/* Why `d` may not be removed by unlink or rmdir, or 0. */
static int
may_remove(const struct dirent *d, bool directory)
{
    const struct inode *i = d->inode;
    if (directory != !!S_ISDIR(i->mode))
        return directory ? -ENOTDIR : -EISDIR;
    if (i->device != d->parent->device)
        return -EBUSY;
    return list_empty(&i->children) ? 0 : -ENOTEMPTY;
}

int
tree_unlink(struct inode *dir, const struct component *name, bool directory)
{
    spin_lock(&tree_lock);
    struct dirent *d = find_locked(dir, name);
    int err = d ? may_remove(d, directory) : -ENOENT;
    if (!err)
        detach(d);
    spin_unlock(&tree_lock);
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
    if (is_above(d->inode, to))
        return -EINVAL;
    if (d->inode->device != to->device)
        return -EBUSY;
    if (to->nlink == 0)
        return -ENOENT;
    return target ? may_remove(target, S_ISDIR(d->inode->mode)) : 0;
}

/* Both names change under one lock: nobody sees neither, and nobody sees a directory in itself. */
int
tree_rename(struct inode *from, const struct component *old, struct inode *to,
            const struct component *new, bool no_replace)
{
    struct dirent *fresh = dirent_create(to, new);
    if (!fresh)
        return -ENOMEM;
    spin_lock(&tree_lock);
    struct dirent *d = find_locked(from, old), *target = find_locked(to, new);
    bool same = d && target && d->inode == target->inode; /* rename(2): nothing happens */
    int err = !d ? -ENOENT : target && no_replace ? -EEXIST : same ? 0 : may_rename(d, to, target);
    if (err || same) {
        dirent_free(fresh);
    } else {
        if (target)
            detach(target);
        attach(fresh, d->inode);
        detach(d);
    }
    spin_unlock(&tree_lock);
    return err;
}

/* Also of a directory that was removed: its last name still knows where it stood. */
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

/* Puts `text` in front of what is there from *at on; *at below 0 tells that it did not fit. */
static void
prepend(char *buf, s64 *at, const char *text)
{
    s64 n = (s64)strlen(text);
    *at -= n;
    if (*at >= 0)
        memcpy(buf + *at, text, (size_t)n);
}

/* From the end to the root, then moved to the front of the buffer. */
s64
tree_path(struct inode *i, char *buf, size_t size)
{
    s64 at = (s64)size;
    if (i != tree_root && list_empty(&i->names))
        return -ENOENT;
    spin_lock(&tree_lock);
    if (i->nlink == 0)
        prepend(buf, &at, " (deleted)");
    if (i == tree_root)
        prepend(buf, &at, "/");
    for (struct dirent *d; at >= 0 && !list_empty(&i->names); i = d->parent) {
        d = list_first(&i->names, struct dirent, in_names);
        prepend(buf, &at, d->name);
        prepend(buf, &at, "/");
    }
    spin_unlock(&tree_lock);
    s64 n = (s64)size - at;
    if (at <= 0)
        return -ENAMETOOLONG;
    memmove(buf, buf + at, (size_t)n);
    buf[n] = '\0';
    return n;
}

/* New children go to the end with the next number, so a listing in progress is not disturbed. */
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

/* Nobody else has the inode any more: no lock. The name is free to take its parent along. */
struct inode *
tree_forget(struct inode *i)
{
    if (list_empty(&i->names))
        return NULL;
    struct dirent *d = list_first(&i->names, struct dirent, in_names);
    struct inode *parent = d->parent;
    kfree(d);
    return parent;
}
