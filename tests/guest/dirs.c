/* dirs.c - names: mkdir, rmdir, unlink, rename, links, getdents64, the working directory.
 *
 * Source: mkdir(2), rmdir(2), unlink(2), rename(2), symlink(2), readlink(2), getdents(2). */
#include "check.h"
#include <dirent.h>
#include <sys/stat.h>

/* A fresh directory of this check's own becomes the working directory. */
static void
enter(const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "/tmp/dirs.%s.%d", name, getpid());
    OK(mkdir(path, 0755));
    OK(chdir(path));
}

static void
put(const char *name, const char *text)
{
    int fd = OK(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    EQ(write(fd, text, strlen(text)), strlen(text));
    OK(close(fd));
}

static char
first_byte(const char *name)
{
    char byte = 0;
    int fd = OK(open(name, O_RDONLY));
    EQ(read(fd, &byte, 1), 1);
    close(fd);
    return byte;
}

TEST(make_and_remove, "a directory that is not empty is removed", "kernel/fs (ramfs)")
{
    struct stat st;
    enter("make");
    umask(022);
    OK(mkdir("d", 0777));
    OK(stat("d", &st));
    EQ(st.st_mode, S_IFDIR | 0755);
    FAILS(mkdir("d", 0777), EEXIST);
    put("d/f", "x");
    FAILS(mkdir("d/f", 0777), EEXIST);
    FAILS(mkdir("no/d", 0777), ENOENT);
    FAILS(mkdir("d/f/x", 0777), ENOTDIR);
    FAILS(rmdir("d"), ENOTEMPTY);
    FAILS(rmdir("d/f"), ENOTDIR);
    FAILS(rmdir("none"), ENOENT);
    FAILS(rmdir("d/."), EINVAL);
    FAILS(rmdir("d/.."), ENOTEMPTY);
    OK(unlink("d/f"));
    OK(rmdir("d"));
    FAILS(stat("d", &st), ENOENT);
    OK(mkdir("e/", 0700));
    OK(rmdir("e/"));
    FAILS(rmdir("/"), EBUSY);
}

TEST(nlink_of_directories, "subdirectories are not counted", "kernel/fs (ramfs)")
{
    struct stat st;
    enter("nlink");
    OK(stat(".", &st));
    EQ(st.st_nlink, 2);
    OK(mkdir("a", 0700));
    OK(mkdir("b", 0700));
    OK(stat(".", &st));
    EQ(st.st_nlink, 4);
    OK(rmdir("a"));
    OK(stat(".", &st));
    EQ(st.st_nlink, 3);
}

TEST(unlink_refuses, "a directory is unlinked", "kernel/fs (ramfs)")
{
    enter("unlink");
    OK(mkdir("d", 0700));
    FAILS(unlink("d"), EISDIR);
    FAILS(unlink("none"), ENOENT);
    FAILS(unlink(""), ENOENT);
    put("f", "x");
    FAILS(unlink("f/"), ENOTDIR);
    FAILS(unlink("f/x"), ENOTDIR);
    ERR(sys(SYS_unlinkat, AT_FDCWD, "f", 0x1000), EINVAL);
    OK(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
    OK(unlink("f"));
    FAILS(unlink("f"), ENOENT);
}

TEST(unlink_of_a_link, "the file behind it is removed", "kernel/fs (ramfs)")
{
    enter("unlink2");
    put("f", "x");
    OK(symlink("f", "l"));
    OK(unlink("l"));
    EQ(first_byte("f"), 'x');
}

TEST(rename_over, "the old target stays, or the name is gone for a moment", "kernel/fs (ramfs)")
{
    struct stat a, b;
    enter("rename");
    put("a", "A");
    put("b", "B");
    OK(stat("a", &a));
    int old = OK(open("b", O_RDONLY));
    OK(rename("a", "b"));
    OK(stat("b", &b));
    EQ(a.st_ino, b.st_ino);
    EQ(first_byte("b"), 'A');
    FAILS(stat("a", &a), ENOENT);
    char byte;
    EQ(read(old, &byte, 1), 1);
    EQ(byte, 'B');
    OK(rename("b", "b"));
    EQ(first_byte("b"), 'A');
}

TEST(rename_refuses, "a directory goes into itself or over a file", "kernel/fs (ramfs)")
{
    enter("rename2");
    put("f", "F");
    OK(mkdir("d", 0700));
    OK(mkdir("d/sub", 0700));
    OK(mkdir("empty", 0700));
    FAILS(rename("none", "x"), ENOENT);
    FAILS(rename("f", "no/x"), ENOENT);
    FAILS(rename("f", "d"), EISDIR);
    FAILS(rename("d", "f"), ENOTDIR);
    FAILS(rename("d", "d/sub/x"), EINVAL);
    FAILS(rename("d", "d/sub"), EINVAL);
    FAILS(rename("empty", "d"), ENOTEMPTY);
    FAILS(rename("f", "f/x"), ENOTDIR);
    OK(rename("d", "empty"));
    OK(rename("empty/sub", "sub"));
    OK(rename("f", "sub/f"));
    EQ(first_byte("sub/f"), 'F');
}

TEST(rename_of_a_directory_moves_dotdot, "`..` of a moved directory is the old parent",
     "kernel/fs (ramfs)")
{
    char text[200];
    enter("rename3");
    OK(mkdir("a", 0700));
    OK(mkdir("b", 0700));
    OK(mkdir("a/d", 0700));
    put("b/mark", "B");
    OK(chdir("a/d"));
    OK(rename("../../a/d", "../../b/d"));
    EQ(first_byte("../mark"), 'B');
    TRUE(getcwd(text, sizeof text) && strcmp(text + strlen(text) - 4, "/b/d") == 0);
}

TEST(rename_noreplace, "renameat2's flag is ignored", "kernel/syscall")
{
    enter("rename4");
    put("a", "A");
    put("b", "B");
    ERR(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 1), EEXIST);
    EQ(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "c", 1), 0);
    EQ(first_byte("c"), 'A');
    ERR(sys(SYS_renameat2, AT_FDCWD, "c", AT_FDCWD, "d", 0x80), EINVAL);
}

TEST(hard_links, "linkat is missing or copies", "kernel/fs (ramfs)")
{
    struct stat a, b;
    enter("link");
    put("a", "A");
    long r = sys(SYS_linkat, AT_FDCWD, "a", AT_FDCWD, "b", 0);
    if (r == -ENOSYS || r == -EPERM)
        return;
    EQ(r, 0);
    OK(stat("a", &a));
    OK(stat("b", &b));
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_nlink, 2);
    OK(unlink("a"));
    EQ(first_byte("b"), 'A');
    ERR(sys(SYS_linkat, AT_FDCWD, "none", AT_FDCWD, "c", 0), ENOENT);
    ERR(sys(SYS_linkat, AT_FDCWD, "b", AT_FDCWD, "b", 0), EEXIST);
}

TEST(symlink_and_readlink, "readlink ends the text with NUL, or counts it", "kernel/fs (ramfs)")
{
    char text[20];
    enter("symlink");
    memset(text, '#', sizeof text);
    OK(symlink("target/of it", "l"));
    EQ(readlink("l", text, sizeof text), 12);
    EQ(memcmp(text, "target/of it########", 20), 0);
    EQ(readlink("l", text, 3), 3);
    FAILS(symlink("x", "l"), EEXIST);
    FAILS(symlink("", "m"), ENOENT);
    FAILS(symlink("x", "no/l"), ENOENT);
    put("f", "x");
    FAILS(readlink("f", text, sizeof text), EINVAL);
    FAILS(readlink(".", text, sizeof text), EINVAL);
    FAILS(readlink("none", text, sizeof text), ENOENT);
    ERR(sys(SYS_readlinkat, AT_FDCWD, "l", text, 0), EINVAL);
    ERR(sys(SYS_readlinkat, AT_FDCWD, "l", text, -1L), EINVAL);
}

TEST(working_directory, "getcwd is not NUL-terminated, or chdir takes a file", "kernel/syscall")
{
    char text[200];
    enter("cwd");
    OK(mkdir("d", 0700));
    put("f", "x");
    OK(chdir("d"));
    EQ(sys(SYS_getcwd, text, sizeof text), strlen(text) + 1);
    EQ(strcmp(text + strlen(text) - 2, "/d"), 0);
    OK(chdir(".."));
    FAILS(chdir("f"), ENOTDIR);
    FAILS(chdir("none"), ENOENT);
    FAILS(chdir(""), ENOENT);
    ERR(sys(SYS_getcwd, text, 3), ERANGE);
    ERR(sys(SYS_getcwd, text, 0), ERANGE);
    OK(chdir("/"));
    EQ(sys(SYS_getcwd, text, 2), 2);
    EQ(strcmp(text, "/"), 0);
    OK(chdir("/../.."));
    EQ(sys(SYS_getcwd, text, 2), 2);
}

TEST(fchdir_by_fd, "fchdir takes a file", "kernel/syscall")
{
    char text[200];
    enter("fchdir");
    put("f", "x");
    int dir = OK(open("/tmp", O_RDONLY)), file = OK(open("f", O_RDONLY));
    OK(fchdir(dir));
    TRUE(getcwd(text, sizeof text) && strcmp(text, "/tmp") == 0);
    FAILS(fchdir(file), ENOTDIR);
    FAILS(fchdir(77), EBADF);
}

TEST(removed_working_directory, "a removed directory can be filled again", "kernel/fs (ramfs)")
{
    char text[200];
    enter("gone");
    OK(mkdir("d", 0700));
    OK(chdir("d"));
    OK(rmdir("../d"));
    FAILS(open("x", O_WRONLY | O_CREAT, 0600), ENOENT);
    FAILS(mkdir("x", 0700), ENOENT);
    ERR(sys(SYS_getcwd, text, sizeof text), ENOENT);
    OK(chdir(".."));
}

struct entry {
    uint64_t ino;
    int64_t off;
    uint16_t size;
    uint8_t type;
    char name[];
};

/* Reads a whole directory in steps of `size`; counts names and adds up what they are. */
static int
read_names(int fd, unsigned size, char *types)
{
    static char buffer[65536] __attribute__((aligned(8)));
    int count = 0;
    long n;
    while ((n = sys(SYS_getdents64, fd, buffer, size)) > 0)
        for (long at = 0; at < n; count++) {
            struct entry *e = (struct entry *)(buffer + at);
            TRUE(e->size % 8 == 0 && e->size >= 24 && at + e->size <= n);
            TRUE(e->ino != 0 && memchr(e->name, 0, e->size - 19));
            types[(int)e->type]++;
            at += e->size;
        }
    EQ(n, 0);
    return count;
}

TEST(getdents_lists_all, "`.` and `..` are missing, or d_type is 0", "kernel/fs")
{
    char types[256] = { 0 };
    enter("list");
    put("f", "x");
    put("g", "x");
    OK(mkdir("d", 0700));
    OK(symlink("x", "l"));
    int fd = OK(open(".", O_RDONLY | O_DIRECTORY));
    EQ(read_names(fd, 65536, types), 6);
    EQ(types[DT_REG], 2);
    EQ(types[DT_DIR], 3);
    EQ(types[DT_LNK], 1);
    /* At the end it stays at the end; lseek starts anew. */
    char again[256] = { 0 };
    EQ(read_names(fd, 65536, again), 0);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    EQ(read_names(fd, 65536, again), 6);
    memset(types, 0, sizeof types);
    fd = OK(open("/dev", O_RDONLY | O_DIRECTORY));
    TRUE(read_names(fd, 65536, types) >= 6);
    TRUE(types[DT_CHR] >= 4);
}

TEST(getdents_in_steps, "a small buffer loses or repeats names", "kernel/fs")
{
    char types[256] = { 0 }, name[20];
    enter("steps");
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "file%d", i);
        put(name, "x");
    }
    for (unsigned size = 32; size < 400; size += 50) {
        memset(types, 0, sizeof types);
        int fd = OK(open(".", O_RDONLY | O_DIRECTORY));
        EQ(read_names(fd, size, types), 102);
        close(fd);
    }
}

TEST(getdents_refuses, "a file is listed, or a tiny buffer gives 0", "kernel/syscall")
{
    char buffer[100];
    enter("refuse");
    put("f", "x");
    int dir = OK(open(".", O_RDONLY)), file = OK(open("f", O_RDONLY));
    ERR(sys(SYS_getdents64, dir, buffer, 8), EINVAL);
    ERR(sys(SYS_getdents64, file, buffer, 100), ENOTDIR);
    ERR(sys(SYS_getdents64, 77, buffer, 100), EBADF);
    int fds[2];
    OK(pipe(fds));
    ERR(sys(SYS_getdents64, fds[0], buffer, 100), ENOTDIR);
}

TEST(getdents_and_unlink, "removing while listing skips names (rm -r)", "kernel/fs")
{
    char name[20];
    struct dirent *e;
    int removed = 0;
    enter("rm");
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "file%d", i);
        put(name, "x");
    }
    DIR *d = opendir(".");
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f') {
            OK(unlink(e->d_name));
            removed++;
        }
    EQ(removed, 300);
}

TEST(many_files, "a directory is full at some small number", "kernel/fs (ramfs)")
{
    char name[20];
    enter("many");
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "f%d", i);
        put(name, "x");
    }
    EQ(first_byte("f1499"), 'x');
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "f%d", i);
        OK(unlink(name));
    }
}

TEST(deep_directories, "a deep path overflows the kernel's stack", "kernel/fs (path)")
{
    char text[2000] = "";
    enter("deep");
    for (int i = 0; i < 200; i++) {
        OK(mkdir("d", 0700));
        OK(chdir("d"));
    }
    TRUE(getcwd(text, sizeof text) != NULL);
    TRUE(strlen(text) > 400);
    for (int i = 0; i < 200; i++) {
        OK(chdir(".."));
        OK(rmdir("d"));
    }
}
