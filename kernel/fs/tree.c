/* tree.c - the names of all directories, what is done to them under their lock, and listings.
 *
 * See tree.h and dir.h. Functions check and change under the lock in one go, so that their errors
 * are true at the moment of the change. Not here: which names a program may make or remove
 * (path.c), and the entries of /proc, which are made on demand (procfs.c). Source: link(2),
 * unlink(2), rename(2), getdents64(2). */

#include "fs/tree.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
#include "fs/ramfs.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"

struct inode *tree_root;
static struct spinlock tree_lock = SPINLOCK_INIT("tree");

/* Where look-ups of a name begin: FNV-1a over its bytes, begun with the directory. A directory's
 * own list would do for hundreds of names, but with thousands each new one would cost them all. */
static struct dirent **
bucket_of(const struct inode *dir, const char *name, size_t length)
{
    static struct dirent *buckets[512];
    u32 h = 2166136261u ^ (u32)dir->number;
    for (size_t k = 0; k < length; k++)
        h = (h ^ (u8)name[k]) * 16777619u;
    return &buckets[(h ^ h >> 16) % ARRAY_SIZE(buckets)];
}

bool
name_is(const struct component *name, const char *text)
{
    return strncmp(text, name->text, name->length) == 0 && !text[name->length];
}

static struct dirent *
find_locked(struct inode *dir, const struct component *name)
{
    struct dirent *d = *bucket_of(dir, name->text, name->length);
    while (d && !(d->parent == dir && name_is(name, d->name)))
        d = d->next;
    return d;
}

struct inode *
tree_find(struct inode *dir, const struct component *name)
{
    spin_guard(&tree_lock);
    struct dirent *d = find_locked(dir, name);
    return d ? inode_get(d->inode) : NULL;
}

struct dirent *
dirent_create(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = kzalloc(sizeof(*d) + name->length + 1);
    if (!d)
        return NULL;
    memcpy(d->name, name->text, name->length);
    d->parent = inode_get(dir);
    d->inode = i;
    return d;
}

static void
dirent_free(struct dirent *d)
{
    inode_put(d->parent);
    kfree(d);
}

/* Makes a name for `i` that look-ups find; memory is taken before anything changes. A directory's
 * name counts for its parent too (`..`). The inode keeps its newest name: here an older one goes
 * that was removed and stayed for that reason alone. */
static int
attach(struct inode *dir, const struct component *name, struct inode *i)
{
    struct dirent *d = dirent_create(dir, name, i);
    if (!d)
        return -ENOMEM;
    inode_get(i);
    if (i->name) /* a new inode is born with its first link */
        i->nlink++;
    if (i->name && !i->name->inode)
        dirent_free(i->name);
    i->name = d;
    d->position = dir->size++;
    dir->nlink += S_ISDIR(i->mode);
    list_add_tail(&dir->children, &d->in_parent);
    struct dirent **bucket = bucket_of(dir, d->name, name->length);
    d->next = *bucket;
    *bucket = d;
    inode_modified(dir);
    inode_changed(i);
    return 0;
}

/* Look-ups find `d` no more, and the inode has a link less. `d` stays with the inode if it is the
 * newest of its names. */
static void
detach(struct dirent *d)
{
    struct inode *i scoped_inode = d->inode;
    struct dirent **link = bucket_of(d->parent, d->name, strlen(d->name));
    while (*link != d)
        link = &(*link)->next;
    *link = d->next;
    list_remove(&d->in_parent);
    d->inode = NULL;
    d->parent->nlink -= S_ISDIR(i->mode);
    inode_modified(d->parent);
    inode_changed(i);
    i->nlink--;
    if (i->nlink == 1 && S_ISDIR(i->mode))
        i->nlink = 0; /* its own `.` does not count when the name is gone */
    if (i->name != d)
        dirent_free(d);
}

int
tree_link(struct inode *dir, const struct component *name, struct inode *i)
{
    spin_guard(&tree_lock);
    if (find_locked(dir, name))
        return -EEXIST;
    if (dir->nlink == 0 || i->nlink == 0)
        return -ENOENT;
    return attach(dir, name, i);
}

/* Why `d` may not be removed by unlink or rmdir, or 0. */
static int
why_not_removed(const struct dirent *d, bool directory)
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

int
tree_unlink(struct inode *dir, const struct component *name, bool directory)
{
    spin_guard(&tree_lock);
    struct dirent *d = find_locked(dir, name);
    int err = d ? why_not_removed(d, directory) : -ENOENT;
    if (!err)
        detach(d);
    return err;
}

/* Is `dir` that directory, or somewhere below it? */
static bool
is_within(const struct inode *dir, const struct inode *ancestor)
{
    while (dir != ancestor && dir->name)
        dir = dir->name->parent;
    return dir == ancestor;
}

/* Both names change under one lock: nobody sees neither, and nobody sees a directory in itself. */
int
tree_rename(struct inode *from, const struct component *old_name, struct inode *to,
            const struct component *new_name, bool no_replace)
{
    spin_guard(&tree_lock);
    struct dirent *d = find_locked(from, old_name), *target = find_locked(to, new_name);
    if (!d)
        return -ENOENT;
    if (target && no_replace)
        return -EEXIST;
    if (target && d->inode == target->inode)
        return 0; /* rename(2): nothing happens */
    if (is_within(to, d->inode))
        return -EINVAL;
    if (d->inode->device != to->device)
        return -EBUSY;
    if (to->nlink == 0)
        return -ENOENT;
    int err = target ? why_not_removed(target, S_ISDIR(d->inode->mode)) : 0;
    if (!err)
        err = attach(to, new_name, d->inode);
    if (err)
        return err;
    if (target)
        detach(target);
    detach(d);
    return 0;
}

/* Also of a directory that was removed: its last name still knows where it stood. */
struct inode *
tree_parent(struct inode *dir)
{
    spin_guard(&tree_lock);
    return inode_get(dir->name ? dir->name->parent : dir);
}

/* An inode with several names is told by the newest. The path is written from its end to the root,
 * then moved to the front. */
s64
vfs_path(struct inode *i, char *buf, size_t size)
{
    spin_guard(&tree_lock);
    struct dirent *d = i->name;
    if (!d && i != tree_root)
        return S_ISFIFO(i->mode) ? snprintf(buf, size, "pipe:[%lu]", i->number) : -ENOENT;
    const char *end = d ? "" : "/";
    if (d && !d->inode)
        end = " (deleted)";
    size_t at = size - strlen(end) - 1;
    memcpy(buf + at, end, strlen(end) + 1);
    for (; d; d = d->parent->name) {
        size_t n = strlen(d->name);
        if (at <= n)
            return -ENAMETOOLONG;
        at -= n + 1;
        buf[at] = '/';
        memcpy(buf + at + 1, d->name, n);
    }
    memmove(buf, buf + at, size - at);
    return (s64)(size - at) - 1;
}

/* --- listings -------------------------------------------------------------------------------- */
/* struct linux_dirent64, which no header for user space has. */
struct entry {
    u64 number;
    s64 next; /* position of the entry after this one */
    u16 length;
    u8 type;
    char name[];
};

bool
dir_emit(struct dir_sink *sink, const char *name, u64 number, u32 mode, u64 next)
{
    size_t n = strlen(name) + 1, length = ALIGN_UP(offsetof(struct entry, name) + n, 8);
    if (length > sink->size - sink->used)
        sink->full = true;
    if (sink->full)
        return false;
    struct entry *e = (struct entry *)(sink->page + sink->used);
    memset(e, 0, length);
    /* DT_REG and its like are the same numbers. */
    *e = (struct entry){ number, (s64)next, (u16)length, (mode & S_IFMT) >> 12 };
    memcpy(e->name, name, n);
    sink->used += length;
    sink->position = next;
    return true;
}

/* `.` and `..` are nobody's entries: they are told here, as positions 0 and 1. A new child goes to
 * the end with the next position, so a listing in progress is not disturbed. It ends where the end
 * was when it began, or who renames each file that it reads would find all of them again, for ever.
 * One that began in the middle has no such end. */
static void
list_names(struct file *f, struct dir_sink *sink)
{
    struct inode *dir = f->inode, *parent scoped_inode = tree_parent(dir);
    struct dirent *d;
    if (sink->position == 0)
        f->listing_end = dir->size;
    if (sink->position == 0)
        dir_emit(sink, ".", dir->number, S_IFDIR, 1);
    if (sink->position == 1)
        dir_emit(sink, "..", parent->number, S_IFDIR, 2);
    u64 end = f->listing_end ? f->listing_end : ~0UL;
    spin_guard(&tree_lock);
    list_for_each (d, &dir->children, in_parent)
        if (d->position >= sink->position && d->position < end)
            dir_emit(sink, d->name, d->inode->number, d->inode->mode, d->position + 1);
}

/* All is put together in a page of ours, because a copy to the user can wait for memory's lock. */
s64
dir_read(struct file *f, u64 user_buf, u64 n)
{
    struct inode *dir = f->inode;
    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    if (dir->nlink == 0) /* removed: not even `.` is left */
        return -ENOENT;
    char *page scoped_page = page_alloc();
    if (!page)
        return -ENOMEM;
    struct dir_sink sink = { .page = page, .size = MIN(n, PAGE_SIZE), .position = f->pos };
    list_names(f, &sink);
    if (dir->ops->list)
        dir->ops->list(dir, &sink);
    if (sink.used == 0 && sink.full)
        return -EINVAL;
    if (copy_to_user(user_buf, page, sink.used))
        return -EFAULT;
    f->pos = sink.position;
    return (s64)sink.used;
}

/* Every position is allowed: the listing goes on with the next entry at or behind it. */
const struct file_ops dir_file_ops = { .seek = inode_seek };
