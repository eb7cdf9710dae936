/* file_io.c - system calls that move bytes or the place where they move.
 *
 * Source: read(2), readv(2), pread(2), lseek(2), getdents64(2), truncate(2), fsync(2). Left out:
 * sendfile(2) and posix_fadvise(2), because the programs that ask for them do without. */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/uio.h>
#include "fs/dir.h"
#include "syscall/file.h"

typedef s64 (*transfer_fn)(struct file *f, struct buffer b, u64 n, u64 *pos);

/* All four calls have descriptor, buffer and count in front. `positioned`: at arg[3], and the
 * file's own position stays; else that is where the bytes are, and it moves. */
static s64
transfer(const u64 *arg, transfer_fn move, bool positioned)
{
    u64 pos = arg[3];
    if (positioned && (s64)pos < 0)
        return -EINVAL;
    struct file *f scoped_file = file_of(arg[0]);
    if (!f)
        return -EBADF;
    return transfer_result(move(f, user_buffer(arg[1]), arg[2], positioned ? &pos : NULL));
}

s64
sys_read(const u64 *arg)
{
    return transfer(arg, file_read, false);
}

s64
sys_write(const u64 *arg)
{
    return transfer(arg, file_write, false);
}

s64
sys_pread64(const u64 *arg)
{
    return transfer(arg, file_read, true);
}

s64
sys_pwrite64(const u64 *arg)
{
    return transfer(arg, file_write, true);
}

/* Every element is looked at before the first byte moves: -EINVAL for a length, or a sum of
 * lengths, that no result can tell. Then one transfer after the other, until one is short. The
 * elements are fetched a second time instead of being kept: there may be 16 KiB of them. A read
 * that has bytes does not wait for more. What went before an error counts; the error comes again
 * with the next call, if it is one that lasts. */
static s64
transfer_vector(const u64 *arg, transfer_fn move)
{
    struct file *f scoped_file = file_of(arg[0]);
    u64 vector = arg[1], count = (u32)arg[2], total = 0;
    s64 done = 0;
    struct iovec v;
    if (!f)
        return -EBADF;
    if (count > UIO_MAXIOV)
        return -EINVAL;
    for (u64 i = 0; i < count; i++) {
        if (copy_from_user(&v, vector + i * sizeof(v), sizeof(v)))
            return -EFAULT;
        total += v.iov_len;
        if ((s64)v.iov_len < 0 || (s64)total < 0)
            return -EINVAL;
    }
    for (u64 i = 0; i < count; i++) {
        if (done > 0 && (S_ISCHR(f->inode->mode) ? interrupted() : ending()))
            break;
        if (done > 0 && move == file_read && !(file_poll(f, NULL) & POLLIN))
            break;
        if (copy_from_user(&v, vector + i * sizeof(v), sizeof(v)))
            return -EFAULT;
        s64 moved = move(f, user_buffer((u64)v.iov_base), v.iov_len, NULL);
        if (moved < 0)
            return done > 0 ? done : transfer_result(moved);
        done += moved;
        if ((u64)moved < v.iov_len)
            break;
    }
    return done;
}

s64
sys_readv(const u64 *arg)
{
    return transfer_vector(arg, file_read);
}

s64
sys_writev(const u64 *arg)
{
    return transfer_vector(arg, file_write);
}

/* --- the place, the end ---------------------------------------------------------------------- */
s64
sys_lseek(const u64 *arg)
{
    struct file *f scoped_file = file_of(arg[0]);
    if (!f)
        return -EBADF;
    if (!f->ops->seek)
        return -ESPIPE;
    return f->ops->seek(f, (s64)arg[1], (int)arg[2]);
}

s64
sys_getdents64(const u64 *arg)
{
    struct file *f scoped_file = file_of(arg[0]);
    return f ? dir_read(f, arg[1], (u32)arg[2]) : -EBADF;
}

/* By name no descriptor has to be open for writing: everybody is root. */
s64
sys_truncate(const u64 *arg)
{
    struct inode *i scoped_inode = NULL;
    return inode_of(AT_FDCWD, arg[0], 0, &i) ?: inode_truncate(i, arg[1]);
}

/* -EINVAL, not -EBADF, for a file that is not open for writing: so says ftruncate(2). */
s64
sys_ftruncate(const u64 *arg)
{
    struct file *f scoped_file = file_of(arg[0]);
    if (!f)
        return -EBADF;
    return (f->flags & O_ACCMODE) == O_RDONLY ? -EINVAL : inode_truncate(f->inode, arg[1]);
}

/* Memory is all there is: nothing to write back. A pipe has nothing that could be. */
s64
sys_fsync(const u64 *arg)
{
    struct file *f scoped_file = file_of(arg[0]);
    if (!f)
        return -EBADF;
    return S_ISFIFO(f->inode->mode) ? -EINVAL : 0;
}
