/* file.c - open files: counted, and the checks that all kinds have in common. See file.h.
 *
 * Every read and write of a program passes here on its way to the operations of a kind, which
 * therefore check neither access mode nor range. Not here: descriptors (owner.c), how a file comes
 * to be open (open.c). Source: read(2), write(2), lseek(2), with Linux's order of errors. */

#include "fs/file.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/inode.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/layout.h"
#include "mm/usercopy.h"

/* Linux's MAX_RW_COUNT: a longer transfer is cut, so that counts fit an int everywhere. */
#define MAX_TRANSFER (0x80000000UL - PAGE_SIZE)

struct file *
file_create(const struct file_ops *ops, struct inode *inode, u32 flags)
{
    struct file *f = kzalloc(sizeof(*f));
    if (!f)
        return NULL;
    *f = (struct file){ .ops = ops, .refs = 1, .flags = flags };
    f->inode = inode ? inode_get(inode) : NULL;
    return f;
}

/* The claim ends with the file, not with the descriptor: another process may still have it. */
void
file_put(struct file *f)
{
    if (!f || __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (f->ops->release)
        f->ops->release(f);
    if (f->claim)
        __atomic_sub_fetch(&f->inode->writers, f->claim, __ATOMIC_RELAXED);
    inode_put(f->inode);
    kfree(f);
}

/* --- buffers: the one place where it matters whose memory it is ------------------------------ */
size_t
buffer_put(struct buffer b, u64 at, const void *from, size_t n)
{
    static const char zeros[PAGE_SIZE];
    if (!from)
        from = zeros;
    if (!b.kernel)
        return partly_to_space(space_current(), b.user + at, from, n);
    memcpy(b.kernel + at, from, n);
    return n;
}

size_t
buffer_get(struct buffer b, u64 at, void *to, size_t n)
{
    if (!b.kernel)
        return partly_from_space(space_current(), to, b.user + at, n);
    memcpy(to, b.kernel + at, n);
    return n;
}

/* --- read, write, poll ----------------------------------------------------------------------- */
/* Why a transfer may not begin, or 0. It needs a file that was opened for `access` (O_RDONLY or
 * O_WRONLY) or for both, and of a kind that has the operation. In Linux's order: a pipe has no
 * positions, whatever else is wrong; a bad range is found before waiting for the bytes that would
 * go there. */
static s64
check_transfer(const struct file *f, u32 access, bool possible, struct buffer b, u64 n, u64 *pos)
{
    u32 opened_for = f->flags & O_ACCMODE;
    if (pos && !f->ops->seek)
        return -ESPIPE;
    if (opened_for != access && opened_for != O_RDWR)
        return -EBADF;
    if (!possible)
        return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
    if (!b.kernel && !in_user_half(b.user, n))
        return -EFAULT;
    return 0;
}

s64
file_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    s64 err = check_transfer(f, O_RDONLY, f->ops->read, b, n, pos);
    if (err)
        return err;
    return f->ops->read(f, b, MIN(n, MAX_TRANSFER), pos ? pos : &f->pos);
}

s64
file_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    s64 err = check_transfer(f, O_WRONLY, f->ops->write, b, n, pos);
    if (err)
        return err;
    return f->ops->write(f, b, MIN(n, MAX_TRANSFER), pos ? pos : &f->pos);
}

u32
file_poll(struct file *f, struct waiter *w)
{
    return f->ops->poll ? f->ops->poll(f, w) : POLLIN | POLLOUT;
}

s64
file_read_kernel(struct file *f, void *buf, u64 n, u64 pos)
{
    return file_read(f, (struct buffer){ .kernel = buf }, n, &pos);
}
