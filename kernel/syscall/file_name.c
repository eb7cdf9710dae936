/* file_name.c - system calls about names: make, remove, rename, and where a process is.
 *
 * Source: mkdir(2), unlink(2), rename(2), link(2), symlink(2), mknod(2), readlink(2), chdir(2),
 * getcwd(2), umask(2). */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include "fs/names.h"
#include "fs/tree.h"
#include "mm/usercopy.h"
#include "syscall/file.h"

s64
inode_of(int dirfd, u64 path, u32 at_flags, struct inode **out)
{
    u32 flags = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : PATH_FOLLOW) |
                (at_flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
    return path_lookup(dirfd, user_buffer(path), flags, out);
}

s64
sys_mkdirat(const u64 *arg)
{
    return vfs_make((int)arg[0], user_buffer(arg[1]), S_IFDIR | ((u32)arg[2] & 01777));
}

/* Regular files only: FIFOs with names and devices of one's own are left out. */
s64
sys_mknodat(const u64 *arg)
{
    u32 mode = (u32)arg[2];
    if ((mode & S_IFMT) && !S_ISREG(mode))
        return -EPERM;
    return vfs_make((int)arg[0], user_buffer(arg[1]), S_IFREG | (mode & 07777));
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
    return vfs_symlink(user_buffer(arg[0]), (int)arg[1], user_buffer(arg[2]));
}

s64
sys_linkat(const u64 *arg)
{
    u32 flags = (u32)arg[4], old = (flags & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : 0) |
                                   (flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
    if (flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return vfs_link((int)arg[0], user_buffer(arg[1]), old, (int)arg[2], user_buffer(arg[3]));
}

s64
sys_renameat2(const u64 *arg)
{
    u32 flags = (u32)arg[4];
    if (flags & ~(u32)RENAME_NOREPLACE)
        return -EINVAL;
    return vfs_rename((int)arg[0], user_buffer(arg[1]), (int)arg[2], user_buffer(arg[3]), flags);
}

/* Not NUL-terminated, and cut without a word when the buffer is small: readlink(2) wants it so. */
s64
sys_readlinkat(const u64 *arg)
{
    s64 size = (int)arg[3];
    struct inode *i;
    if (size <= 0)
        return -EINVAL;
    s64 n = inode_of((int)arg[0], arg[1], AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &i);
    if (n)
        return n;
    char *text = page_alloc();
    n = !S_ISLNK(i->mode) ? -EINVAL : !text ? -ENOMEM : link_text(i, text, PATH_LIMIT);
    inode_put(i);
    n = MIN(n, size);
    if (n > 0 && copy_to_user(arg[2], text, (u64)n))
        n = -EFAULT;
    page_free(text);
    return n;
}

/* --- where a process is ---------------------------------------------------------------------- */
s64
sys_chdir(const u64 *arg)
{
    struct inode *i;
    s64 err = inode_of(AT_FDCWD, arg[0], 0, &i);
    if (err)
        return err;
    err = fsinfo_chdir(i);
    inode_put(i);
    return err;
}

s64
sys_fchdir(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    s64 err = f ? fsinfo_chdir(f->inode) : -EBADF;
    file_put(f);
    return err;
}

/* The system call counts the NUL; libc's function hides it. */
s64
sys_getcwd(const u64 *arg)
{
    char *path = page_alloc();
    struct inode *cwd = fsinfo_cwd();
    s64 n = path ? -ENOENT : -ENOMEM;
    if (path && cwd->nlink > 0)
        n = vfs_path(cwd, path, PATH_LIMIT);
    inode_put(cwd);
    if (n >= 0 && (u64)++n > arg[1]) /* counted with its NUL */
        n = -ERANGE;
    if (n >= 0 && copy_to_user(arg[0], path, (u64)n))
        n = -EFAULT;
    page_free(path);
    return n;
}

s64
sys_umask(const u64 *arg)
{
    return fsinfo_set_umask((u32)arg[0]);
}
