/* vfs.c - what a process brings to a path (working directory, umask), and the tree's beginning.
 *
 * Not here: the walk (path.c), opening (open.c), changing names (names.c), though vfs.h declares
 * what other rooms need of them. vfs_init fixes the order in which the tree comes about. Source:
 * chdir(2), umask(2). */
#include "fs/vfs.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/initrd.h"
#include "fs/names.h"
#include "fs/proc.h"
#include "fs/tree.h"
#include "fs/tty.h"
#include "lib/print.h"
#include "mm/kmalloc.h"

struct fsinfo {
    u32 refs;
    u32 umask;
    struct spinlock lock; /* cwd */
    struct inode *cwd;    /* one reference */
};

struct process_view process_view;

static struct fsinfo *
fsinfo_make(struct inode *cwd, u32 umask)
{
    struct fsinfo *i = kzalloc(sizeof(*i));
    if (!i)
        return NULL;
    i->refs = 1;
    i->umask = umask;
    spin_init(&i->lock, "files");
    inode_get(i->cwd = cwd);
    return i;
}

struct fsinfo *
fsinfo_create(void)
{
    return fsinfo_make(tree_root, 022);
}

struct fsinfo *
fsinfo_copy(struct fsinfo *from)
{
    spin_lock(&from->lock);
    struct fsinfo *i = fsinfo_make(from->cwd, from->umask);
    spin_unlock(&from->lock);
    return i;
}

void
fsinfo_get(struct fsinfo *i)
{
    __atomic_add_fetch(&i->refs, 1, __ATOMIC_RELAXED);
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
    struct fsinfo *i = fs_current() ? fs_current()->fsinfo : NULL;
    if (!i) {
        inode_get(tree_root);
        return tree_root;
    }
    spin_guard(&i->lock);
    inode_get(i->cwd);
    return i->cwd;
}

int
fsinfo_chdir(struct inode *dir)
{
    struct fsinfo *i = fs_current()->fsinfo;
    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    inode_get(dir);
    spin_lock(&i->lock);
    struct inode *old = i->cwd;
    i->cwd = dir;
    spin_unlock(&i->lock);
    inode_put(old);
    return 0;
}

u32
fsinfo_umask(void)
{
    return fs_current() && fs_current()->fsinfo ? fs_current()->fsinfo->umask : 0;
}

u32
fsinfo_set_umask(u32 mask)
{
    return __atomic_exchange_n(&fs_current()->fsinfo->umask, mask & 0777, __ATOMIC_RELAXED);
}

s64
vfs_path(struct inode *i, char *buf, size_t size)
{
    s64 n = tree_path(i, buf, size);
    if (n != -ENOENT || !S_ISFIFO(i->mode))
        return n;
    return MIN((s64)size - 1, snprintf(buf, size, "pipe:[%lu]", i->number));
}

void
vfs_init(void)
{
    static const char *const directories[] = { "/tmp", "/run", "/root" };
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(directories); i++) /* -EEXIST is as good */
        vfs_make(AT_FDCWD, kernel_path(directories[i]), S_IFDIR | (i == 0 ? S_ISVTX | 0777 : 0755));
    tty_init();
    dev_init();
    proc_init();
}
