/* morefiles.c - calls about files that few programs need: times, owners, truncate, select, limits,
 * renaming what a listing tells.
 *
 * The plain ones are in open.c, rw.c, stat.c and dirs.c. As root throughout: permission is never
 * refused. Source: utimensat(2), chown(2), truncate(2), select(2), sysinfo(2), faccessat(2),
 * getrlimit(2). */
#include "check.h"
#include <dirent.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>

/* A machine whose clock is right is past it: a time of now is no small number. */
#define IN_2017 1500000000

/* A new file with this text, open for both; an older one of the name is removed, not truncated, so
 * that its mode, owner and times are gone too. */
static int
fresh(const char *path, const char *text)
{
    unlink(path);
    int fd = OK(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

/* tar, cp -p and make live on it. UTIME_OMIT keeps the old time whatever tv_sec says
 * (utimensat(2)); 1000 is what the first call has set. */
TEST(utimensat_sets_times, "the times are swapped, or UTIME_OMIT sets 0", "kernel/fs (ramfs)")
{
    struct timespec t[2] = { { 1000, 1 }, { 2000, 2 } }, mixed[2] = { { 0, UTIME_OMIT }, { 5, 6 } };
    struct stat st;
    int fd = fresh("/tmp/times", "x");
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

TEST(utimensat_of_a_link, "AT_SYMLINK_NOFOLLOW sets the target", "kernel/fs (path)")
{
    struct timespec t[2] = { { 10, 0 }, { 20, 0 } };
    struct stat st;
    fresh("/tmp/times", "x");
    unlink("/tmp/times.l");
    OK(symlink("/tmp/times", "/tmp/times.l"));
    OK(utimensat(AT_FDCWD, "/tmp/times.l", t, AT_SYMLINK_NOFOLLOW));
    OK(lstat("/tmp/times.l", &st));
    EQ(st.st_mtim.tv_sec, 20);
    OK(stat("/tmp/times.l", &st));
    TRUE(st.st_mtim.tv_sec != 20);
}

/* chown(2): -1 leaves that id as it is. There is one user here, but archives and installers set
 * owners and look whether they were taken. */
TEST(owners, "chown sets only one of the two, or -1 sets -1", "kernel/fs (ramfs)")
{
    struct stat st;
    int fd = fresh("/tmp/owner", "x");
    OK(chown("/tmp/owner", 12, 34));
    OK(fchown(fd, -1, 35));
    OK(fstat(fd, &st));
    EQ(st.st_uid, 12);
    EQ(st.st_gid, 35);
    FAILS(chown("/no/such", 0, 0), ENOENT);
    FAILS(fchown(77, 0, 0), EBADF);
}

/* The errors are told from each other in the order in which the path is walked: no directory, no
 * name, then what the name leads to, and only then the length. */
TEST(truncate_by_name, "truncate takes a directory, or follows no link", "kernel/syscall (file_io)")
{
    struct stat st;
    int fd = fresh("/tmp/trunc", "0123456789");
    OK(truncate("/tmp/trunc", 3));
    OK(fstat(fd, &st));
    EQ(st.st_size, 3);
    FAILS(truncate("/tmp", 0), EISDIR);
    FAILS(truncate("/no/such", 0), ENOENT);
    FAILS(truncate("/tmp/trunc", -1), EINVAL);
    FAILS(truncate("/tmp/trunc/x", 0), ENOTDIR);
}

/* libc's select is pselect6. Its sets are in and out at once: a bit of a descriptor that is not
 * ready has to be taken away, and one ready in two sets counts twice. */
TEST(select_on_pipes, "pselect6 counts wrong, or leaves bits of fds that are not ready",
     "kernel/syscall (file_poll)")
{
    int fds[2];
    fd_set r, w;
    struct timeval zero = { 0, 0 }, short_time = { 0, 20000 };
    OK(pipe(fds));
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_SET(fds[0], &r);
    FD_SET(fds[1], &w);
    EQ(select(fds[1] + 1, &r, &w, NULL, &zero), 1);
    TRUE(!FD_ISSET(fds[0], &r) && FD_ISSET(fds[1], &w));
    EQ(write(fds[1], "x", 1), 1);
    FD_SET(fds[0], &r);
    EQ(select(fds[1] + 1, &r, &w, NULL, NULL), 2);
    FD_ZERO(&r);
    /* The sleep of programs older than nanosleep. */
    EQ(select(0, NULL, NULL, NULL, &short_time), 0);
    /* Unlike poll, select fails as a whole for a descriptor that is not open. */
    FD_SET(20, &r);
    FAILS(select(21, &r, NULL, NULL, &zero), EBADF);
    ERR(sys(SYS_pselect6, -1, 0, 0, 0, 0, 0), EINVAL);
}

/* Uptime counts like CLOCK_BOOTTIME; a second each way for its rounding. totalram is in units: a
 * kernel that fills in bytes must say mem_unit 1 (sysinfo(2)). */
TEST(sysinfo_fields, "uptime or memory are 0, or the unit is missing", "kernel/syscall (system)")
{
    struct sysinfo s;
    struct timespec t;
    memset(&s, 0xff, sizeof s);
    OK(sysinfo(&s));
    clock_gettime(CLOCK_BOOTTIME, &t);
    TRUE(s.uptime >= t.tv_sec - 1 && s.uptime <= t.tv_sec + 1);
    TRUE(s.mem_unit >= 1 && s.totalram * s.mem_unit > 20UL << 20);
    TRUE(s.freeram < s.totalram && s.procs > 0 && s.totalswap == 0);
}

/* glibc tries this call first and falls back to faccessat only on ENOSYS: then there is nothing to
 * check. AT_SYMLINK_NOFOLLOW asks about the link, which exists although it leads nowhere. */
TEST(faccessat2_flags, "AT_EACCESS is refused, or a bad flag taken", "kernel/syscall (file_stat)")
{
    fresh("/tmp/access", "x");
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

/* A limit of 64 allows descriptors up to 63 (getrlimit(2): "one greater"); the child inherits it;
 * the soft limit may not pass the hard one. */
TEST(groups_and_limits, "there are groups, or setrlimit loses its argument",
     "kernel/syscall (system)")
{
    EQ(sys(SYS_getgroups, 0, 0), 0);
    struct {
        unsigned long now, most;
    } old, less, back;
    EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &old), 0);
    less.now = 64;
    less.most = old.most;
    EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, &less, &back), 0);
    EQ(back.now, old.now);
    EQ(IN_CHILD(EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &back), 0); EQ(back.now, 64);
                FAILS(dup2(0, 64), EBADF); EQ(dup2(0, 63), 63)),
       0);
    less.now = less.most + 1;
    if (less.most != -1UL)
        ERR(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, &less, 0), EINVAL);
}

TEST(getdents_and_rename, "each name comes again as the new one, for ever", "kernel/fs (dir_read)")
{
    char name[20];
    struct dirent *e;
    int renamed = 0;
    OK(mkdir("/tmp/mv", 0700));
    OK(chdir("/tmp/mv"));
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "file%d", i);
        close(fresh(name, "x"));
    }
    DIR *d = opendir(".");
    while ((e = readdir(d)) && renamed <= 600)
        if (e->d_name[0] != '.') {
            snprintf(name, sizeof name, "new%d", renamed++);
            OK(rename(e->d_name, name));
        }
    TRUE(renamed >= 300 && renamed <= 600);
    int names = 0;
    rewinddir(d);
    OK(mkdir("one more", 0700)); /* before the first read: told, too */
    while ((e = readdir(d)))
        names += e->d_name[0] != '.';
    EQ(names, 301);
    closedir(d);
}
