/* initrd.c - builds the tree from the archives that the firmware put into memory.
 *
 * One step for each entry. What comes later in the archives wins. Types other than files,
 * directories and links are passed over: /dev is the kernel's own. Content is not copied, but for
 * what shares a page with something else (pages.h): tools/lib/cpio.py aligns what is large. */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "machine/machine.h"
#include "fs/cpio.h"
#include "fs/path.h"
#include "fs/ramfs.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "mm/frame.h"

/* A file with several names has an entry for each, and the content with the last. Finds the inode
 * that an earlier entry got, with a reference. Few archives have such files: so they are read once
 * more from the start, and no list of what may be linked is kept. Inode numbers are those of the
 * file system that was packed: the same one of another device or archive is another file. */
static void
find_linked(const struct cpio *c, const struct cpio_entry *e, struct inode **out)
{
    struct cpio again = { .data = c->data, .size = c->size };
    struct cpio_entry first;
    while (cpio_next(&again, &first) > 0 && first.name != e->name)
        if (first.number == e->number && first.archive == e->archive && first.major == e->major &&
            first.minor == e->minor) {
            path_lookup(AT_FDCWD, kernel_path(first.name), AT_SYMLINK_NOFOLLOW, out);
            return;
        }
}

/* The inode that is there for this entry already, with a reference, or NULL: a directory of this
 * name, or a link to one; or a file that has other names. */
static struct inode *
find_existing(const struct cpio *c, const struct cpio_entry *e)
{
    struct inode *i = NULL;
    if (S_ISDIR(e->mode))
        path_lookup(AT_FDCWD, kernel_path(e->name), 0, &i);
    else if (S_ISREG(e->mode) && e->links > 1)
        find_linked(c, e, &i);
    if (i && (i->mode & S_IFMT) == (e->mode & S_IFMT))
        return i;
    inode_put(i);
    return NULL;
}

/* Puts the entry at its name, replacing what an earlier archive left there. Of a directory that is
 * there only the attributes change: what an archive has below it is meant to come beside what is
 * there. -EEXIST means a directory that is not empty, where something else should go; the rest are
 * the errors of path.h. */
static int
place(const struct cpio *c, const struct cpio_entry *e)
{
    struct buffer path = kernel_path(e->name);
    bool link = S_ISLNK(e->mode), file = S_ISREG(e->mode), directory = S_ISDIR(e->mode);
    if (!file && !directory && !link)
        return 0;
    if (link && (e->size == 0 || e->size >= PATH_LIMIT))
        return 0;
    struct inode *i scoped_inode = find_existing(c, e);
    bool there = directory && i;
    if (!i)
        i = link ? ramfs_symlink(e->data, e->size) : ramfs_inode(e->mode);
    if (!i)
        return -ENOMEM;
    i->size = MAX(i->size, e->size); /* of linked files all entries but one have none */
    if (file && e->size > 0 && !pages_fill(&i->pages, e->data, e->size))
        return -ENOMEM;
    i->mode = e->mode;
    i->uid = e->uid;
    i->gid = e->gid;
    i->modified = i->changed = i->accessed = (struct timespec64){ e->modified_s, 0 };
    if (there)
        return 0;
    if (vfs_unlink(AT_FDCWD, path, false) == -EISDIR)
        vfs_unlink(AT_FDCWD, path, true);
    inode_get(i);
    return vfs_add(AT_FDCWD, path, i, WALK_NAME);
}

/* Goes on after an entry that cannot be placed: a system that lacks one file can tell which. */
void
initrd_unpack(void)
{
    const struct range *r = &machine.initrd;
    if (r->start == 0)
        panic("no initrd: there is no program to run (QEMU's -initrd names one)");
    struct cpio c = { .data = frame_direct(r->start), .size = r->end - r->start };
    struct cpio_entry e;
    int more = cpio_next(&c, &e);
    while (more > 0) {
        int err = place(&c, &e);
        if (err)
            pr_warn("initrd: %s: left out (error %d)", e.name, -err);
        more = cpio_next(&c, &e);
    }
    if (more < 0)
        panic("the initrd is no cpio archive of format newc: see byte %lu of %lu", c.at, c.size);
}
