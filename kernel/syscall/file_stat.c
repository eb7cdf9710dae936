/* file_stat.c - system calls about attributes: what they are, and changing them.
 *
 * Source: stat(2), statx(2), access(2), chmod(2), chown(2), utimensat(2), statfs(2). */
#include <asm/errno.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/usercopy.h"
#include "syscall/file.h"
#include "time/clock.h"

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)

s64
sys_fstat(const u64 *arg)
{
    struct file *f = fd_get((int)arg[0]); /* of O_PATH, too */
    if (!f)
        return -EBADF;
    struct stat st;
    inode_stat(f->inode, &st);
    file_put(f);
    return copy_to_user(arg[1], &st, sizeof(st));
}

static s64
stat_at(int dirfd, u64 path, u32 at_flags, struct stat *st)
{
    struct inode *i;
    s64 err = inode_of(dirfd, path, at_flags, &i);
    if (err)
        return err;
    inode_stat(i, st);
    inode_put(i);
    return 0;
}

s64
sys_newfstatat(const u64 *arg)
{
    struct stat st;
    u32 flags = (u32)arg[3];
    if (flags & ~(u32)STAT_FLAGS)
        return -EINVAL;
    s64 err = stat_at((int)arg[0], arg[1], flags, &st);
    return err ? err : copy_to_user(arg[2], &st, sizeof(st));
}

static struct statx_timestamp
timestamp(long seconds, unsigned long ns)
{
    return (struct statx_timestamp){ .tv_sec = seconds, .tv_nsec = (u32)ns };
}

s64
sys_statx(const u64 *arg)
{
    struct stat st;
    u32 flags = (u32)arg[2], mask = (u32)arg[3];
    if ((flags & ~(u32)(STAT_FLAGS | AT_STATX_SYNC_TYPE)) || (mask & STATX__RESERVED) ||
        (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    s64 err = stat_at((int)arg[0], arg[1], flags, &st);
    if (err)
        return err;
    struct statx sx = {
        .stx_mask = STATX_BASIC_STATS, /* more than was asked for is allowed */
        .stx_blksize = (u32)st.st_blksize,
        .stx_nlink = st.st_nlink,
        .stx_uid = st.st_uid,
        .stx_gid = st.st_gid,
        .stx_mode = (u16)st.st_mode,
        .stx_ino = st.st_ino,
        .stx_size = (u64)st.st_size,
        .stx_blocks = (u64)st.st_blocks,
        .stx_atime = timestamp(st.st_atime, st.st_atime_nsec),
        .stx_ctime = timestamp(st.st_ctime, st.st_ctime_nsec),
        .stx_mtime = timestamp(st.st_mtime, st.st_mtime_nsec),
        .stx_rdev_major = (u32)(st.st_rdev >> 8),
        .stx_rdev_minor = (u32)(st.st_rdev & 255),
        .stx_dev_minor = (u32)st.st_dev,
    };
    return copy_to_user(arg[4], &sx, sizeof(sx));
}

/* Everybody is root: only execution needs a right, any of the three x bits. */
static s64
access_at(int dirfd, u64 path, u32 mode, u32 flags)
{
    struct stat st;
    if ((mode & ~7u) || (flags & ~(u32)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    s64 err = stat_at(dirfd, path, flags, &st);
    return err ? err : (mode & 1) && S_ISREG(st.st_mode) && !(st.st_mode & 0111) ? -EACCES : 0;
}

s64
sys_faccessat(const u64 *arg)
{
    return access_at((int)arg[0], arg[1], (u32)arg[2], 0);
}

s64
sys_faccessat2(const u64 *arg)
{
    return access_at((int)arg[0], arg[1], (u32)arg[2], (u32)arg[3]);
}

/* --- changes --------------------------------------------------------------------------------- */
/* The inode of a descriptor, or of (dirfd, path), with a reference. path 0 with `fd_alone`: dirfd's
 * own. -EPERM for /proc, whose attributes are the kernel's. */
static s64
to_change(int dirfd, u64 path, u32 at_flags, bool fd_alone, struct inode **out)
{
    s64 err = 0;
    if (fd_alone) {
        struct file *f = file_of((u32)dirfd);
        if (!f)
            err = -EBADF;
        else
            inode_get(*out = f->inode);
        file_put(f);
    } else {
        err = inode_of(dirfd, path, at_flags, out);
    }
    if (!err && (*out)->device == DEVICE_PROC) {
        inode_put(*out);
        err = -EPERM;
    }
    return err;
}

static s64
change_mode(s64 err, struct inode *i, u32 mode)
{
    if (err)
        return err;
    i->mode = (i->mode & S_IFMT) | (mode & 07777);
    inode_changed(i);
    inode_put(i);
    return 0;
}

s64
sys_fchmodat(const u64 *arg)
{
    struct inode *i;
    return change_mode(to_change((int)arg[0], arg[1], 0, false, &i), i, (u32)arg[2]);
}

s64
sys_fchmod(const u64 *arg)
{
    struct inode *i;
    return change_mode(to_change((int)arg[0], 0, 0, true, &i), i, (u32)arg[1]);
}

/* An id of -1 stays. */
static s64
change_owner(s64 err, struct inode *i, u32 uid, u32 gid)
{
    if (err)
        return err;
    i->uid = uid == ~0u ? i->uid : uid;
    i->gid = gid == ~0u ? i->gid : gid;
    inode_changed(i);
    inode_put(i);
    return 0;
}

s64
sys_fchownat(const u64 *arg)
{
    struct inode *i;
    u32 flags = (u32)arg[4];
    if (flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return change_owner(to_change((int)arg[0], arg[1], flags, false, &i), i, (u32)arg[2],
                        (u32)arg[3]);
}

s64
sys_fchown(const u64 *arg)
{
    struct inode *i;
    return change_owner(to_change((int)arg[0], 0, 0, true, &i), i, (u32)arg[1], (u32)arg[2]);
}

/* What utimensat's tv_nsec may say instead of a number (Linux include/linux/stat.h). */
#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* Two times at user address `addr`, 0 for now, as nanoseconds; ~0 for one that stays. */
static s64
fetch_times(u64 addr, u64 *ns)
{
    struct timespec64 ts[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
    if (addr && copy_from_user(ts, addr, sizeof(ts)))
        return -EFAULT;
    for (int k = 0; k < 2; k++) {
        if (ts[k].tv_nsec == UTIME_NOW)
            ns[k] = clock_real_ns();
        else if (ts[k].tv_nsec == UTIME_OMIT)
            ns[k] = ~0UL;
        else if ((u64)ts[k].tv_nsec >= NSEC_PER_SEC)
            return -EINVAL;
        else
            ns[k] = (u64)ts[k].tv_sec * NSEC_PER_SEC + (u64)ts[k].tv_nsec;
    }
    return 0;
}

s64
sys_utimensat(const u64 *arg)
{
    u32 flags = (u32)arg[3];
    struct inode *i;
    u64 ns[2];
    if (flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    s64 err = fetch_times(arg[2], ns);
    if (!err)
        err = to_change((int)arg[0], arg[1], flags, !arg[1], &i);
    if (err)
        return err;
    i->accessed_ns = ns[0] == ~0UL ? i->accessed_ns : ns[0];
    i->modified_ns = ns[1] == ~0UL ? i->modified_ns : ns[1];
    inode_changed(i);
    inode_put(i);
    return 0;
}

s64
sys_statfs(const u64 *arg)
{
    struct inode *i;
    s64 err = inode_of(AT_FDCWD, arg[0], 0, &i);
    if (err)
        return err;
    bool memory = i->device == DEVICE_RAMFS;
    inode_put(i);
    struct statfs fs = {
        .f_type = memory ? RAMFS_MAGIC : PROC_SUPER_MAGIC,
        .f_bsize = PAGE_SIZE,
        .f_frsize = PAGE_SIZE,
        .f_blocks = memory ? frames_total() : 0,
        .f_bfree = memory ? frames_free() : 0,
        .f_bavail = memory ? frames_free() : 0,
        .f_namelen = 255,
    };
    return copy_to_user(arg[1], &fs, sizeof(fs));
}
