/* owner.c - who asks the file layer: descriptors, working directory and umask of a process.
 *
 * Contracts in file.h and vfs.h. Threads share tables and directories, so these are counted. `end`
 * spares fork, exec and exit the part of a table that was never used. What leaves a table is put
 * after the lock is given up, because the last put of a pipe's end wakes others: so the variable
 * that holds it, scoped_file, stands above the guard. The kernel itself is an owner too, for it
 * makes the tree before there is a process. Source: dup(2), chdir(2). */

#include "fs/vfs.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/inode.h"
#include "mm/kmalloc.h"

static struct files kernel_files = { .lock = SPINLOCK_INIT("files") };
static struct fsinfo kernel_fsinfo = { 1, 022, SPINLOCK_INIT("files"), NULL };
struct fs_owner kernel_owner = { .files = &kernel_files, .fsinfo = &kernel_fsinfo };

/* --- descriptors ----------------------------------------------------------------------------- */
_Static_assert(sizeof(struct files) <= PAGE_SIZE, "kzalloc gives no more");

struct files *
files_create(void)
{
    struct files *fs = kzalloc(sizeof(*fs));
    if (!fs)
        return NULL;
    fs->refs = 1;
    spin_init(&fs->lock, "files");
    return fs;
}

void
files_copy(struct files *to, struct files *from, bool for_exec)
{
    spin_guard(&from->lock);
    to->end = from->end;
    for (int fd = 0; fd < to->end; fd++) {
        if (!from->file[fd] || (for_exec && from->cloexec[fd]))
            continue;
        to->file[fd] = file_get(from->file[fd]);
        to->cloexec[fd] = from->cloexec[fd];
    }
}

void
files_put(struct files *fs)
{
    if (!fs || __atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int fd = 0; fd < fs->end; fd++)
        file_put(fs->file[fd]);
    kfree(fs);
}

struct file *
fd_get(int fd)
{
    struct files *fs = fs_current()->files;
    spin_guard(&fs->lock);
    if (fd < 0 || fd >= fs->end || !fs->file[fd])
        return NULL;
    return file_get(fs->file[fd]);
}

/* Fills a place of the table. What was there is the caller's to put. */
static void
set_place(struct files *fs, u32 fd, struct file *f, u32 flags)
{
    fs->file[fd] = f;
    fs->cloexec[fd] = flags & O_CLOEXEC;
    fs->end = MAX(fs->end, (int)fd + 1);
}

/* POSIX: always the lowest free one. Shells count on it (close 1, open, and it is the output). */
int
fd_install(struct file *f, int from, u32 flags)
{
    struct file *refused scoped_file = f;
    struct files *fs = fs_current()->files;
    spin_guard(&fs->lock);
    for (u32 fd = (u32)from; fd < fs_current()->open_limit; fd++) {
        if (fs->file[fd])
            continue;
        set_place(fs, fd, f, flags);
        refused = NULL;
        return (int)fd;
    }
    return -EMFILE;
}

int
fd_replace(struct file *f, int fd, u32 flags)
{
    struct file *old scoped_file = f; /* f itself, if it is refused */
    struct files *fs = fs_current()->files;
    if ((u32)fd >= fs_current()->open_limit)
        return -EBADF;
    spin_guard(&fs->lock);
    old = fs->file[fd];
    set_place(fs, (u32)fd, f, flags);
    return fd;
}

int
fd_close(int fd)
{
    struct file *old scoped_file = NULL;
    struct files *fs = fs_current()->files;
    spin_guard(&fs->lock);
    if (fd < 0 || fd >= fs->end || !fs->file[fd])
        return -EBADF;
    old = fs->file[fd];
    fs->file[fd] = NULL;
    return 0;
}

/* --- working directory and umask ------------------------------------------------------------- */
struct fsinfo *
fsinfo_copy(struct fsinfo *from)
{
    struct fsinfo *to = kzalloc(sizeof(*to));
    if (!to)
        return NULL;
    spin_guard(&from->lock);
    *to = (struct fsinfo){ 1, from->umask, SPINLOCK_INIT("files"), from->cwd };
    inode_get(to->cwd);
    return to;
}

void
fsinfo_put(struct fsinfo *i)
{
    if (!i || __atomic_sub_fetch(&i->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    inode_put(i->cwd);
    kfree(i);
}

int
fsinfo_chdir(struct inode *dir)
{
    struct inode *old scoped_inode = NULL;
    struct fsinfo *i = fs_current()->fsinfo;
    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    spin_guard(&i->lock);
    old = i->cwd;
    i->cwd = inode_get(dir);
    return 0;
}
