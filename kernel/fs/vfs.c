/* vfs.c - who asks the file layer (descriptors, working directory and umask of a process, and what
 * the kernel itself has of these when it makes the tree), and openat(2) for them.
 *
 * Contracts in file.h and vfs.h. Tables and directories are counted, because threads share them.
 * `end` spares fork, exec and exit the part of a table that was never used. Files and directories
 * are put after the lock is given up (a scoped variable above the guard): the last put of a pipe's
 * end wakes others. Not here: the walk (path.c), system calls (syscall/file_fd.c), and O_TMPFILE,
 * which fails as on a kernel that does not know it (EISDIR). Source: open(2), dup(2), chdir(2). */
#include "fs/vfs.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/path.h"
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "fs/tty.h"
#include "lib/print.h"
#include "mm/kmalloc.h"

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

/* --- opening --------------------------------------------------------------------------------- */
/* What only open itself looks at; F_GETFL does not show it. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Of O_PATH, and of what is not open yet: a place in the tree, and no operation but fstat and being
 * a dirfd. */
static const struct file_ops path_file_ops = { .seek = NULL };

/* The inode to open, with a reference, or NULL. A dangling link is no end: its target is made
 * (unless O_EXCL), because the walk goes on behind it. */
static int
find_or_create(int dirfd, struct buffer path, u32 flags, u32 mode, struct inode **out)
{
    bool create = flags & O_CREAT, exclusive = create && flags & O_EXCL;
    u32 how = exclusive || flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    for (;;) {
        int err = path_lookup(dirfd, path, how, out);
        if (err != -ENOENT || !create)
            return !err && exclusive ? -EEXIST : err;
        *out = ramfs_inode(S_IFREG | (mode & 07777 & ~fs_current()->fsinfo->umask));
        err = *out ? vfs_add(dirfd, path, inode_get(*out), how) : -ENOMEM;
        if (err != -EEXIST || exclusive)
            return err;
        inode_put(*out); /* somebody was faster: open that one */
    }
}

/* O_PATH forgets all flags that are about the content. O_TRUNC changes the file too, whatever the
 * access mode says. Those who write a file and those who run it exclude each other until their last
 * put (Linux: i_writecount), or a program could change under its own feet. A failure leaves the
 * file with path_file_ops: it was never open, there is nothing to release. */
int
vfs_open(int dirfd, struct buffer path, u32 flags, u32 mode, struct file **out)
{
    struct inode *i scoped_inode = NULL;
    bool only_path = flags & O_PATH;
    if (only_path)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    bool contradiction = flags & O_CREAT && flags & O_DIRECTORY;
    int err = contradiction ? -EINVAL : find_or_create(dirfd, path, flags, mode, &i);
    if (err)
        return err;
    bool write = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    if (flags & O_DIRECTORY && !S_ISDIR(i->mode))
        return -ENOTDIR;
    if (S_ISLNK(i->mode) && !only_path)
        return -ELOOP;
    if (S_ISDIR(i->mode) && (write || flags & O_CREAT))
        return -EISDIR;
    if (flags & OPEN_EXECUTE && !(S_ISREG(i->mode) && i->mode & 0111))
        return -EACCES;
    struct file *f scoped_file = file_create(&path_file_ops, i, flags & ~(u32)OPEN_ONLY);
    if (!f)
        return -ENOMEM;
    if (!only_path) {
        if (S_ISREG(i->mode) && (write || flags & OPEN_EXECUTE)) {
            int claim = write ? 1 : -1;
            spin_guard(&i->lock);
            if (i->writers * claim < 0)
                return -ETXTBSY;
            __atomic_add_fetch(&i->writers, f->claim = claim, __ATOMIC_RELAXED);
        }
        err = i->ops->open ? i->ops->open(i, f) : 0;
        if (err)
            return err;
        f->ops = i->ops->file_ops;
        if (flags & O_TRUNC)
            inode_truncate(i, 0); /* what is no regular file has nothing to lose */
    }
    *out = file_get(f);
    return 0;
}

/* --- the beginning --------------------------------------------------------------------------- */
struct process_view process_view;

static struct files kernel_files = { .lock = SPINLOCK_INIT("files") };
static struct fsinfo kernel_fsinfo = { 1, 022, SPINLOCK_INIT("files"), NULL };
struct fs_owner kernel_owner = { .files = &kernel_files, .fsinfo = &kernel_fsinfo };

void
vfs_init(void)
{
    /* The last two are for everybody; in /dev/shm libc keeps shared memory and semaphores. */
    const char *const dirs[] = { "/root", "/run", "/dev", "/dev/virtio-ports", "/tmp", "/dev/shm" };
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    kernel_fsinfo.cwd = inode_get(tree_root);
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(dirs); i++) /* -EEXIST is as good */
        vfs_add(AT_FDCWD, kernel_path(dirs[i]), ramfs_inode(S_IFDIR | (i < 4 ? 0755 : 01777)),
                WALK_NAME);
    tty_init();
    dev_init();
    proc_init();
}
