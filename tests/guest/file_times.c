/* file_times.c - the times of a file, from the first second that 64 bits can say to the last, and
 * how much of a file is there.
 *
 * Times are set by utimensat and told by stat and statx; blocks are the pages that a file holds, as
 * on Linux's tmpfs. Other attributes are in stat.c. Source: utimensat(2), inode(7), statx(2). */

#include "fixture.h"
#include <linux/stat.h>
#include <sys/stat.h>

#define FIRST (-__LONG_MAX__ - 1)
#define LAST  __LONG_MAX__

static int
fresh(void)
{
    unlink("/tmp/times");
    return (int)OK(open("/tmp/times", O_RDWR | O_CREAT, 0600));
}

static long
set_times(int dir, const char *path, struct timespec accessed, struct timespec modified, int flags)
{
    struct timespec t[2] = { accessed, modified };
    return sys(SYS_utimensat, dir, path, t, flags);
}

/* Both times become this one, and every call tells them. */
static void
keeps(int fd, long seconds, long ns, long ns_told)
{
    struct timespec t = { seconds, ns };
    struct stat st;
    struct statx sx;
    EQ(set_times(fd, NULL, t, t, 0), 0);
    OK(fstat(fd, &st));
    EQ(st.st_mtim.tv_sec, seconds);
    EQ(st.st_mtim.tv_nsec, ns_told);
    EQ(st.st_atim.tv_sec, seconds);
    EQ(st.st_atim.tv_nsec, ns_told);
    EQ(sys(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx), 0);
    EQ(sx.stx_mtime.tv_sec, seconds);
    EQ(sx.stx_mtime.tv_nsec, ns_told);
    EQ(sx.stx_atime.tv_sec, seconds);
}

#define SIGNED "times are counted in nanoseconds since 1970, without a sign"
#define WHERE  "kernel/fs/inode.h:/^struct inode {/, kernel/syscall/file_stat.c:/^set_file_time/"

/* The nanoseconds of a negative time count forwards, as those of every other. */
TEST(before_1970, SIGNED, WHERE)
{
    int fd = fresh();
    keeps(fd, -1, 0, 0);
    keeps(fd, -1, 999999999, 999999999);
    keeps(fd, -2000000000, 5, 5);
    keeps(fd, -200000000000, 1, 1);
}

/* 2038 is the end of 32 bits with a sign, 2106 without; 2262 and 2554 of 64 bits of nanoseconds. */
TEST(far_future, SIGNED, WHERE)
{
    int fd = fresh();
    keeps(fd, 0x80000000, 7, 7);
    keeps(fd, 0x100000000, 7, 7);
    keeps(fd, 9223372037, 7, 7);
    keeps(fd, 18446744074, 7, 7);
    keeps(fd, 4000000000000, 999999999, 999999999);
}

/* There the fraction is dropped: whoever sees such a time knows that it is a limit. */
TEST(first_and_last_second, "the limits of a time are not those of 64 bits, or keep a fraction",
     WHERE)
{
    int fd = fresh();
    keeps(fd, LAST - 1, 7, 7);
    keeps(fd, LAST, 7, 0);
    keeps(fd, FIRST + 1, 7, 7);
    keeps(fd, FIRST, 7, 0);
}

/* touch -r and tar set one of them and leave the other. The seconds beside UTIME_NOW and UTIME_OMIT
 * mean nothing. */
TEST(now_and_omit, "UTIME_NOW or UTIME_OMIT looks at the seconds, or is taken for a number", WHERE)
{
    int fd = fresh();
    struct timespec old = { -5, 6 }, now = { -9, UTIME_NOW }, omit = { 9, UTIME_OMIT };
    struct stat st;
    EQ(set_times(fd, NULL, old, old, 0), 0);
    EQ(set_times(fd, NULL, now, omit, 0), 0);
    OK(fstat(fd, &st));
    TRUE(st.st_atim.tv_sec > 1000000000 && st.st_atim.tv_nsec < 1000000000);
    EQ(st.st_mtim.tv_sec, -5);
    EQ(st.st_mtim.tv_nsec, 6);
    EQ(set_times(fd, NULL, old, now, 0), 0);
    OK(fstat(fd, &st));
    EQ(st.st_atim.tv_sec, -5);
    TRUE(st.st_mtim.tv_sec > 1000000000);
}

/* What changes nothing changes no ctime, and is not even looked up; what is refused neither. */
TEST(ctime_moves_with_a_change, "a call that changes nothing sets ctime, or one that does not",
     "kernel/syscall/file_stat.c:/^sys_utimensat/")
{
    int fd = fresh();
    struct timespec omit = { 0, UTIME_OMIT }, bad = { 0, -1 }, one = { 1, 0 };
    struct stat a, b;
    OK(fstat(fd, &a));
    pause_ms(30);
    EQ(set_times(fd, NULL, omit, omit, 0), 0);
    EQ(set_times(fd, NULL, bad, omit, 0), -EINVAL);
    OK(fstat(fd, &b));
    EQ(b.st_ctim.tv_sec, a.st_ctim.tv_sec);
    EQ(b.st_ctim.tv_nsec, a.st_ctim.tv_nsec);
    EQ(set_times(fd, NULL, one, omit, 0), 0);
    OK(fstat(fd, &b));
    TRUE(b.st_ctim.tv_nsec != a.st_ctim.tv_nsec || b.st_ctim.tv_sec != a.st_ctim.tv_sec);
}

/* In Linux's order: times that cannot be read, nothing to do, flags, the path, times that are no
 * times. */
TEST(order_of_errors, "the errors of utimensat come in another order",
     "kernel/syscall/file_stat.c:/^sys_utimensat/, kernel/syscall/file_stat.c:/^to_change/")
{
    int fd = fresh(), path = (int)OK(open("/tmp/times", O_PATH));
    struct timespec omit = { 0, UTIME_OMIT }, bad = { 0, 1000000000 }, one = { 1, 0 };
    ERR(sys(SYS_utimensat, 99, NULL, 8, 0x1234), EFAULT);
    EQ(set_times(99, NULL, omit, omit, 0x1234), 0);
    EQ(set_times(AT_FDCWD, "/tmp/nothing", omit, omit, 0), 0);
    ERR(set_times(AT_FDCWD, "/tmp/nothing", bad, one, 0x1234), EINVAL);
    ERR(set_times(AT_FDCWD, "/tmp/nothing", bad, one, 0), ENOENT);
    ERR(set_times(AT_FDCWD, "/tmp/times", bad, one, 0), EINVAL);
    ERR(set_times(AT_FDCWD, "/tmp/times", one, bad, 0), EINVAL);
    ERR(set_times(99, NULL, bad, one, 0), EBADF);
    ERR(set_times(99, NULL, one, one, AT_SYMLINK_NOFOLLOW), EINVAL);
    ERR(set_times(fd, NULL, one, one, AT_EMPTY_PATH), EINVAL);
    ERR(set_times(AT_FDCWD, NULL, one, one, 0), EFAULT);
    ERR(set_times(path, NULL, one, one, 0), EBADF);
    EQ(set_times(path, "", one, one, AT_EMPTY_PATH), 0);
    EQ(set_times(AT_FDCWD, "", one, omit, AT_EMPTY_PATH), 0);
}

TEST(times_of_a_link, "AT_SYMLINK_NOFOLLOW changes what the link leads to", WHERE)
{
    struct timespec t = { -7, 8 };
    struct stat st;
    fresh();
    unlink("/tmp/times.link");
    OK(symlink("/tmp/times", "/tmp/times.link"));
    EQ(set_times(AT_FDCWD, "/tmp/times.link", t, t, AT_SYMLINK_NOFOLLOW), 0);
    OK(lstat("/tmp/times.link", &st));
    EQ(st.st_mtim.tv_sec, -7);
    OK(stat("/tmp/times.link", &st));
    TRUE(st.st_mtim.tv_sec > 1000000000);
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* stat and statx tell so many pages, in blocks of 512 bytes. */
static void
holds(int fd, long pages)
{
    struct stat st;
    struct statx sx;
    OK(fstat(fd, &st));
    EQ(st.st_blocks, pages * 8);
    EQ(sys(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx), 0);
    EQ(sx.stx_blocks, pages * 8);
}

#define COUNTS       "blocks are counted by the size: du and cp --sparse take holes for bytes"
#define WHERE_COUNTS "kernel/fs/inode.c:/^inode_stat/, kernel/fs/pages.h:/^struct pages {/"

TEST(blocks_of_what_is_written, COUNTS, WHERE_COUNTS)
{
    static char bytes[9000];
    int fd = fresh();
    holds(fd, 0);
    OK(ftruncate(fd, 100000));
    holds(fd, 0);
    EQ(pwrite(fd, "x", 1, 50000), 1);
    holds(fd, 1);
    EQ(pwrite(fd, "y", 1, 50001), 1);
    holds(fd, 1);
    EQ(pwrite(fd, bytes, 9000, 0), 9000);
    holds(fd, 4);
    EQ(pread(fd, bytes, 9000, 20000), 9000);
    holds(fd, 4);
    EQ(pwrite(fd, "z", 1, 1L << 40), 1);
    holds(fd, 5);
}

TEST(blocks_after_a_cut, COUNTS, WHERE_COUNTS)
{
    static char bytes[5 * PAGE];
    int fd = fresh();
    EQ(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
    EQ(pwrite(fd, "z", 1, 1L << 32), 1);
    holds(fd, 6);
    OK(ftruncate(fd, PAGE + 1));
    holds(fd, 2);
    OK(ftruncate(fd, 1 << 20));
    holds(fd, 2);
    OK(ftruncate(fd, 1));
    holds(fd, 1);
    OK(close(OK(open("/tmp/times", O_WRONLY | O_TRUNC))));
    holds(fd, 0);
}

/* A page that a mapping of the file has touched is the file's; one that a private mapping has
 * copied is not, but what was copied is. */
TEST(blocks_of_what_is_mapped, COUNTS, WHERE_COUNTS)
{
    int fd = fresh();
    OK(ftruncate(fd, 100 * PAGE));
    char *shared = (char *)OK(mmap(NULL, 100 * PAGE, RW, MAP_SHARED, fd, 0));
    shared[5 * PAGE] = 1;
    holds(fd, 1);
    shared[5 * PAGE + 1] = 1;
    shared[6 * PAGE] = 1;
    holds(fd, 2);
    OK(munmap(shared, 100 * PAGE));
    holds(fd, 2);
}

/* Where names are kept is not counted, and a short text of a link is kept with its inode. */
TEST(blocks_of_names, "a folder or a link counts blocks", WHERE_COUNTS)
{
    struct stat st;
    unlink("/tmp/times.link");
    OK(symlink("/tmp/times", "/tmp/times.link"));
    OK(lstat("/tmp/times.link", &st));
    EQ(st.st_size, 10);
    EQ(st.st_blocks, 0);
    OK(stat("/tmp", &st));
    EQ(st.st_blocks, 0);
    OK(stat("/dev/null", &st));
    EQ(st.st_blocks, 0);
}
