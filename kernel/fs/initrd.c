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
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"

/* A file with several names has an entry for each, and the content with the last. Such files are
 * remembered in a directory that has no name itself: there they are found as quickly as names are,
 * however many there are. */
static struct inode *linked_files;

/* An inode for what is new in this entry, with a reference; NULL without memory. Of a file with
 * several names it is that of an earlier entry. Inode numbers are those of the file system that was
 * packed: the same one of another device or archive is another file. */
static struct inode *
inode_for(const struct cpio_entry *e)
{
    char text[48];
    if (S_ISLNK(e->mode))
        return ramfs_symlink(e->data, e->size);
    if (S_ISDIR(e->mode) || e->links < 2)
        return ramfs_inode(e->mode);
    int n = snprintf(text, sizeof(text), "%x %x %x %x", e->number, e->archive, e->major, e->minor);
    struct component key = { text, (size_t)n };
    struct inode *i = tree_find(linked_files, &key) ?: ramfs_inode(e->mode);
    if (i)
        tree_link(linked_files, &key, i); /* -EEXIST when it was found */
    return i;
}

/* Puts the entry at its name, replacing what an earlier archive left there. Of a directory that is
 * there only the attributes change: what an archive has below it is meant to come beside what is
 * there. -EEXIST means a directory that is not empty, where something else should go; the rest are
 * the errors of path.h. */
static int
place(const struct cpio_entry *e)
{
    struct buffer path = kernel_path(e->name);
    bool link = S_ISLNK(e->mode), file = S_ISREG(e->mode), directory = S_ISDIR(e->mode);
    if (!file && !directory && !link)
        return 0;
    if (link && (e->size == 0 || e->size >= PATH_LIMIT))
        return -ENAMETOOLONG;
    struct inode *i scoped_inode = NULL;
    if (directory)
        path_lookup(AT_FDCWD, path, 0, &i); /* a link to one will do */
    bool there = i && S_ISDIR(i->mode);
    if (!there) {
        inode_put(i);
        i = inode_for(e);
    }
    if (!i)
        return -ENOMEM;
    i->size = MAX(i->size, e->size); /* of linked files all entries but one have none */
    if (file && e->size > 0 && !pages_fill(&i->pages, e->data, e->size))
        return -ENOMEM;
    i->mode = e->mode & (S_IFMT | 07777);
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
    struct dirent *d, *next;
    linked_files = ramfs_inode(S_IFDIR);
    BUG_ON(!linked_files);
    int more = cpio_next(&c, &e);
    while (more > 0) {
        int err = place(&e);
        if (err)
            pr_warn("initrd: %s: left out (error %d)", e.name, -err);
        more = cpio_next(&c, &e);
    }
    list_for_each_safe (d, next, &linked_files->children, in_parent)
        tree_unlink(linked_files, &(struct component){ d->name, strlen(d->name) }, false);
    inode_put(linked_files);
    if (more < 0)
        panic("the initrd is no cpio archive of format newc: see byte %lu of %lu", c.at, c.size);
}
