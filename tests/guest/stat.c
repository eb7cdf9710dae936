/* stat.c - attributes of files: what fstat, statx and faccessat tell, and how they are changed.
 *
 * Root runs these checks, so permission is never refused. Names and links of directories are in
 * dirs.c, the bytes of files in rw.c. Source: stat(2), statx(2), inode(7), access(2), chmod(2),
 * chown(2), utimensat(2); struct stat of asm-generic/stat.h (128 bytes). */

#include "check.h"
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

/* The raw call with the struct of <linux/stat.h>: <sys/stat.h> has one of the same name. */
#define STATX(dir, path, flags, mask, out) sys(SYS_statx, dir, path, flags, mask, out)

/* A new file with this text and mode, open for both. */
static int
fresh(const char *path, const char *text, mode_t mode)
{
    unlink(path);
    int fd = OK(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, text, strlen(text)), strlen(text));
    OK(fchmod(fd, mode));
    return fd;
}

/* Filled with ones before: a field that is not written shows. stdio takes blksize for its
 * buffer. */
TEST(regular_file, "a field is at another offset: struct stat is asm-generic's",
     "kernel/fs/inode.c:/^inode_stat/")
{
    struct stat st;
    memset(&st, 0xff, sizeof(st));
    umask(0);
    int fd = fresh("/tmp/stat", "hello", 0640);
    EQ(sys(SYS_fstat, fd, &st), 0);
    EQ(st.st_mode, S_IFREG | 0640);
    EQ(st.st_size, 5);
    EQ(st.st_nlink, 1);
    EQ(st.st_uid, 0);
    EQ(st.st_gid, 0);
    EQ(st.st_rdev, 0);
    TRUE(st.st_ino != 0);
    TRUE(st.st_blksize >= 512 && st.st_blksize <= 1 << 20);
    TRUE(st.st_blocks >= 0 && st.st_blocks < 100);
}

/* find and ftw(3) take nlink - 2 for the number of subdirectories, and 1 for "unknown". */
TEST(directory, "a directory is a file with size 0, or has nlink 1",
     "kernel/fs/inode.c:/^inode_stat/")
{
    struct stat st;
    OK(stat("/tmp", &st));
    EQ(st.st_mode & S_IFMT, S_IFDIR);
    TRUE(st.st_nlink >= 2);
    OK(stat("/", &st));
    EQ(st.st_mode & S_IFMT, S_IFDIR);
}

/* The numbers are Linux's (Documentation/admin-guide/devices.txt); programs know /dev/null by
 * them. */
TEST(character_device,
     "st_rdev is 0, or the type is not S_IFCHR: stdout is then not buffered right",
     "kernel/fs/dev.c:/^dev_init/")
{
    struct stat st;
    OK(stat("/dev/null", &st));
    EQ(st.st_mode & S_IFMT, S_IFCHR);
    EQ(major(st.st_rdev), 1);
    EQ(minor(st.st_rdev), 3);
    OK(stat("/dev/zero", &st));
    EQ(major(st.st_rdev), 1);
    EQ(minor(st.st_rdev), 5);
    OK(stat("/dev/console", &st));
    EQ(major(st.st_rdev), 5);
    EQ(minor(st.st_rdev), 1);
}

/* The two ends are one object: `test a -ef b` and cat's guard against its own output compare ino
 * and dev. */
TEST(pipe_is_a_fifo, "a pipe looks like a file or a device", "kernel/fs/pipe.c:/^pipe_create/")
{
    struct stat a, b, c;
    int fds[2], more[2];
    OK(pipe(fds));
    OK(pipe(more));
    OK(fstat(fds[0], &a));
    OK(fstat(fds[1], &b));
    OK(fstat(more[0], &c));
    EQ(a.st_mode & S_IFMT, S_IFIFO);
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_dev, b.st_dev);
    TRUE(c.st_ino != a.st_ino);
}

/* inode(7): st_ino and st_dev together name a file. cp and tar find by them that two names are one
 * file. */
TEST(ino_and_dev_tell_files_apart, "all inode numbers are equal: cp and python take two for one",
     "kernel/fs/inode.c:/^inode_create/")
{
    struct stat a, b, c;
    fresh("/tmp/stat.a", "x", 0600);
    fresh("/tmp/stat.b", "x", 0600);
    OK(stat("/tmp/stat.a", &a));
    OK(stat("/tmp/stat.b", &b));
    OK(stat("/tmp/../tmp/stat.a", &c));
    TRUE(a.st_ino != b.st_ino);
    EQ(a.st_dev, b.st_dev);
    EQ(a.st_ino, c.st_ino);
    /* Another file system, so another st_dev: find -xdev and du -x stop there. */
    OK(stat("/proc/self/maps", &c));
    TRUE(c.st_dev != a.st_dev);
}

/* An lstat'ed link is as long as its target's name, which is how readlink's callers size their
 * buffer. */
TEST(links, "stat does not follow, or lstat does", "kernel/fs/path.c:/^walk_path/")
{
    struct stat st;
    fresh("/tmp/stat.a", "12345", 0600);
    unlink("/tmp/stat.l");
    OK(symlink("/tmp/stat.a", "/tmp/stat.l"));
    OK(stat("/tmp/stat.l", &st));
    EQ(st.st_mode & S_IFMT, S_IFREG);
    OK(lstat("/tmp/stat.l", &st));
    EQ(st.st_mode, S_IFLNK | 0777);
    EQ(st.st_size, strlen("/tmp/stat.a"));
    OK(unlink("/tmp/stat.a"));
    /* The target is gone, the link is not. */
    FAILS(stat("/tmp/stat.l", &st), ENOENT);
    OK(lstat("/tmp/stat.l", &st));
    /* A slash behind asks for what the link leads to. */
    unlink("/tmp/stat.d");
    OK(symlink("/tmp", "/tmp/stat.d"));
    OK(lstat("/tmp/stat.d/", &st));
    EQ(st.st_mode & S_IFMT, S_IFDIR);
}

/* AT_EMPTY_PATH says that the descriptor itself is meant, be it a pipe's or the working directory.
 * An empty path without it is ENOENT (path_resolution(7)). */
TEST(empty_path, "AT_EMPTY_PATH is unknown (python, glibc's fstat)",
     "kernel/syscall/file_stat.c:/^stat_at/, kernel/fs/path.c:/^walk_path/")
{
    struct stat st;
    int fd = fresh("/tmp/stat", "1234", 0600), fds[2];
    EQ(sys(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH), 0);
    EQ(st.st_size, 4);
    OK(pipe(fds));
    EQ(sys(SYS_newfstatat, fds[0], "", &st, AT_EMPTY_PATH), 0);
    EQ(st.st_mode & S_IFMT, S_IFIFO);
    EQ(sys(SYS_newfstatat, AT_FDCWD, "", &st, AT_EMPTY_PATH), 0);
    EQ(st.st_mode & S_IFMT, S_IFDIR);
    ERR(sys(SYS_newfstatat, fd, "", &st, 0), ENOENT);
    ERR(sys(SYS_newfstatat, 77, "", &st, AT_EMPTY_PATH), EBADF);
    ERR(sys(SYS_newfstatat, fd, "x", &st, AT_EMPTY_PATH), ENOTDIR);
    ERR(sys(SYS_newfstatat, AT_FDCWD, "/tmp", &st, 0x10000000), EINVAL);
    ERR(sys(SYS_fstat, 77, &st), EBADF);
    ERR(sys(SYS_newfstatat, AT_FDCWD, "/no/such", &st, 0), ENOENT);
}

/* coreutils' ls and stat ask by statx alone. The mask tells which fields are valid, and is never
 * less than what was asked for and is there. */
TEST(statx_fields, "the struct is filled as struct stat, or the mask is empty",
     "kernel/syscall/file_stat.c:/^sys_statx/")
{
    struct statx x;
    struct stat st;
    int fd = fresh("/tmp/stat", "123456", 0640);
    memset(&x, 0xff, sizeof(x));
    EQ(STATX(AT_FDCWD, "/tmp/stat", 0, STATX_BASIC_STATS, &x), 0);
    OK(fstat(fd, &st));
    EQ(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
    EQ(x.stx_mode, S_IFREG | 0640);
    EQ(x.stx_size, 6);
    EQ(x.stx_nlink, 1);
    EQ(x.stx_uid, 0);
    EQ(x.stx_gid, 0);
    EQ(x.stx_ino, st.st_ino);
    EQ(x.stx_mtime.tv_sec, st.st_mtime);
    EQ(makedev(x.stx_dev_major, x.stx_dev_minor), st.st_dev);
    /* The descriptor itself, as fstat. */
    EQ(STATX(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x), 0);
    EQ(x.stx_size, 6);
    EQ(STATX(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &x), 0);
    EQ(x.stx_rdev_major, 1);
    EQ(x.stx_rdev_minor, 3);
    unlink("/tmp/stat.l");
    OK(symlink("/tmp/stat", "/tmp/stat.l"));
    EQ(STATX(AT_FDCWD, "/tmp/stat.l", AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MODE, &x), 0);
    EQ(x.stx_mode & S_IFMT, S_IFLNK);
}

/* The top bit of the mask is kept for a larger struct (statx(2)): taken now, it could never get a
 * meaning. */
TEST(statx_refuses, "bad flags or names are taken", "kernel/syscall/file_stat.c:/^sys_statx/")
{
    struct statx x;
    ERR(STATX(AT_FDCWD, "/no/such", 0, STATX_BASIC_STATS, &x), ENOENT);
    ERR(STATX(AT_FDCWD, "/tmp", 0x10000000, STATX_BASIC_STATS, &x), EINVAL);
    ERR(STATX(AT_FDCWD, "/tmp", 0, 0x80000000, &x), EINVAL);
    ERR(STATX(77, "x", 0, STATX_BASIC_STATS, &x), EBADF);
}

/* make compares them. 20 ms are several ticks of the coarse clock by which files are stamped. */
TEST(times_move, "mtime is 0, or does not follow a write", "kernel/fs/inode.c:/^inode_modified/")
{
    struct stat a, b;
    struct timespec now, pause = { 0, 20000000 };
    int fd = fresh("/tmp/stat", "x", 0600);
    OK(fstat(fd, &a));
    clock_gettime(CLOCK_REALTIME, &now);
    TRUE(a.st_mtime <= now.tv_sec && a.st_mtime > now.tv_sec - 60);
    nanosleep(&pause, NULL);
    EQ(write(fd, "y", 1), 1);
    OK(fstat(fd, &b));
    TRUE(b.st_mtim.tv_sec > a.st_mtim.tv_sec || b.st_mtim.tv_nsec > a.st_mtim.tv_nsec);
    TRUE(b.st_mtim.tv_nsec >= 0 && b.st_mtim.tv_nsec < 1000000000);
}

/* access(2), root: everything may be read and written, but something must be executable to be run.
 * sh and make look for commands like that. */
TEST(access_by_mode, "root may run a file without any x bit",
     "kernel/syscall/file_stat.c:/^sys_faccessat2/")
{
    fresh("/tmp/stat", "x", 0);
    OK(access("/tmp/stat", F_OK));
    OK(access("/tmp/stat", R_OK | W_OK));
    FAILS(access("/tmp/stat", X_OK), EACCES);
    OK(chmod("/tmp/stat", 0100));
    OK(access("/tmp/stat", X_OK));
    OK(access("/tmp", X_OK));
    FAILS(access("/no/such", F_OK), ENOENT);
    FAILS(access("/tmp/stat/x", F_OK), ENOTDIR);
    ERR(sys(SYS_faccessat, AT_FDCWD, "/tmp", 8), EINVAL);
}

/* glibc tries this call first and falls back to faccessat only on ENOSYS: then there is nothing to
 * check. AT_SYMLINK_NOFOLLOW asks about the link, which exists although it leads nowhere. */
TEST(faccessat2_flags, "AT_EACCESS is refused, or a bad flag taken",
     "kernel/syscall/file_stat.c:/^sys_faccessat2/")
{
    fresh("/tmp/access", "x", 0600);
    long r = sys(SYS_faccessat2, AT_FDCWD, "/tmp/access", R_OK, AT_EACCESS);
    if (r == -ENOSYS)
        return;
    EQ(r, 0);
    ERR(sys(SYS_faccessat2, AT_FDCWD, "/tmp/access", R_OK, 0x1), EINVAL);
    unlink("/tmp/access.l");
    OK(symlink("/no/such", "/tmp/access.l"));
    ERR(sys(SYS_faccessat2, AT_FDCWD, "/tmp/access.l", F_OK, 0), ENOENT);
    EQ(sys(SYS_faccessat2, AT_FDCWD, "/tmp/access.l", F_OK, AT_SYMLINK_NOFOLLOW), 0);
}

/* chmod(2) changes the 12 lowest bits alone: what kind of file it is never changes. */
TEST(chmod_changes_the_mode, "the type bits change, or ctime only",
     "kernel/syscall/file_stat.c:/^sys_fchmodat/")
{
    struct stat st;
    int fd = fresh("/tmp/stat", "x", 0600);
    OK(chmod("/tmp/stat", 0751));
    OK(fstat(fd, &st));
    EQ(st.st_mode, S_IFREG | 0751);
    /* The setuid bit belongs to the mode as well. */
    OK(fchmod(fd, 04444));
    OK(fstat(fd, &st));
    EQ(st.st_mode, S_IFREG | 04444);
    FAILS(chmod("/no/such", 0), ENOENT);
    FAILS(fchmod(77, 0), EBADF);
}

/* chown(2): -1 leaves that id as it is. There is one user here, but archives and installers set
 * owners and look whether they were taken. */
TEST(owners, "chown sets only one of the two, or -1 sets -1",
     "kernel/syscall/file_stat.c:/^sys_fchownat/")
{
    struct stat st;
    int fd = fresh("/tmp/owner", "x", 0600);
    OK(chown("/tmp/owner", 12, 34));
    OK(fchown(fd, -1, 35));
    OK(fstat(fd, &st));
    EQ(st.st_uid, 12);
    EQ(st.st_gid, 35);
    FAILS(chown("/no/such", 0, 0), ENOENT);
    FAILS(fchown(77, 0, 0), EBADF);
}

/* A machine whose clock is right is past it: a time of now is no small number. */
#define IN_2017 1500000000

/* tar, cp -p and make live on it. UTIME_OMIT keeps the old time whatever tv_sec says
 * (utimensat(2)); 1000 is what the first call has set. */
TEST(utimensat_sets_times, "the times are swapped, or UTIME_OMIT sets 0",
     "kernel/syscall/file_stat.c:/^sys_utimensat/")
{
    struct timespec t[2] = { { 1000, 1 }, { 2000, 2 } }, mixed[2] = { { 0, UTIME_OMIT }, { 5, 6 } };
    struct stat st;
    int fd = fresh("/tmp/times", "x", 0600);
    OK(utimensat(AT_FDCWD, "/tmp/times", t, 0));
    OK(fstat(fd, &st));
    EQ(st.st_atim.tv_sec, 1000);
    EQ(st.st_mtim.tv_sec, 2000);
    EQ(st.st_mtim.tv_nsec, 2);
    OK(futimens(fd, mixed));
    OK(fstat(fd, &st));
    EQ(st.st_atim.tv_sec, 1000);
    EQ(st.st_mtim.tv_sec, 5);
    /* NULL is now. */
    OK(futimens(fd, NULL));
    OK(fstat(fd, &st));
    TRUE(st.st_mtim.tv_sec > IN_2017);
    struct timespec bad[2] = { { 0, 1000000000 }, { 0, 0 } };
    FAILS(utimensat(AT_FDCWD, "/tmp/times", bad, 0), EINVAL);
    FAILS(utimensat(AT_FDCWD, "/no/such", t, 0), ENOENT);
    ERR(sys(SYS_utimensat, 77, 0, t, 0), EBADF);
}

/* utimensat(2), AT_SYMLINK_NOFOLLOW: the times of the link itself are set. tar sets them for the
 * links that it unpacks. */
TEST(utimensat_of_a_link, "AT_SYMLINK_NOFOLLOW sets the target",
     "kernel/syscall/file_stat.c:/^sys_utimensat/")
{
    struct timespec t[2] = { { 10, 0 }, { 20, 0 } };
    struct stat st;
    fresh("/tmp/times", "x", 0600);
    unlink("/tmp/times.l");
    OK(symlink("/tmp/times", "/tmp/times.l"));
    OK(utimensat(AT_FDCWD, "/tmp/times.l", t, AT_SYMLINK_NOFOLLOW));
    OK(lstat("/tmp/times.l", &st));
    EQ(st.st_mtim.tv_sec, 20);
    OK(stat("/tmp/times.l", &st));
    TRUE(st.st_mtim.tv_sec != 20);
}
