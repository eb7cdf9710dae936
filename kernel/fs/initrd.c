/* initrd.c - builds the tree from the archives that the firmware put into memory.
 *
 * One step for each entry and no copy of any content: a file remembers where its bytes lie, and
 * pages.c takes the frames over when they are used. What comes later in the archives wins. Types
 * other than files, directories and links are passed over: /dev is the kernel's own. */
#include "fs/initrd.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "dev/machine.h"
#include "fs/cpio.h"
#include "fs/path.h"
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "time/clock.h"

/* An inode with several names: the archive has an entry for each, and the content with the last. */
struct linked {
    struct linked *next;
    struct inode *inode; /* one reference */
    u32 archive, number, major, minor;
};

static struct linked *linked_files;

static struct inode *
find_linked(const struct cpio_entry *e)
{
    for (struct linked *l = linked_files; l; l = l->next)
        if (l->number == e->number && l->archive == e->archive && l->major == e->major &&
            l->minor == e->minor)
            return l->inode;
    return NULL;
}

static void
remember_linked(const struct cpio_entry *e, struct inode *i)
{
    struct linked *l = kzalloc(sizeof(*l));
    if (!l)
        panic("no memory for the links in the initrd");
    inode_get(i);
    *l = (struct linked){ linked_files, i, e->archive, e->number, e->major, e->minor };
    linked_files = l;
}

static void
forget_linked(void)
{
    while (linked_files) {
        struct linked *l = linked_files;
        linked_files = l->next;
        inode_put(l->inode);
        kfree(l);
    }
}

/* The inode for an entry, with a reference; NULL for types that are passed over. */
static struct inode *
make_inode(const struct cpio *c, const struct cpio_entry *e)
{
    struct inode *i = NULL;
    if (S_ISREG(e->mode) && e->links > 1)
        i = find_linked(e);
    if (i) {
        inode_get(i);
    } else if (S_ISLNK(e->mode)) {
        if (e->size > 0 && e->size < PATH_LIMIT)
            i = ramfs_symlink(c->data + e->data, e->size);
    } else if (S_ISREG(e->mode) || S_ISDIR(e->mode)) {
        i = ramfs_inode(e->mode);
        if (i && e->links > 1 && S_ISREG(e->mode))
            remember_linked(e, i);
    }
    return i;
}

/* The content is not touched: its place in memory is written down, and pages.c does the rest on
 * demand. */
static void
fill_inode(struct inode *i, const struct cpio_entry *e)
{
    if (S_ISREG(e->mode) && e->size > 0) {
        i->pages.in_place = machine.initrd.start + e->data;
        i->pages.in_place_size = i->size = e->size;
    }
    i->mode = e->mode;
    i->uid = e->uid;
    i->gid = e->gid;
    i->modified_ns = i->changed_ns = i->accessed_ns = e->modified_s * NSEC_PER_SEC;
}

/* With a reference in *out if it is one. */
static bool
is_directory(const char *path, struct inode **out)
{
    if (path_lookup(AT_FDCWD, kernel_path(path), 0, out))
        return false;
    if (S_ISDIR((*out)->mode))
        return true;
    inode_put(*out);
    return false;
}

/* Puts the entry at its name, replacing what an earlier archive left there. */
static int
place(const struct cpio *c, const struct cpio_entry *e)
{
    struct inode *i;
    int err = 0;
    if (S_ISDIR(e->mode) && is_directory(e->name, &i)) {
        fill_inode(i, e);
    } else {
        i = make_inode(c, e);
        if (!i)
            return 0;
        if (vfs_unlink(AT_FDCWD, kernel_path(e->name), false) == -EISDIR)
            vfs_unlink(AT_FDCWD, kernel_path(e->name), true);
        inode_get(i);
        err = vfs_add(AT_FDCWD, kernel_path(e->name), i, WALK_NAME);
        if (!err)
            fill_inode(i, e);
    }
    inode_put(i);
    return err;
}

/* Goes on after an entry that cannot be placed: a system that lacks one file can tell which. */
void
initrd_unpack(void)
{
    const struct range *r = &machine.initrd;
    if (r->start == 0)
        panic("no initrd: there is no program to run (QEMU's -initrd names one)");
    char *data = (char *)frame_address(ALIGN_DOWN(r->start, PAGE_SIZE)) + r->start % PAGE_SIZE;
    struct cpio c = { data, r->end - r->start, 0, 0 };
    struct cpio_entry e;
    int more;
    while ((more = cpio_next(&c, &e)) > 0) {
        int err = place(&c, &e);
        if (err)
            pr_warn("initrd: %s: left out (error %d)", e.name, -err);
    }
    if (more < 0)
        panic("the initrd is no cpio archive of format newc: see byte %lu of %lu", c.at, c.size);
    forget_linked();
}
