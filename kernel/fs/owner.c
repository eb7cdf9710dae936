/* owner.c - who asks the file layer: descriptors, working directory and umask of a process.
 *
 * Contracts in file.h and vfs.h. Threads share tables and directories, so these are counted. `end`
 * spares fork, exec and exit the part of a table that was never used. Files and directories are put
 * after the lock is given up (a scoped variable above the guard): the last put of a pipe's end
 * wakes others. The kernel itself is an owner too, for it makes the tree before there is a process.
 * Source: dup(2), chdir(2). */

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
files_copy(struct files *from, bool for_exec)
{
    struct files *to = kzalloc(sizeof(*to));
    if (!to)
        return NULL;
    to->refs = 1;
    spin_init(&to->lock, "files");
    spin_guard(&from->lock);
    to->end = from->end;
    for (int fd = 0; fd < to->end; fd++)
        if (from->file[fd] && !(for_exec && from->cloexec[fd])) {
            to->file[fd] = file_get(from->file[fd]);
            to->cloexec[fd] = from->cloexec[fd];
        }
    return to;
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
    return fd >= 0 && fd < fs->end && fs->file[fd] ? file_get(fs->file[fd]) : NULL;
}

/* POSIX: always the lowest free one. Shells count on it (close 1, open, and it is the output). */
int
fd_install(struct file *f, int fd, u32 how)
{
    struct file *old scoped_file = f; /* on failure f itself is put */
    struct files *fs = fs_current()->files;
    u64 limit = f ? fs_current()->open_limit : MAX_FDS;
    spin_guard(&fs->lock);
    while (!(how & FD_EXACTLY) && (u32)fd < limit && fs->file[fd])
        fd++;
    if ((u32)fd >= limit || (!f && !fs->file[fd]))
        return how & FD_EXACTLY ? -EBADF : -EMFILE;
    old = fs->file[fd];
    fs->file[fd] = f;
    fs->cloexec[fd] = how & O_CLOEXEC;
    fs->end = MAX(fs->end, fd + 1);
    return f ? fd : 0;
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
