/* dir.c - reading directories, in the layout of getdents64(2). See dir.h.
 *
 * Entries are put together in a page of ours and then copied, because the names may not be held
 * still over a copy to the user, which can wait for memory's lock. */
#include "fs/dir.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "lib/string.h"
#include "mm/usercopy.h"

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
    e->number = number;
    e->next = (s64)next;
    e->length = (u16)length;
    e->type = (mode & S_IFMT) >> 12; /* DT_REG and its like are the same numbers */
    memcpy(e->name, name, n);
    sink->used += length;
    sink->position = next;
    return true;
}

/* `.` and `..` are nobody's entries: they are told here, as positions 0 and 1. */
static void
list_all(struct inode *dir, struct dir_sink *sink)
{
    if (sink->position == 0 && !dir_emit(sink, ".", dir->number, S_IFDIR, 1))
        return;
    if (sink->position == 1) {
        struct inode *parent = tree_parent(dir);
        dir_emit(sink, "..", parent->number, S_IFDIR, 2);
        inode_put(parent);
    }
    if (sink->position < 2)
        return;
    tree_list(dir, sink);
    if (dir->ops->list)
        dir->ops->list(dir, sink);
}

s64
dir_read(struct file *f, u64 user_buf, u64 n)
{
    if (f->ops != &dir_file_ops)
        return -ENOTDIR;
    struct dir_sink sink = { page_alloc(), 0, MIN(n, PAGE_SIZE), f->pos, false };
    if (!sink.page)
        return -ENOMEM;
    list_all(f->inode, &sink);
    s64 result = sink.used == 0 && sink.full ? -EINVAL : (s64)sink.used;
    if (copy_to_user(user_buf, sink.page, sink.used))
        result = -EFAULT;
    else
        f->pos = sink.position;
    page_free(sink.page);
    return result;
}

/* Any position may be asked for: the listing goes on with the next entry at or behind it. */
static s64
dir_seek(struct file *f, s64 offset, int whence)
{
    return seek_to(&f->pos, f->inode->next_position, offset, whence);
}

static s64
dir_no_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return -EISDIR;
}

const struct file_ops dir_file_ops = { .read = dir_no_read, .seek = dir_seek };
