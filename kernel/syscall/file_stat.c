/* file_stat.c - system calls about attributes: what they are, and changing them.
 *
 * Source: stat(2), statx(2), access(2), chmod(2), chown(2), utimensat(2). Left out: statfs(2),
 * whose clients do without. */

#include <asm/errno.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "syscall/file.h"
#include "time/clock.h"

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)

/* Works on a descriptor of O_PATH, too, which is open for nothing else. */
s64
sys_fstat(const u64 *arg)
{
    struct file *f scoped_file = fd_get((int)arg[0]);
    struct stat st;
    if (!f)
        return -EBADF;
    inode_stat(f->inode, &st);
    return copy_to_user(arg[1], &st, sizeof(st));
}

/* Fills *st for arg[0] and arg[1], which are dirfd and path in all calls. -EINVAL for flags that
 * are not `known`. */
static s64
stat_at(const u64 *arg, u32 at_flags, u32 known, struct stat *st)
{
    struct inode *i scoped_inode = NULL;
    if (at_flags & ~known)
        return -EINVAL;
    s64 err = inode_of((int)arg[0], arg[1], at_flags, &i);
    if (!err)
        inode_stat(i, st);
    return err;
}

s64
sys_newfstatat(const u64 *arg)
{
    struct stat st;
    return stat_at(arg, (u32)arg[3], STAT_FLAGS, &st) ?: copy_to_user(arg[2], &st, sizeof(st));
}

s64
sys_statx(const u64 *arg)
{
    struct stat st;
    u32 flags = (u32)arg[2], mask = (u32)arg[3];
    if ((mask & STATX__RESERVED) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    s64 err = stat_at(arg, flags, STAT_FLAGS | AT_STATX_SYNC_TYPE, &st);
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
        .stx_atime = { st.st_atime, (u32)st.st_atime_nsec, 0 },
        .stx_ctime = { st.st_ctime, (u32)st.st_ctime_nsec, 0 },
        .stx_mtime = { st.st_mtime, (u32)st.st_mtime_nsec, 0 },
        .stx_rdev_major = (u32)(st.st_rdev >> 8),
        .stx_rdev_minor = (u32)(st.st_rdev & 255),
        .stx_dev_minor = (u32)st.st_dev,
    };
    return copy_to_user(arg[4], &sx, sizeof(sx));
}

/* Everybody is root: only execution needs a right, any of the three x bits. */
s64
sys_faccessat2(const u64 *arg)
{
    u32 mode = (u32)arg[2], flags = (u32)arg[3];
    struct stat st;
    if (mode & ~7u)
        return -EINVAL;
    s64 err = stat_at(arg, flags, AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &st);
    if (err)
        return err;
    bool runs = !S_ISREG(st.st_mode) || st.st_mode & 0111;
    return mode & 1 && !runs ? -EACCES : 0;
}

/* The older call has no flags: what lies in the fourth register is not for us. */
s64
sys_faccessat(const u64 *arg)
{
    return sys_faccessat2((u64[]){ arg[0], arg[1], arg[2], 0 });
}

/* --- changes --------------------------------------------------------------------------------- */
/* The inode of (arg[0], arg[1]) as dirfd and path, or of descriptor arg[0] alone, with a reference.
 * -EPERM for /proc, whose attributes are the kernel's. */
static s64
to_change(const u64 *arg, u32 at_flags, bool fd_alone, struct inode **out)
{
    struct file *f scoped_file = fd_alone ? file_of(arg[0]) : NULL;
    u32 known = fd_alone ? 0 : AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    if (at_flags & ~known)
        return -EINVAL;
    if (fd_alone && !f)
        return -EBADF;
    s64 err = fd_alone ? 0 : inode_of((int)arg[0], arg[1], at_flags, out);
    if (err)
        return err;
    if (fd_alone)
        *out = inode_get(f->inode);
    if ((*out)->device == DEVICE_PROC)
        return -EPERM;
    return 0;
}

#define STAYS (~0u)

/* Sets permission bits, owner and group; each may be STAYS. Single words, written without a lock
 * like they are read: of two programs that change one file one is the last. */
static s64
change(const u64 *arg, u32 at_flags, bool fd_alone, u32 mode, u32 uid, u32 gid)
{
    struct inode *i scoped_inode = NULL;
    s64 err = to_change(arg, at_flags, fd_alone, &i);
    if (err)
        return err;
    inode_changed(i);
    if (mode != STAYS)
        i->mode = (i->mode & S_IFMT) | mode;
    if (uid != STAYS)
        i->uid = uid;
    if (gid != STAYS)
        i->gid = gid;
    return 0;
}

s64
sys_fchmodat(const u64 *arg)
{
    return change(arg, 0, false, arg[2] & 07777, STAYS, STAYS);
}

s64
sys_fchmod(const u64 *arg)
{
    return change(arg, 0, true, arg[1] & 07777, STAYS, STAYS);
}

/* An id of -1 stays, says chown(2) too. */
s64
sys_fchownat(const u64 *arg)
{
    return change(arg, (u32)arg[4], false, STAYS, (u32)arg[2], (u32)arg[3]);
}

s64
sys_fchown(const u64 *arg)
{
    return change(arg, 0, true, STAYS, (u32)arg[1], (u32)arg[2]);
}

/* --- times ----------------------------------------------------------------------------------- */
/* What utimensat's tv_nsec may say instead of a number (Linux include/linux/stat.h). */
#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

static bool
is_file_time(const struct timespec64 *ts)
{
    return (u64)ts->tv_nsec < NSEC_PER_SEC || ts->tv_nsec == UTIME_NOW || ts->tv_nsec == UTIME_OMIT;
}

/* Every second that 64 bits can say is a time of a file; the first and the last have no fractions
 * (Linux, timestamp_truncate). */
static void
set_file_time(struct timespec64 *time, const struct timespec64 *ts, const struct timespec64 *now)
{
    bool last = ts->tv_sec == __LONG_MAX__ || ts->tv_sec == -__LONG_MAX__ - 1;
    if (ts->tv_nsec == UTIME_NOW)
        *time = *now;
    else if (ts->tv_nsec != UTIME_OMIT)
        *time = (struct timespec64){ ts->tv_sec, last ? 0 : ts->tv_nsec };
}

/* Without a path the call is about the descriptor's own file (futimens), without times both are
 * now. Where both are omitted there is nothing to do: Linux does not even look at the path.
 * Elsewhere a path that leads nowhere comes before a bad time. */
s64
sys_utimensat(const u64 *arg)
{
    struct timespec64 ts[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
    struct inode *i scoped_inode = NULL;
    bool fd_alone = !arg[1] && (int)arg[0] != AT_FDCWD;
    if (arg[2] && copy_from_user(ts, arg[2], sizeof(ts)))
        return -EFAULT;
    if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
        return 0;
    s64 err = to_change(arg, (u32)arg[3], fd_alone, &i);
    if (err)
        return err;
    if (!is_file_time(&ts[0]) || !is_file_time(&ts[1]))
        return -EINVAL;
    inode_changed(i);
    set_file_time(&i->accessed, &ts[0], &i->changed);
    set_file_time(&i->modified, &ts[1], &i->changed);
    return 0;
}
