/* dev.c - /dev: null, zero, full, random, and the links and nodes that stand beside them.
 *
 * Terminals are in tty.c, the ports of the machine in port.c. Numbers are Linux's
 * (Documentation/admin-guide/devices.txt), because programs know some of them. */
#include "fs/dev.h"
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "dev/chardev.h"
#include "fs/path.h"
#include "fs/port.h"
#include "fs/tty.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/random.h"
#include "lib/string.h"
#include "sched/thread.h"

static s64
null_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return 0;
}

static s64
null_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return (s64)n;
}

static s64
full_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return n ? -ENOSPC : 0;
}

/* A gigabyte of zeros takes a while: interrupts are seen between pages. */
static s64
zero_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    u64 done = 0;
    while (done < n) {
        size_t want = MIN(n - done, PAGE_SIZE), got = buffer_put(b, done, NULL, want);
        done += got;
        if (got < want)
            return done ? (s64)done : -EFAULT;
        preemption_point();
    }
    return (s64)done;
}

/* The same generator behind both names; it never waits. */
static s64
random_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    u8 piece[256];
    u64 done = 0;
    while (done < n) {
        size_t want = MIN(n - done, sizeof(piece));
        random_bytes(piece, want);
        size_t got = buffer_put(b, done, piece, want);
        done += got;
        if (got < want)
            return done ? (s64)done : -EFAULT;
        preemption_point();
    }
    return (s64)done;
}

/* Every position is the same; lseek succeeds all the same (null(4)). */
static s64
null_seek(struct file *f, s64 offset, int whence)
{
    return 0;
}

static const struct file_ops null_ops = { .read = null_read,
                                          .write = null_write,
                                          .seek = null_seek };
const struct file_ops zero_file_ops = { .read = zero_read, .write = null_write, .seek = null_seek };
static const struct file_ops full_ops = { .read = zero_read,
                                          .write = full_write,
                                          .seek = null_seek };
static const struct file_ops random_ops = {
    .read = random_read,
    .write = null_write, /* what is written there does not have to be of use (random(4)) */
    .seek = null_seek
};

static const struct inode_ops null_inode = { .file_ops = &null_ops };
static const struct inode_ops zero_inode = { .file_ops = &zero_file_ops };
static const struct inode_ops full_inode = { .file_ops = &full_ops };
static const struct inode_ops random_inode = { .file_ops = &random_ops };

static const struct {
    const char *path;
    const struct inode_ops *ops;
    u32 mode, rdev;
} devices[] = { { "/dev/null", &null_inode, 0666, MAKE_DEVICE(1, 3) },
                { "/dev/zero", &zero_inode, 0666, MAKE_DEVICE(1, 5) },
                { "/dev/full", &full_inode, 0666, MAKE_DEVICE(1, 7) },
                { "/dev/random", &random_inode, 0666, MAKE_DEVICE(1, 8) },
                { "/dev/urandom", &random_inode, 0666, MAKE_DEVICE(1, 9) },
                { "/dev/tty", &current_tty_inode, 0666, MAKE_DEVICE(5, 0) },
                { "/dev/console", &console_inode, 0600, MAKE_DEVICE(5, 1) } };

static const struct {
    const char *path, *text;
} links[] = { { "/dev/fd", "/proc/self/fd" },
              { "/dev/stdin", "/proc/self/fd/0" },
              { "/dev/stdout", "/proc/self/fd/1" },
              { "/dev/stderr", "/proc/self/fd/2" } };

/* The kernel's nodes win over what an archive has at their place. */
static void
add(const char *path, struct inode *i)
{
    vfs_unlink(AT_FDCWD, kernel_path(path), false);
    int err = vfs_add(AT_FDCWD, kernel_path(path), i, WALK_NAME);
    if (err)
        pr_warn("%s: cannot be made (error %d)", path, -err);
}

static void
add_ports(void)
{
    char path[64];
    vfs_add(AT_FDCWD, kernel_path("/dev/virtio-ports"), ramfs_inode(S_IFDIR | 0755), WALK_NAME);
    u32 minor = 0;
    struct chardev *d;
    list_for_each (d, &chardevs, link) {
        if (d->changed)
            continue; /* the terminal has it */
        snprintf(path, sizeof(path), "/dev/virtio-ports/%s", d->name);
        add(path, port_inode(d, MAKE_DEVICE(250, minor++)));
    }
}

void
dev_init(void)
{
    /* -EEXIST is as good */
    vfs_add(AT_FDCWD, kernel_path("/dev"), ramfs_inode(S_IFDIR | 0755), WALK_NAME);
    for (u32 i = 0; i < ARRAY_SIZE(devices); i++)
        add(devices[i].path, device_inode(devices[i].ops, devices[i].mode, devices[i].rdev, NULL));
    for (u32 i = 0; i < ARRAY_SIZE(links); i++)
        add(links[i].path, ramfs_symlink(links[i].text, strlen(links[i].text)));
    add_ports();
}
