/* file.c - open files: counted, and the checks that all kinds have in common. See file.h. */
#include "fs/file.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include "fs/inode.h"
#include "fs/ramfs.h"
#include "mm/kmalloc.h"
#include "mm/layout.h"

/* Linux's MAX_RW_COUNT: a longer transfer is cut, so that counts fit an int everywhere. */
#define MAX_TRANSFER (0x80000000UL - PAGE_SIZE)

struct file *
file_create(const struct file_ops *ops, struct inode *inode, u32 flags, void *data)
{
    struct file *f = kzalloc(sizeof *f);
    if (!f)
        return NULL;
    inode_get(inode);
    *f = (struct file){ .ops = ops, .refs = 1, .flags = flags, .inode = inode, .data = data };
    return f;
}

void
file_get(struct file *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
}

void
file_put(struct file *f)
{
    if (!f || __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (f->ops->release)
        f->ops->release(f);
    inode_put(f->inode);
    kfree(f);
}

static bool
outside_user_space(u64 user_buf, u64 n)
{
    return user_buf > USER_END || n > USER_END - user_buf;
}

/* Why the transfer may not begin, or 0. `other` is the access mode that forbids it. */
static s64
check_transfer(const struct file *f, bool possible, u32 other, u64 user_buf, u64 n)
{
    u32 access = f->flags & O_ACCMODE;
    if (access == other || access == O_ACCMODE || (f->flags & O_PATH))
        return -EBADF;
    if (!possible)
        return -EINVAL;
    return outside_user_space(user_buf, n) ? -EFAULT : 0;
}

static s64
read_at(struct file *f, u64 user_buf, u64 n, u64 *pos)
{
    s64 err = check_transfer(f, f->ops->read, O_WRONLY, user_buf, n);
    return err ? err : f->ops->read(f, user_buf, MIN(n, MAX_TRANSFER), pos);
}

static s64
write_at(struct file *f, u64 user_buf, u64 n, u64 *pos)
{
    s64 err = check_transfer(f, f->ops->write, O_RDONLY, user_buf, n);
    return err ? err : f->ops->write(f, user_buf, MIN(n, MAX_TRANSFER), pos);
}

s64
file_read(struct file *f, u64 user_buf, u64 n)
{
    return read_at(f, user_buf, n, &f->pos);
}

s64
file_write(struct file *f, u64 user_buf, u64 n)
{
    return write_at(f, user_buf, n, &f->pos);
}

s64
file_pread(struct file *f, u64 user_buf, u64 n, u64 pos)
{
    return f->ops->seek ? read_at(f, user_buf, n, &pos) : -ESPIPE;
}

s64
file_pwrite(struct file *f, u64 user_buf, u64 n, u64 pos)
{
    return f->ops->seek ? write_at(f, user_buf, n, &pos) : -ESPIPE;
}

s64
file_seek(struct file *f, s64 offset, int whence)
{
    if (f->flags & O_PATH)
        return -EBADF;
    return f->ops->seek ? f->ops->seek(f, offset, whence) : -ESPIPE;
}

s64
file_ioctl(struct file *f, u32 request, u64 arg)
{
    if (f->flags & O_PATH)
        return -EBADF;
    return f->ops->ioctl ? f->ops->ioctl(f, request, arg) : -ENOTTY;
}

u32
file_poll(struct file *f, struct waiter *w)
{
    return f->ops->poll ? f->ops->poll(f, w) : POLL_READ | POLL_WRITE;
}

s64
file_read_kernel(struct file *f, void *buf, u64 n, u64 pos)
{
    return f->ops == &ramfs_file_ops ? inode_read_kernel(f->inode, buf, n, pos) : -EINVAL;
}
