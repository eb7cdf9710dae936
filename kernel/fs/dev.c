/* dev.c - /dev: null, zero, random, and the links and nodes that stand beside them.
 *
 * The ports of the machine are in ports.c. Numbers are Linux's
 * (Documentation/admin-guide/devices.txt), because programs know some of them. Source: null(4),
 * random(4). */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include "dev/chardev.h"
#include "fs/dev.h"
#include "fs/path.h"
#include "fs/ports.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/usercopy.h"

#define DEVICE_NULL MAKE_DEVICE(1, 3)

/* --- those without hardware, told apart by their number -------------------------------------- */
/* Piece by piece, and after each of them interrupts and signals are looked at. */
s64
dev_fill(struct buffer b, u64 n, bool zeros)
{
    u8 bytes[256];
    u64 done = 0;
    while (done < n && !(done > 0 && interrupted())) {
        size_t want = MIN(n - done, zeros ? PAGE_SIZE : sizeof(bytes));
        if (!zeros)
            random_bytes(bytes, want);
        size_t got = buffer_put(b, done, zeros ? NULL : bytes, want);
        done += got;
        if (got < want && !fault_in(space_current(), b.user + done, AREA_WRITE))
            return done ? (s64)done : -EFAULT;
        preemption_point();
    }
    return (s64)done;
}

static s64
mem_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    u32 device = f->inode->rdev;
    return device == DEVICE_NULL ? 0 : dev_fill(b, n, device == DEVICE_ZERO);
}

/* Takes all and keeps nothing: the generator needs no bytes from a program. */
static s64
mem_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return (s64)n;
}

/* Such a file looks the same from everywhere, so every lseek succeeds. */
static s64
mem_seek(struct file *f, s64 offset, int whence)
{
    return 0;
}

static const struct file_ops mem_ops = { .read = mem_read, .write = mem_write, .seek = mem_seek };
static const struct inode_ops mem_inode_ops = { .file_ops = &mem_ops };

/* --- the names ------------------------------------------------------------------------------- */
static const struct node {
    const char *path, *link;
    const struct inode_ops *ops;
    u32 mode, rdev;
} nodes[] = {
    { "/dev/null", NULL, &mem_inode_ops, 0666, DEVICE_NULL },
    { "/dev/zero", NULL, &mem_inode_ops, 0666, DEVICE_ZERO },
    { "/dev/random", NULL, &mem_inode_ops, 0666, MAKE_DEVICE(1, 8) },
    { "/dev/urandom", NULL, &mem_inode_ops, 0666, MAKE_DEVICE(1, 9) },
    { "/dev/console", NULL, &port_inode_ops, 0600, MAKE_DEVICE(5, 1) },
    { "/dev/fd", .link = "/proc/self/fd" },
    { "/dev/stdin", .link = "/proc/self/fd/0" },
    { "/dev/stdout", .link = "/proc/self/fd/1" },
    { "/dev/stderr", .link = "/proc/self/fd/2" },
};

/* The kernel's nodes win over what an archive has at their place. */
void
dev_add(const char *path, struct inode *i)
{
    vfs_unlink(AT_FDCWD, kernel_path(path), false);
    int err = vfs_add(AT_FDCWD, kernel_path(path), i, WALK_NAME);
    if (err)
        pr_warn("%s: cannot be made (error %d)", path, -err);
}

/* Ports stand in the folder where Linux systems have them; a machine without has an empty one. What
 * is no port does not look at its data. */
void
dev_init(void)
{
    struct chardev *d;
    u32 minor = 0;
    char path[80]; /* a port's name has less than 56 bytes */
    for (const struct node *n = nodes; n < nodes + ARRAY_SIZE(nodes); n++)
        if (n->link)
            dev_add(n->path, ramfs_symlink(n->link, strlen(n->link)));
        else
            dev_add(n->path, device_inode(n->ops, n->mode, n->rdev, console));
    list_for_each (d, &chardevs, link) {
        if (d->changed)
            continue; /* the console has it */
        u32 rdev = MAKE_DEVICE(250, minor);
        minor++;
        snprintf(path, sizeof(path), "/dev/virtio-ports/%s", d->name);
        dev_add(path, device_inode(&port_inode_ops, 0600, rdev, port_join(d, d)));
    }
}
