/* open.c - openat: flags, modes, refusals, and what a path may look like.
 *
 * Not here: directories as such (dirs.c), what is read and written (rw.c), modes and times
 * (stat.c). Source: open(2), path_resolution(7); where these leave it open which of two errors
 * comes first, Linux 6.12. */

#include "directory.h"
#include <limits.h>

#define WORK "/tmp/open.d"

/* Where no descriptor is open. */
#define CLOSED_FD 77

/* Makes WORK and goes there; names below are unique to their check. */
static void
at_work(void)
{
    if (mkdir(WORK, 0755) == -1)
        EQ(errno, EEXIST);
    OK(chdir(WORK));
}

/* NAME can be opened and has exactly this text. */
static void
holds(const char *name, const char *text)
{
    char seen[200] = { 0 };
    int fd = OK(open(name, O_RDONLY));
    EQ(read(fd, seen, sizeof(seen) - 1), strlen(text));
    if (strcmp(seen, text) != 0)
        FAIL("expected `%s` in %s, seen `%s`", text, name, seen);
    OK(close(fd));
}

/* open(2): the lowest-numbered descriptor not in use. Shells count on it: close(0), then open, is
 * how a redirection was made before dup2. */
TEST(lowest_fd, "the first free slot is not taken", "kernel/fs/owner.c:/^fd_install/")
{
    int a = OK(open("/dev/null", O_RDONLY)), b = OK(open("/dev/null", O_RDONLY));
    EQ(b, a + 1);
    OK(close(a));
    EQ(open("/dev/null", O_RDONLY), a);
    OK(close(0));
    EQ(open("/dev/null", O_RDONLY), 0);
}

/* The simplest life of a file. The second put is shorter than the first, and nothing of the first
 * may be left. */
TEST(create_write_read, "what was written is not what is read", "kernel/fs/ramfs.c:/^inode_write/")
{
    at_work();
    put("create", "hello");
    holds("create", "hello");
    put("create", "x");
    holds("create", "x");
}

/* O_CREAT | O_EXCL is how mkstemp and lock files work. That it does not follow a link, not even one
 * that leads nowhere, keeps others from choosing where a root's file is made. */
TEST(create_exclusive, "O_EXCL takes a file that exists, or follows a link",
     "kernel/fs/open.c:/^find_or_create/")
{
    at_work();
    unlink("excl");
    unlink("excl.link");
    int fd = OK(open("excl", O_WRONLY | O_CREAT | O_EXCL, 0600));
    FAILS(open("excl", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    OK(symlink("nowhere", "excl.link"));
    FAILS(open("excl.link", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    FAILS(open("/tmp", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    close(fd);
}

/* open(2): if O_EXCL is not given, the file is made where the link leads. */
TEST(create_through_a_link, "O_CREAT does not follow a dangling link",
     "kernel/fs/open.c:/^find_or_create/")
{
    at_work();
    unlink("dangling");
    unlink("made");
    OK(symlink("made", "dangling"));
    put("dangling", "via");
    holds("made", "via");
}

/* The umask counts only for a file that is made now. */
TEST(mode_and_umask, "the umask is not taken off", "kernel/fs/open.c:/^find_or_create/")
{
    struct stat st;
    at_work();
    umask(027);
    unlink("mode");
    OK(open("mode", O_WRONLY | O_CREAT, 0666));
    OK(stat("mode", &st));
    EQ(st.st_mode, S_IFREG | 0640);
    /* The mode of an existing file stays. */
    OK(open("mode", O_WRONLY | O_CREAT, 0777));
    OK(stat("mode", &st));
    EQ(st.st_mode, S_IFREG | 0640);
}

/* Missing is ENOENT, a file in the place of a directory ENOTDIR: make, ld and shells search lists
 * of directories and go on for these two alone. A slash behind a name asks for a directory. */
TEST(no_such, "a missing name is not told from a missing directory",
     "kernel/fs/path.c:/^walk_path/")
{
    at_work();
    put("file", "x");
    FAILS(open("missing", O_RDONLY), ENOENT);
    FAILS(open("missing/x", O_RDONLY), ENOENT);
    FAILS(open("missing/x", O_WRONLY | O_CREAT, 0600), ENOENT);
    FAILS(open("file/x", O_RDONLY), ENOTDIR);
    FAILS(open("file/", O_RDONLY), ENOTDIR);
    FAILS(open("file/.", O_RDONLY), ENOTDIR);
    FAILS(open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(open("new/", O_WRONLY | O_CREAT, 0600), EISDIR);
}

/* ls reads it by getdents, so opening for reading works and read does not. O_CREAT alone is EISDIR
 * too: there is something, and it cannot be created as a file. */
TEST(directory_for_writing, "a directory can be opened for writing", "kernel/fs/open.c:/^vfs_open/")
{
    FAILS(open("/tmp", O_WRONLY), EISDIR);
    FAILS(open("/tmp", O_RDWR), EISDIR);
    FAILS(open("/tmp", O_RDONLY | O_CREAT, 0600), EISDIR);
    int fd = OK(open("/tmp", O_RDONLY));
    char byte;
    FAILS(read(fd, &byte, 1), EISDIR);
    FAILS(write(fd, &byte, 1), EBADF);
}

/* path_resolution(7): empty parts count for nothing, and the root is its own parent. */
TEST(dots_and_slashes, "`//`, `.` or `..` are names like others", "kernel/fs/path.c:/^walk_path/")
{
    at_work();
    put("file", "dots");
    holds("./file", "dots");
    holds("././//file", "dots");
    holds("../open.d/file", "dots");
    holds("//tmp//open.d///file", "dots");
    holds("/../../tmp/open.d/file", "dots");
    holds("/tmp/open.d/../open.d/./file", "dots");
}

/* NAME_MAX is 255 without the NUL, PATH_MAX 4,096 with it (limits.h). Both ends of each limit: the
 * longest that works, and one more. */
TEST(long_names, "a name of 255 characters is cut, or one of 256 is taken",
     "kernel/fs/path.c:/^walk_path/")
{
    static const char null[] = "dev/null";
    char name[NAME_MAX + 2], path[PATH_MAX + 1];
    at_work();
    memset(name, 'n', sizeof(name));
    name[NAME_MAX] = 0;
    put(name, "long");
    holds(name, "long");
    OK(unlink(name));
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = 0;
    FAILS(open(name, O_RDONLY), ENAMETOOLONG);
    FAILS(open(name, O_WRONLY | O_CREAT, 0600), ENAMETOOLONG);
    put("file", "x");
    memset(path, '/', sizeof(path));
    memcpy(path + PATH_MAX - sizeof(null), null, sizeof(null));
    OK(open(path, O_RDONLY));
    memset(path, '/', sizeof(path));
    path[PATH_MAX] = 0;
    FAILS(open(path, O_RDONLY), ENAMETOOLONG);
}

/* openat(2): an absolute path does not look at the descriptor, not even whether there is one. The
 * third and last calls show that the working directory is not looked at either. */
TEST(at_a_directory_fd, "the dirfd is ignored", "kernel/fs/path.c:/^walk_path/")
{
    at_work();
    put("file", "at");
    int dir = OK(open("/tmp", O_RDONLY | O_DIRECTORY)), file = OK(open("file", O_RDONLY));
    OK(chdir("/"));
    OK(openat(dir, "open.d/file", O_RDONLY));
    OK(openat(dir, "/dev/null", O_RDONLY));
    FAILS(openat(dir, "file", O_RDONLY), ENOENT);
    FAILS(openat(file, "file", O_RDONLY), ENOTDIR);
    FAILS(openat(CLOSED_FD, "file", O_RDONLY), EBADF);
    OK(openat(CLOSED_FD, "/dev/null", O_RDONLY));
    FAILS(openat(AT_FDCWD, "file", O_RDONLY), ENOENT);
}

/* A relative target counts from the link's directory, not from the caller's: dir/dir/dir comes
 * round to where it began. O_NOFOLLOW is about the last part only; a link there is ELOOP, or
 * ENOTDIR when a directory was asked for. */
TEST(links_are_followed, "a link is opened itself, or a loop never ends",
     "kernel/fs/path.c:/^follow/")
{
    at_work();
    put("file", "target");
    unlink("l1");
    unlink("l2");
    unlink("dir");
    unlink("loop");
    OK(symlink("file", "l1"));
    OK(symlink("/tmp/open.d/l1", "l2"));
    OK(symlink("../open.d", "dir"));
    OK(symlink("loop", "loop"));
    holds("l1", "target");
    holds("l2", "target");
    holds("dir/dir/dir/l2", "target");
    FAILS(open("loop", O_RDONLY), ELOOP);
    FAILS(open("loop/x", O_RDONLY), ELOOP);
    FAILS(open("l1", O_RDONLY | O_NOFOLLOW), ELOOP);
    OK(open("dir", O_RDONLY | O_DIRECTORY));
    FAILS(open("dir", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR);
}

/* path_resolution(7) names 40. Both ends: forty links are followed, the next one is refused. */
TEST(forty_links, "the limit of links is below Linux's 40", "kernel/fs/path.c:/^follow/")
{
    char from[20], to[20];
    at_work();
    put("c0", "chain");
    for (int i = 1; i <= 41; i++) {
        snprintf(from, sizeof(from), "c%d", i);
        snprintf(to, sizeof(to), "c%d", i - 1);
        unlink(from);
        OK(symlink(to, from));
    }
    holds("c40", "chain");
    FAILS(open("c41", O_RDONLY), ELOOP);
}

/* open(2): each write goes to the end, wherever the offset is, and leaves it there. Logs of several
 * processes rely on it. pwrite through the other descriptor has made the file two bytes longer
 * meanwhile. */
TEST(append, "O_APPEND writes at the offset", "kernel/fs/ramfs.c:/^in_turns/")
{
    at_work();
    put("append", "12345");
    int a = OK(open("append", O_WRONLY | O_APPEND)), b = OK(open("append", O_RDWR));
    EQ(write(a, "a", 1), 1);
    EQ(pwrite(b, "bb", 2, 6), 2);
    OK(lseek(a, 0, SEEK_SET));
    EQ(write(a, "c", 1), 1);
    EQ(lseek(a, 0, SEEK_CUR), 9);
    holds("append", "12345abbc");
}

/* The offset belongs to the open file, not to the file's length: after the cut it lies beyond the
 * end. */
TEST(truncate_on_open, "O_TRUNC of an open file leaves old bytes",
     "kernel/fs/open.c:/^vfs_open/, kernel/fs/ramfs.c:/^inode_truncate/")
{
    at_work();
    put("trunc", "0123456789");
    int fd = OK(open("trunc", O_RDWR));
    EQ(lseek(fd, 8, SEEK_SET), 8);
    OK(close(OK(open("trunc", O_WRONLY | O_TRUNC))));
    char byte;
    EQ(read(fd, &byte, 1), 0);
    /* Writing at the old offset makes a hole of zeros. */
    EQ(write(fd, "z", 1), 1);
    EQ(lseek(fd, 0, SEEK_END), 9);
    EQ(pread(fd, &byte, 1, 3), 1);
    EQ(byte, 0);
}

/* The mode is a property of the open file: descriptors are handed to programs that must not do
 * more. */
TEST(access_mode_is_kept, "a read-only fd can write", "kernel/fs/file.c:/^check_transfer/")
{
    char byte;
    at_work();
    put("access", "x");
    int r = OK(open("access", O_RDONLY)), w = OK(open("access", O_WRONLY));
    FAILS(write(r, "y", 1), EBADF);
    FAILS(read(w, &byte, 1), EBADF);
    FAILS(ftruncate(r, 0), EINVAL);
    EQ(fcntl(r, F_GETFL) & O_ACCMODE, O_RDONLY);
    EQ(fcntl(w, F_GETFL) & O_ACCMODE, O_WRONLY);
}

/* open(2), O_PATH: a place in the tree, good for fstat and the *at calls. */
TEST(path_only_fd, "O_PATH opens for reading", "kernel/syscall/file.c:/^file_of/")
{
    char byte;
    struct stat st;
    at_work();
    put("file", "path");
    int fd = OK(open("file", O_PATH));
    FAILS(read(fd, &byte, 1), EBADF);
    OK(fstat(fd, &st));
    EQ(st.st_size, 4);
}

/* RLIMIT_NOFILE's soft limit; programs that serve many connections run into it on purpose and
 * wait. */
TEST(fd_limit, "the table has no end, or the errno is ENFILE", "kernel/fs/owner.c:/^fd_install/")
{
    int last = 0;
    for (int n = 0; n < 100000; n++) {
        int fd = open("/dev/null", O_RDONLY);
        if (fd == -1)
            break;
        last = fd;
    }
    /* EMFILE is the process' table, ENFILE the system's. */
    EQ(errno, EMFILE);
    TRUE(last >= 255);
    EQ(last + 1, sysconf(_SC_OPEN_MAX));
    FAILS(dup(0), EMFILE);
    int fds[2];
    FAILS(pipe(fds), EMFILE);
    close(last);
    /* One slot is not enough for a pipe, and it stays free. */
    FAILS(pipe(fds), EMFILE);
    EQ(dup(0), last);
}

/* A descriptor that is closed twice may be somebody else's by then: the error is the only
 * warning. */
TEST(close_refuses, "a second close works", "kernel/fs/owner.c:/^fd_close/")
{
    int fd = OK(dup(0));
    OK(close(fd));
    FAILS(close(fd), EBADF);
    FAILS(close(-1), EBADF);
    FAILS(close(1 << 30), EBADF);
}
