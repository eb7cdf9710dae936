/* dev.c - /dev: null, zero, full, random, and the links and nodes that stand beside them.
 *
 * The terminal and the ports of the machine are in tty.c. Numbers are Linux's
 * (Documentation/admin-guide/devices.txt), because programs know some of them; null(4) and random(4)
 * say what the devices do. */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "dev/chardev.h"
#include "fs/names.h"
#include "fs/tty.h"
#include "fs/dev.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/random.h"
#include "lib/string.h"

#define DEVICE_NULL MAKE_DEVICE(1, 3)
#define DEVICE_FULL MAKE_DEVICE(1, 7)

/* --- those without hardware, told apart by their number --------------------------------------- */
/* Zeros, or random bytes of the one generator, which never waits. A gigabyte of them takes a while:
 * interrupts are seen between pieces. */
static s64
source_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    u8 bytes[256];
    u32 device = f->inode->rdev;
    bool zeros = device == DEVICE_ZERO || device == DEVICE_FULL;
    u64 done = 0, limit = device == DEVICE_NULL ? 0 : n;
    while (done < limit) {
        size_t want = MIN(limit - done, zeros ? PAGE_SIZE : sizeof(bytes));
        if (!zeros)
            random_bytes(bytes, want);
        size_t got = buffer_put(b, done, zeros ? NULL : bytes, want);
        done += got;
        if (got < want)
            return done ? (s64)done : -EFAULT;
        preemption_point();
    }
    return (s64)done;
}

/* What is written to random does not have to be of use. */
static s64
sink_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    return n && f->inode->rdev == DEVICE_FULL ? -ENOSPC : (s64)n;
}

/* Every position is the same; lseek succeeds all the same. */
static s64
no_seek(struct file *f, s64 offset, int whence)
{
    return 0;
}

static const struct file_ops memory_file_ops = { .read = source_read,
                                                 .write = sink_write,
                                                 .seek = no_seek };
static const struct inode_ops memory_ops = { .file_ops = &memory_file_ops };

/* --- the names ------------------------------------------------------------------------------- */
static const struct {
    const char *path;
    const struct inode_ops *ops;
    u32 mode, rdev;
} devices[] = {
    { "/dev/null", &memory_ops, 0666, DEVICE_NULL },
    { "/dev/zero", &memory_ops, 0666, DEVICE_ZERO },
    { "/dev/full", &memory_ops, 0666, DEVICE_FULL },
    { "/dev/random", &memory_ops, 0666, MAKE_DEVICE(1, 8) },
    { "/dev/urandom", &memory_ops, 0666, MAKE_DEVICE(1, 9) },
    { "/dev/tty", &current_tty_ops, 0666, MAKE_DEVICE(5, 0) },
    { "/dev/console", &port_inode_ops, 0600, MAKE_DEVICE(5, 1) },
};

static const struct {
    const char *path, *text;
} links[] = {
    { "/dev/fd", "/proc/self/fd" },
    { "/dev/stdin", "/proc/self/fd/0" },
    { "/dev/stdout", "/proc/self/fd/1" },
    { "/dev/stderr", "/proc/self/fd/2" },
};

/* The kernel's nodes win over what an archive has at their place. */
static void
add(const char *path, struct inode *i)
{
    vfs_unlink(AT_FDCWD, kernel_path(path), false);
    int err = vfs_add(AT_FDCWD, kernel_path(path), i);
    if (err)
        pr_warn("%s: cannot be made (error %d)", path, -err);
}

/* Ports stand in the folder where Linux systems have them; a machine without has an empty one. */
void
dev_init(void)
{
    struct chardev *d;
    u32 minor = 0;
    char path[64];
    vfs_make(AT_FDCWD, kernel_path("/dev"), S_IFDIR | 0755); /* -EEXIST is as good */
    vfs_make(AT_FDCWD, kernel_path("/dev/virtio-ports"), S_IFDIR | 0755);
    for (u32 i = 0; i < ARRAY_SIZE(devices); i++) /* those without hardware do not look at data */
        add(devices[i].path,
            device_inode(devices[i].ops, devices[i].mode, devices[i].rdev, &console.port));
    for (u32 i = 0; i < ARRAY_SIZE(links); i++)
        add(links[i].path, ramfs_symlink(links[i].text, strlen(links[i].text)));
    list_for_each (d, &chardevs, link) {
        snprintf(path, sizeof(path), "/dev/virtio-ports/%s", d->name);
        if (!d->changed) /* else the terminal has it */
            add(path, port_inode(d, MAKE_DEVICE(250, minor++)));
    }
}
