/* file_io.c - system calls that move bytes or the place where they move.
 *
 * Source: read(2), readv(2), pread(2), lseek(2), sendfile(2), fsync(2), posix_fadvise(2). */
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fadvise.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/uio.h>
#include "fs/dir.h"
#include "mm/usercopy.h"
#include "syscall/file.h"

typedef s64 (*transfer_fn)(struct file *f, struct buffer b, u64 n, u64 *pos);

s64
transfer_result(s64 result)
{
    if (result == -EPIPE) { /* as if the writer had sent it to itself */
        struct sig_info info = { .signo = SIGPIPE, .code = SI_USER };
        info.pid = current_process()->pid;
        spin_lock(&process_lock);
        signal_send(current_process(), current_task(), SIGPIPE, &info);
        spin_unlock(&process_lock);
    }
    return result == -EINTR ? -ERESTARTSYS : result;
}

/* `pos` NULL: the file's own. */
static s64
transfer(u64 fd, u64 addr, u64 n, u64 *pos, transfer_fn move)
{
    if (pos && (s64)*pos < 0)
        return -EINVAL;
    struct file *f = file_of(fd);
    s64 result = f ? move(f, user_buffer(addr), n, pos) : -EBADF;
    file_put(f);
    return transfer_result(result);
}

s64
sys_read(const u64 *arg)
{
    return transfer(arg[0], arg[1], arg[2], NULL, file_read);
}

s64
sys_write(const u64 *arg)
{
    return transfer(arg[0], arg[1], arg[2], NULL, file_write);
}

s64
sys_pread64(const u64 *arg)
{
    u64 pos = arg[3];
    return transfer(arg[0], arg[1], arg[2], &pos, file_read);
}

s64
sys_pwrite64(const u64 *arg)
{
    u64 pos = arg[3];
    return transfer(arg[0], arg[1], arg[2], &pos, file_write);
}

/* --- vectors --------------------------------------------------------------------------------- */
/* Every element is looked at before the first byte moves. */
static s64
check_vector(u64 addr, u64 count)
{
    struct iovec v;
    u64 total = 0;
    if (count > UIO_MAXIOV)
        return -EINVAL;
    for (u64 i = 0; i < count; i++) {
        if (copy_from_user(&v, addr + i * sizeof(v), sizeof(v)))
            return -EFAULT;
        if ((s64)v.iov_len < 0 || (s64)(total += v.iov_len) < 0)
            return -EINVAL;
    }
    return 0;
}

/* One transfer after the other, until one is short. A read that has bytes does not wait for
 * more. */
static s64
transfer_vector(struct file *f, u64 addr, u64 count, transfer_fn move)
{
    struct iovec v;
    s64 done = 0, err = check_vector(addr, count);
    for (u64 i = 0; i < count && !err; i++) {
        if (done > 0 && move == file_read && !(file_poll(f, NULL) & POLLIN))
            break;
        if (copy_from_user(&v, addr + i * sizeof(v), sizeof(v)))
            return -EFAULT;
        s64 moved = move(f, user_buffer((u64)v.iov_base), v.iov_len, NULL);
        if (moved < 0)
            err = moved;
        else if ((done += moved, (u64)moved < v.iov_len))
            break;
    }
    return done > 0 ? done : err;
}

static s64
vector_call(const u64 *arg, transfer_fn move)
{
    struct file *f = file_of(arg[0]);
    s64 result = f ? transfer_vector(f, arg[1], arg[2], move) : -EBADF;
    file_put(f);
    return transfer_result(result);
}

s64
sys_readv(const u64 *arg)
{
    return vector_call(arg, file_read);
}

s64
sys_writev(const u64 *arg)
{
    return vector_call(arg, file_write);
}

/* --- from file to file ----------------------------------------------------------------------- */
/* Through a page. What the target did not take is not taken from the source either. */
static s64
copy_file(struct file *out, struct file *in, u64 *pos, u64 n, char *page)
{
    u64 done = 0;
    while (done < n) {
        u64 at = *pos;
        s64 got = file_read(in, (struct buffer){ .kernel = page }, MIN(n - done, PAGE_SIZE), &at);
        s64 put =
            got > 0 ? file_write(out, (struct buffer){ .kernel = page }, (u64)got, NULL) : got;
        if (put <= 0)
            return done ? (s64)done : put;
        done += (u64)put;
        *pos += (u64)put;
        if (put < got)
            break;
    }
    return (s64)done;
}

static s64
send_file(struct file *out, struct file *in, u64 offset_addr, u64 n)
{
    u64 pos = in->pos;
    if (offset_addr && copy_from_user(&pos, offset_addr, sizeof(pos)))
        return -EFAULT;
    char *page = page_alloc();
    s64 result = page ? copy_file(out, in, &pos, n, page) : -ENOMEM;
    page_free(page);
    if (!offset_addr)
        in->pos = pos;
    else if (copy_to_user(offset_addr, &pos, sizeof(pos)))
        return -EFAULT;
    return result == -ESPIPE ? -EINVAL : result;
}

s64
sys_sendfile(const u64 *arg)
{
    struct file *out = file_of(arg[0]), *in = file_of(arg[1]);
    bool open =
        out && in && (out->flags & O_ACCMODE) != O_RDONLY && (in->flags & O_ACCMODE) != O_WRONLY;
    s64 result = open ? send_file(out, in, arg[2], arg[3]) : -EBADF;
    file_put(out);
    file_put(in);
    return transfer_result(result);
}

/* --- the rest -------------------------------------------------------------------------------- */
s64
sys_lseek(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    s64 result = f ? file_seek(f, (s64)arg[1], (int)arg[2]) : -EBADF;
    file_put(f);
    return result;
}

s64
sys_getdents64(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    s64 result = f ? dir_read(f, arg[1], (u32)arg[2]) : -EBADF;
    file_put(f);
    return result;
}

static s64
truncate(struct inode *i, u64 size)
{
    if ((s64)size < 0)
        return -EINVAL;
    return S_ISDIR(i->mode) ? -EISDIR : inode_truncate(i, size);
}

s64
sys_truncate(const u64 *arg)
{
    struct inode *i;
    s64 result = inode_of(AT_FDCWD, arg[0], 0, &i);
    if (result)
        return result;
    result = truncate(i, arg[1]);
    inode_put(i);
    return result;
}

s64
sys_ftruncate(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    s64 result = !f                                   ? -EBADF
                 : (f->flags & O_ACCMODE) == O_RDONLY ? -EINVAL
                                                      : truncate(f->inode, arg[1]);
    file_put(f);
    return result;
}

/* Memory is all there is: nothing to write back, nothing to read ahead. */
static s64
only_check(u64 fd, s64 for_pipes)
{
    struct file *f = file_of(fd);
    s64 result = !f ? -EBADF : S_ISFIFO(f->inode->mode) ? for_pipes : 0;
    file_put(f);
    return result;
}

s64
sys_fsync(const u64 *arg)
{
    return only_check(arg[0], -EINVAL);
}

s64
sys_fadvise64(const u64 *arg)
{
    return (u32)arg[3] > POSIX_FADV_NOREUSE ? -EINVAL : only_check(arg[0], -ESPIPE);
}
