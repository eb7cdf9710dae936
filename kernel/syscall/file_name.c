/* file_name.c - system calls about names: make, remove, rename, and where a process is.
 *
 * Source: mkdir(2), unlink(2), rename(2), link(2), symlink(2), readlink(2), chdir(2), getcwd(2),
 * umask(2). Left out: mknod(2), for nodes of devices are the kernel's. */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "fs/tree.h"
#include "syscall/file.h"

s64
sys_mkdirat(const u64 *arg)
{
    u32 mode = S_IFDIR | ((u32)arg[2] & 01777 & ~fs_current()->fsinfo->umask);
    return vfs_add((int)arg[0], user_buffer(arg[1]), ramfs_inode(mode), WALK_NAME);
}

s64
sys_unlinkat(const u64 *arg)
{
    u32 flags = (u32)arg[2];
    if (flags & ~(u32)AT_REMOVEDIR)
        return -EINVAL;
    return vfs_unlink((int)arg[0], user_buffer(arg[1]), flags & AT_REMOVEDIR);
}

s64
sys_symlinkat(const u64 *arg)
{
    char *text scoped_page = page_alloc();
    if (!text)
        return -ENOMEM;
    s64 n = string_from_user(text, arg[0], PATH_LIMIT);
    if (n <= 0)
        return n ?: -ENOENT;
    struct inode *i = ramfs_symlink(text, (size_t)n);
    return vfs_add((int)arg[1], user_buffer(arg[2]), i, WALK_NAME);
}

/* A directory with two names would make `..` ambiguous and loops possible. */
s64
sys_linkat(const u64 *arg)
{
    struct inode *i scoped_inode = NULL;
    u32 flags = (u32)arg[4];
    if (flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    u32 how = flags & AT_EMPTY_PATH;
    if (!(flags & AT_SYMLINK_FOLLOW)) /* linkat follows when told, all others unless told */
        how |= AT_SYMLINK_NOFOLLOW;
    s64 err = inode_of((int)arg[0], arg[1], how, &i);
    if (err || S_ISDIR(i->mode))
        return err ?: -EPERM;
    return vfs_add((int)arg[2], user_buffer(arg[3]), inode_get(i), WALK_NAME);
}

/* This call decides what tree_rename cannot know: how the paths were spelled, and whose directories
 * they are in. tree_rename looks both names up again, because they may have changed. */
s64
sys_renameat2(const u64 *arg)
{
    struct walk from scoped_walk = { 0 };
    struct walk to scoped_walk = { 0 };
    u32 flags = (u32)arg[4];
    if (flags & ~(u32)RENAME_NOREPLACE)
        return -EINVAL;
    s64 err = walk_path(&from, (int)arg[0], user_buffer(arg[1]), WALK_NAME);
    if (!err)
        err = walk_path(&to, (int)arg[2], user_buffer(arg[3]), WALK_NAME | WALK_NEW);
    if (err)
        return err;
    if (from.dir->device != to.dir->device)
        return -EXDEV;
    if (from.special || to.special)
        return -EBUSY;
    if (from.dir->ops != &ramfs_dir_ops || to.dir->ops != &ramfs_dir_ops)
        return -EPERM;
    if ((from.slash || to.slash) && !S_ISDIR(from.inode->mode))
        return -ENOTDIR;
    return tree_rename(from.dir, &from.last, to.dir, &to.last, flags);
}

/* The text is not NUL-terminated, and is cut without a word when the buffer is small: readlink(2)
 * wants it so. */
s64
sys_readlinkat(const u64 *arg)
{
    struct inode *i scoped_inode = NULL;
    s64 size = (int)arg[3];
    if (size <= 0)
        return -EINVAL;
    s64 if_no_link = -EINVAL, err = inode_of((int)arg[0], arg[1], AT_SYMLINK_NOFOLLOW, &i);
    if (err == -ENOENT) { /* an empty path is for the descriptor of a link: else it names nothing */
        if_no_link = -ENOENT;
        err = inode_of((int)arg[0], arg[1], AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &i);
    }
    if (err || !S_ISLNK(i->mode))
        return err ?: if_no_link;
    char *text scoped_page = page_alloc();
    if (!text)
        return -ENOMEM;
    s64 n = MIN(link_text(i, text), size);
    return n > 0 && copy_to_user(arg[2], text, (u64)n) ? -EFAULT : n;
}

/* --- where a process is ---------------------------------------------------------------------- */
s64
sys_chdir(const u64 *arg)
{
    struct inode *i scoped_inode = NULL;
    return inode_of(AT_FDCWD, arg[0], 0, &i) ?: fsinfo_chdir(i);
}

s64
sys_fchdir(const u64 *arg)
{
    struct file *f scoped_file = fd_get((int)arg[0]);
    return f ? fsinfo_chdir(f->inode) : -EBADF;
}

/* The system call counts the NUL; libc's function hides it. A directory that was removed has no
 * path any more. */
s64
sys_getcwd(const u64 *arg)
{
    struct inode *cwd scoped_inode = NULL;
    char *path scoped_page = page_alloc();
    if (!path)
        return -ENOMEM;
    s64 err = path_lookup(AT_FDCWD, kernel_path("."), 0, &cwd);
    if (err || cwd->nlink == 0)
        return err ?: -ENOENT;
    s64 length = vfs_path(cwd, path, PATH_LIMIT);
    if (length < 0)
        return length;
    u64 size = (u64)length + 1;
    if (size > arg[1])
        return -ERANGE;
    return copy_to_user(arg[0], path, size) ? -EFAULT : (s64)size;
}

s64
sys_umask(const u64 *arg)
{
    return __atomic_exchange_n(&fs_current()->fsinfo->umask, (u32)arg[0] & 0777, __ATOMIC_RELAXED);
}
