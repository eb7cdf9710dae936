/* vfs.c - who asks the file layer: descriptors, working directory and umask of a process, and what
 * the kernel itself has of these when it makes the tree.
 *
 * Contracts in file.h and vfs.h. Both parts are counted, because threads share them. `end` spares
 * fork, exec and exit the part of the table that was never used. Files and directories are put
 * after the lock is given up (a scoped variable above the guard): the last put of a pipe's end wakes
 * others. Not here: the walk (path.c), opening and changing names (names.c). Source: open(2),
 * dup(2), chdir(2). */
#include "fs/vfs.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/initrd.h"
#include "fs/path.h"
#include "fs/proc.h"
#include "fs/tree.h"
#include "fs/tty.h"
#include "lib/print.h"
#include "mm/kmalloc.h"

_Static_assert(sizeof(struct files) <= PAGE_SIZE, "kzalloc gives no more");

struct files *
files_pass(struct files *from, enum passing how)
{
    if (how == SHARE) {
        __atomic_add_fetch(&from->refs, 1, __ATOMIC_RELAXED);
        return from;
    }
    struct files *to = kzalloc(sizeof(*to));
    if (!to)
        return NULL;
    to->refs = 1;
    spin_init(&to->lock, "files");
    if (!from)
        return to;
    spin_guard(&from->lock);
    to->end = from->end;
    for (int fd = 0; fd < to->end; fd++)
        if (from->file[fd] && !(how == COPY_FOR_EXEC && from->cloexec[fd])) {
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
    return fd;
}

/* --- working directory and umask ------------------------------------------------------------- */
struct fsinfo *
fsinfo_pass(struct fsinfo *from, enum passing how)
{
    if (how == SHARE) {
        __atomic_add_fetch(&from->refs, 1, __ATOMIC_RELAXED);
        return from;
    }
    struct fsinfo *to = kzalloc(sizeof(*to));
    if (!to)
        return NULL;
    spin_guard(&from->lock);
    *to = (struct fsinfo){ 1, from->umask, SPINLOCK_INIT("files"), inode_get(from->cwd) };
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

/* With a reference: another thread may change directory in the middle of our walk. */
struct inode *
fsinfo_cwd(void)
{
    struct fsinfo *i = fs_current()->fsinfo;
    spin_guard(&i->lock);
    return inode_get(i->cwd);
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

/* --- the beginning --------------------------------------------------------------------------- */
struct process_view process_view;

static struct fsinfo kernel_fsinfo = { 1, 022, SPINLOCK_INIT("files"), NULL };
struct fs_owner kernel_owner = { .fsinfo = &kernel_fsinfo };

void
vfs_init(void)
{
    static const char *const directories[] = { "/tmp", "/run", "/root" };
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    kernel_fsinfo.cwd = inode_get(tree_root);
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(directories); i++) /* -EEXIST is as good */
        vfs_add(AT_FDCWD, kernel_path(directories[i]),
                ramfs_inode(S_IFDIR | (i == 0 ? 01777 : 0755)), WALK_NAME);
    tty_init();
    dev_init();
    proc_init();
}
