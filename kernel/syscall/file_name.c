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
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "syscall/file.h"

s64
path_from_user(u64 addr, char **path)
{
    *path = kzalloc(PATH_LIMIT);
    s64 n = *path ? string_from_user(*path, addr, PATH_LIMIT) : -ENOMEM;
    if (n >= 0)
        return 0;
    kfree(*path);
    *path = NULL;
    return n;
}

s64
inode_of(int dirfd, u64 addr, u32 at_flags, struct inode **out)
{
    u32 flags = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : PATH_FOLLOW) |
                (at_flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
    char *path;
    s64 err = path_from_user(addr, &path);
    if (!err)
        err = path_lookup(dirfd, path, flags, out);
    kfree(path);
    return err;
}

s64
sys_mkdirat(const u64 *arg)
{
    char *path;
    s64 err = path_from_user(arg[1], &path);
    if (!err)
        err = vfs_make((int)arg[0], path, S_IFDIR | ((u32)arg[2] & 01777));
    kfree(path);
    return err;
}

s64
sys_mknodat(const u64 *arg)
{
    u32 mode = (u32)arg[2], type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
    char *path;
    if (type != S_IFREG && type != S_IFIFO)
        return -EPERM;
    s64 err = path_from_user(arg[1], &path);
    if (!err)
        err = vfs_make((int)arg[0], path, type | (mode & 07777));
    kfree(path);
    return err;
}

s64
sys_unlinkat(const u64 *arg)
{
    u32 flags = (u32)arg[2];
    char *path;
    if (flags & ~(u32)AT_REMOVEDIR)
        return -EINVAL;
    s64 err = path_from_user(arg[1], &path);
    if (!err)
        err = vfs_unlink((int)arg[0], path, flags & AT_REMOVEDIR);
    kfree(path);
    return err;
}

/* Calls with two paths, of which the second is fetched even if the first is bad: both are freed. */
static s64
two_paths(u64 a, u64 b, char **first, char **second)
{
    s64 err = path_from_user(a, first), err2 = path_from_user(b, second);
    return err ? err : err2;
}

s64
sys_symlinkat(const u64 *arg)
{
    char *target, *path;
    s64 err = two_paths(arg[0], arg[2], &target, &path);
    if (!err)
        err = vfs_symlink(target, (int)arg[1], path);
    kfree(target);
    kfree(path);
    return err;
}

s64
sys_linkat(const u64 *arg)
{
    u32 flags = (u32)arg[4];
    char *old, *new;
    if (flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    s64 err = two_paths(arg[1], arg[3], &old, &new);
    if (!err)
        err = vfs_link((int)arg[0], old,
                       (flags & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : 0) |
                           (flags & AT_EMPTY_PATH ? PATH_EMPTY : 0),
                       (int)arg[2], new);
    kfree(old);
    kfree(new);
    return err;
}

s64
sys_renameat2(const u64 *arg)
{
    u32 flags = (u32)arg[4];
    char *old, *new;
    if (flags & ~(u32)RENAME_NOREPLACE)
        return -EINVAL;
    s64 err = two_paths(arg[1], arg[3], &old, &new);
    if (!err)
        err = vfs_rename((int)arg[0], old, (int)arg[2], new, flags);
    kfree(old);
    kfree(new);
    return err;
}

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
    char *text = kzalloc(PATH_LIMIT);
    if (!S_ISLNK(i->mode))
        n = -EINVAL;
    else
        n = text ? link_text(i, text, PATH_LIMIT) : -ENOMEM;
    if (n >= 0) {
        n = MIN(n, size);
        if (copy_to_user(arg[2], text, (u64)n))
            n = -EFAULT;
    }
    kfree(text);
    inode_put(i);
    return n;
}

/* --- where a process is -------------------------------------------------------------------------- */
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

s64
sys_getcwd(const u64 *arg)
{
    char *path = kzalloc(PATH_LIMIT);
    struct inode *cwd = fsinfo_cwd();
    s64 n = path ? -ENOENT : -ENOMEM;
    if (path && cwd->nlink > 0)
        n = vfs_path(cwd, path, PATH_LIMIT);
    inode_put(cwd);
    if (n >= 0 && (u64)++n > arg[1]) /* counted with its NUL */
        n = -ERANGE;
    if (n >= 0 && copy_to_user(arg[0], path, (u64)n))
        n = -EFAULT;
    kfree(path);
    return n;
}

s64
sys_umask(const u64 *arg)
{
    return fsinfo_set_umask((u32)arg[0]);
}
