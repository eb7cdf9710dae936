/* printer.c - files whose content a function prints: the text, and reading it.
 *
 * The text is a ramfs file without a name, so it grows page by page and reading it is nothing new.
 * It is made anew by each read from position 0 and kept for the rest, so a program that reads in
 * pieces sees one moment. Print functions take locks of upper floors: they run with none of ours. */
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/proc.h"
#include "fs/ramfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"

struct printer {
    struct inode *text;
    int err;
};

void
print_bytes(struct printer *p, const void *data, size_t n)
{
    if (n > 0 && !p->err && inode_append_private(p->text, data, n) != (s64)n)
        p->err = -ENOMEM;
}

/* Most lines are short; a long one (a path) is formatted again in a page. */
void
print_to(struct printer *p, const char *fmt, ...)
{
    char line[256], *buf = line;
    va_list ap;
    va_start(ap, fmt);
    size_t n = (size_t)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (n >= sizeof(line)) {
        n = MIN(n, PAGE_SIZE - 1);
        buf = kzalloc(n + 1);
        if (!buf) {
            p->err = -ENOMEM;
            return;
        }
        va_start(ap, fmt);
        vsnprintf(buf, n + 1, fmt, ap);
        va_end(ap);
    }
    print_bytes(p, buf, n);
    if (buf != line)
        kfree(buf);
}

/* --- an open file -------------------------------------------------------------------------------- */
struct proc_file {
    struct spinlock lock; /* text */
    struct inode *text;   /* one reference; NULL before the first read */
};

/* The text as it is now, or NULL and *err. */
static struct inode *
generate(const struct proc_node *node, int *err)
{
    struct printer p = { ramfs_inode(S_IFREG), 0 };
    if (!p.text)
        p.err = -ENOMEM;
    else if (node->entry->print)
        node->entry->print(&p);
    else if (!process_view.exists(node->pid))
        p.err = -ESRCH;
    else
        p.err = node->entry->print_pid(&p, node->pid);
    *err = p.err;
    if (!p.err)
        return p.text;
    inode_put(p.text);
    return NULL;
}

/* The text to read from, with a reference. `fresh` (NULL: keep the old one) takes its place. */
static struct inode *
swap_text(struct proc_file *pf, struct inode *fresh)
{
    struct inode *old = NULL;
    spin_lock(&pf->lock);
    if (fresh) {
        old = pf->text;
        pf->text = fresh;
    }
    struct inode *text = pf->text;
    if (text)
        inode_get(text);
    spin_unlock(&pf->lock);
    inode_put(old);
    return text;
}

static s64
proc_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct proc_file *pf = f->data;
    struct inode *fresh = NULL;
    int err = 0;
    if (*pos == 0 && !(fresh = generate(f->inode->data, &err)))
        return err;
    struct inode *text = swap_text(pf, fresh);
    s64 got = text ? inode_read(text, b, n, pos) : 0;
    inode_put(text);
    return got;
}

static s64
proc_seek(struct file *f, s64 offset, int whence)
{
    return seek_to(&f->pos, 0, offset, whence);
}

static int
proc_open(struct inode *i, struct file *f)
{
    struct proc_file *pf = kzalloc(sizeof *pf);
    if (!pf)
        return -ENOMEM;
    spin_init(&pf->lock, "proc file");
    f->data = pf;
    return 0;
}

static void
proc_close(struct file *f)
{
    struct proc_file *pf = f->data;
    inode_put(pf->text);
    kfree(pf);
}

static const struct file_ops proc_file_ops = {
    .read = proc_read,
    .seek = proc_seek,
    .release = proc_close,
};

const struct inode_ops proc_print_ops = {
    .file_ops = &proc_file_ops,
    .open = proc_open,
    .release = proc_release,
};
