/* printer.c - files whose content a function prints.
 *
 * The text is made when the file is opened, into a ramfs file without a name: it grows page by
 * page, reading it is nothing new, and a program that reads in pieces sees one moment. */
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/proc.h"
#include "fs/ramfs.h"
#include "lib/print.h"

struct printer {
    struct inode *text;
    int err;
};

void
print_bytes(struct printer *p, const void *data, size_t n)
{
    struct buffer from = { .kernel = (char *)data, .source = true };
    if (n > 0 && !p->err && inode_move(p->text, from, n, p->text->size) != (s64)n)
        p->err = -ENOMEM;
}

/* Most lines are short; a long one (a path) is formatted again in a page. */
void
print_to(struct printer *p, const char *fmt, ...)
{
    char line[256], *page = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof(line) && (page = page_alloc())) {
        va_start(ap, fmt);
        n = MIN(vsnprintf(page, PAGE_SIZE, fmt, ap), (int)PAGE_SIZE - 1);
        va_end(ap);
    }
    print_bytes(p, page ? page : line, (size_t)MIN(n, (int)(page ? PAGE_SIZE : sizeof(line)) - 1));
    page_free(page);
}

/* Print functions take locks of upper floors, outermost ones: none of ours is held here. */
static int
open_text(struct inode *i, struct file *f)
{
    const struct proc_node *node = i->data;
    struct printer p = { ramfs_inode(S_IFREG), 0 };
    if (!p.text)
        return -ENOMEM;
    if (node->entry->print)
        node->entry->print(&p);
    else
        p.err = node->entry->print_pid(&p, node->pid);
    if (p.err)
        inode_put(p.text);
    f->data = p.text;
    return p.err;
}

static s64
read_text(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return inode_transfer(f->data, b, n, pos, false);
}

/* From the end nothing can be counted: size is 0 for all (proc(5)). */
static s64
seek_text(struct file *f, s64 offset, int whence)
{
    return seek_to(&f->pos, 0, offset, whence);
}

static void
close_text(struct file *f)
{
    inode_put(f->data);
}

static const struct file_ops text_ops = { .read = read_text,
                                          .seek = seek_text,
                                          .release = close_text };
const struct inode_ops proc_print_ops = { .file_ops = &text_ops,
                                          .open = open_text,
                                          .release = proc_release };
