/* proc.c - /proc: directories whose entries come about when they are looked up.
 *
 * Nothing of it is in the tree but its root. A look-up makes an inode, prints the text of a file or
 * the path of a link into it, as into a file of ramfs, and the last put frees it: a process costs
 * nothing here until it is looked at, and a program that reads in pieces sees one moment. All that
 * an inode must know later is in its number. What the texts say: procinfo.c and proc/procfs.c.
 * Source: proc(5). */
#include "fs/proc.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "lib/print.h"
#include "lib/string.h"

#define NUMBERED 32u /* children: the rows of a table, and behind them, from here on, numbers */
#define ROOT     1u  /* number of /proc */

/* --- printing -------------------------------------------------------------------------------- */
struct printer {
    struct inode *text;
    char *page; /* to put lines together in */
    int err;
};

void
print_bytes(struct printer *p, const void *data, size_t n)
{
    if (!p->err && inode_append_private(p->text, data, n) != (s64)n)
        p->err = -ENOMEM;
}

void
print_to(struct printer *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t n = (size_t)vsnprintf(p->page, PAGE_SIZE, fmt, ap);
    va_end(ap);
    print_bytes(p, p->page, MIN(n, PAGE_SIZE - 1));
}

void
print_path(struct printer *p, struct inode *i)
{
    s64 n = vfs_path(i, p->page, PAGE_SIZE);
    print_bytes(p, p->page, (size_t)MAX(n, 0));
}

/* Print functions take locks of upper floors, outermost ones: none of ours is held here. A link
 * that leads nowhere (exe of a zombie) is not there. */
static int
fill(struct inode *i, const struct proc_entry *e, bool of_process)
{
    struct printer p = { i, page_alloc(), 0 };
    int err = 0;
    if (!p.page)
        return -ENOMEM;
    if (e->text)
        print_to(&p, "%s", e->text);
    else if (of_process)
        err = process_view.print(&p, (int)(i->number >> 32), e);
    else
        e->print(&p, NULL);
    page_free(p.page);
    return err ?: p.err ?: S_ISLNK(i->mode) && i->size == 0 ? -ENOENT : 0;
}

/* --- files and links ------------------------------------------------------------------------- */
static struct file_ops text_file_ops; /* like a file of ramfs, but nobody writes it */

static s64
read_link(struct inode *i, char *buf, size_t size)
{
    u64 pos = 0;
    return inode_read(i, (struct buffer){ .kernel = buf }, size, &pos);
}

static void
release_text(struct inode *i)
{
    pages_cut(&i->pages, 0);
}

/* What a link in fd stands for. Other processes' tables are not ours to look into. */
static struct file *
file_of(const struct inode *link)
{
    if ((int)(link->number >> 32) != fs_current()->pid)
        return NULL;
    return fd_get(fs_current()->files, (int)(link->number % 1024 - NUMBERED));
}

/* Its text: what has no path is called pipe:[7], and following the link still works. */
static void
print_fd(struct printer *p, struct process *unused)
{
    struct file *f = file_of(p->text);
    if (f)
        print_path(p, f->inode);
    file_put(f);
}

/* Leads to the very inode, so /dev/stdin opens a pipe that has no name. */
static int
follow_fd(struct inode *i, struct inode **out)
{
    struct file *f = file_of(i);
    if (!f)
        return -ENOENT;
    inode_get(*out = f->inode);
    file_put(f);
    return 0;
}

static const struct inode_ops text_ops = { .file_ops = &text_file_ops,
                                           .readlink = read_link,
                                           .release = release_text };
static const struct inode_ops fd_ops = { .readlink = read_link,
                                         .follow = follow_fd,
                                         .release = release_text };

/* --- directories: inode->data is the table of names, or NULL for fd -------------------------- */
/* The st_ino of child k, the same whenever it is made: the pid, and below it, ten bits each, the
 * places of all names on the way. */
static u64
child_number(const struct inode *dir, u32 k)
{
    if (dir->number == ROOT && k >= NUMBERED)
        return (u64)(k - NUMBERED) << 32 | ROOT;
    return (dir->number >> 32 << 32) | (u32)dir->number << 10 | k;
}

/* Names that are numbers: the first from n on, or -1. Pids in /proc, descriptors in fd. */
static int
next_number(const struct inode *dir, int n)
{
    if (dir->number == ROOT)
        return process_view.next_pid(n);
    bool ours = !dir->data && (int)(dir->number >> 32) == fs_current()->pid;
    return ours ? fd_next(fs_current()->files, n) : -1;
}

/* `01` is no number, or one process would have many names. */
static int
number_of(const struct component *name)
{
    int n = 0;
    for (size_t i = 0; i < name->length; i++) {
        char c = name->text[i];
        if (c < '0' || c > '9' || (i > 0 && n == 0) || i == 9)
            return -1;
        n = n * 10 + (c - '0');
    }
    return n;
}

static const struct inode_ops dir_ops;

static int
make(struct inode *dir, const struct component *name, const struct proc_entry *e, u32 k,
     struct inode **out)
{
    bool is_dir = S_ISDIR(e->mode);
    const struct inode_ops *ops = is_dir ? &dir_ops : dir->data ? &text_ops : &fd_ops;
    struct inode *i = inode_create(ops, DEVICE_PROC, e->mode);
    if (!i)
        return -ENOMEM;
    i->number = child_number(dir, k);
    int err = tree_name(dir, name, i);
    if (is_dir)
        i->data = (void *)e->entries;
    else
        err = err ?: fill(i, e, dir->data == process_view.entries);
    if (err)
        inode_put(i);
    else
        *out = i;
    return err;
}

static int
proc_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    const struct proc_entry pid_dir = { .mode = S_IFDIR | 0555, .entries = process_view.entries },
                            fd_link = { .mode = S_IFLNK | 0700, .print = print_fd }, *e = dir->data;
    int n = number_of(name);
    if (n >= 0 && next_number(dir, n) == n)
        return make(dir, name, e ? &pid_dir : &fd_link, NUMBERED + (u32)n, out);
    for (u32 k = 0; e && e[k].name; k++)
        if (strncmp(name->text, e[k].name, name->length) == 0 && !e[k].name[name->length])
            return make(dir, name, &e[k], k, out);
    return -ENOENT;
}

/* The position of a child is k behind `.` and `..`, so processes may come and go between two
 * calls. */
static void
proc_list(struct inode *dir, struct dir_sink *sink)
{
    const struct proc_entry *e = dir->data;
    char name[16];
    for (u32 k = 0; e && e[k].name; k++)
        if (k + 2 >= sink->position &&
            !dir_emit(sink, e[k].name, child_number(dir, k), e[k].mode, k + 3))
            return;
    int n = (int)MAX((s64)sink->position - 2 - (s64)NUMBERED, 0);
    for (; (n = next_number(dir, n)) >= 0; n++) {
        u32 k = NUMBERED + (u32)n;
        snprintf(name, sizeof(name), "%d", n);
        if (!dir_emit(sink, name, child_number(dir, k), e ? S_IFDIR : S_IFLNK, k + 3))
            return;
    }
}

static const struct inode_ops dir_ops = { .file_ops = &dir_file_ops,
                                          .lookup = proc_lookup,
                                          .list = proc_list };

void
proc_init(void)
{
    static const struct component name = { "proc", 4 };
    struct inode *i = inode_create(&dir_ops, DEVICE_PROC, S_IFDIR | 0555);
    text_file_ops.read = ramfs_file_ops.read;
    text_file_ops.seek = ramfs_file_ops.seek;
    tree_unlink(tree_root, &name, true); /* an empty one from the initrd */
    if (!i || tree_link(tree_root, &name, i))
        panic("/proc cannot be made");
    i->number = ROOT;
    i->data = (void *)proc_system_entries;
}
