/* dirs.c - names: mkdir, rmdir, unlink, rename, links, the working directory.
 *
 * The order of checks matters as much as the checks: scripts and build tools tell ENOENT from
 * ENOTDIR from EEXIST and act on it. Nothing here is about rights, for all is root's. Listing is
 * in getdents.c, opening files in open.c, what stat says in stat.c. Source: mkdir(2), rmdir(2),
 * unlink(2), rename(2), link(2), symlink(2), readlink(2), getcwd(2), path_resolution(7). */

#include "directory.h"

/* `d/.` and `d/..` name directories that exist, but no entries that could go: rmdir(2), ERRORS.
 * A slash behind a name is allowed for what is a directory, or is to become one. */
TEST(make_and_remove, "a directory that is not empty is removed", "kernel/fs/tree.c:/^tree_unlink/")
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

/* The links of a directory are its name, its own `.`, and a `..` of each directory in it. find(1)
 * used to stop looking for directories when it had seen that many. */
TEST(nlink_of_directories, "subdirectories are not counted", "kernel/fs/tree.c:/^tree_link/")
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

/* EISDIR is Linux's own, POSIX has EPERM: unlink(2), ERRORS. */
TEST(unlink_refuses, "a directory is unlinked", "kernel/fs/path.c:/^vfs_unlink/")
{
    enter("unlink");
    OK(mkdir("d", 0700));
    FAILS(unlink("d"), EISDIR);
    FAILS(unlink("none"), ENOENT);
    FAILS(unlink(""), ENOENT);
    put("f", "x");
    FAILS(unlink("f/"), ENOTDIR);
    FAILS(unlink("f/x"), ENOTDIR);
    ERR(sys(SYS_unlinkat, AT_FDCWD, "f", AT_EMPTY_PATH), EINVAL);
    OK(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
    OK(unlink("f"));
    FAILS(unlink("f"), ENOENT);
}

/* unlink(2): if the name is a symbolic link, the link is removed and not the file behind it. */
TEST(unlink_of_a_link, "the file behind it is removed", "kernel/fs/path.c:/^vfs_unlink/")
{
    enter("unlink2");
    put("f", "x");
    OK(symlink("f", "l"));
    OK(unlink("l"));
    EQ(first_byte("f"), 'x');
}

/* Editors and package managers replace a file this way: who has the old one open keeps it, and
 * everybody else finds the whole new one. If both names are one file, rename(2) says, it does
 * nothing. */
TEST(rename_over, "the old target stays, or the name is gone for a moment",
     "kernel/fs/tree.c:/^tree_rename/")
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

/* A directory that went into itself could never be reached again. An empty directory may be
 * replaced, by a directory only. */
TEST(rename_refuses, "a directory goes into itself or over a file",
     "kernel/fs/tree.c:/^tree_rename/")
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

/* The working directory goes along: getcwd and `..` are asked of the tree, not remembered as
 * text. */
TEST(rename_of_a_directory_moves_dotdot, "`..` of a moved directory is the old parent",
     "kernel/fs/tree.c:/^tree_parent/")
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
    TRUE(getcwd(text, sizeof(text)) && strcmp(text + strlen(text) - 4, "/b/d") == 0);
}

/* A program publishes a file this way without a race against another that does the same (rename(2),
 * RENAME_NOREPLACE). */
TEST(rename_noreplace, "renameat2's flag is ignored", "kernel/syscall/file_name.c:/^sys_renameat2/")
{
    enter("rename4");
    put("a", "A");
    put("b", "B");
    ERR(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE), EEXIST);
    EQ(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE), 0);
    EQ(first_byte("c"), 'A');
    ERR(sys(SYS_renameat2, AT_FDCWD, "c", AT_FDCWD, "d", 0x80), EINVAL); /* no flag */
}

/* Both names are equal: the inode goes with the last of them. git gives its objects their names
 * so. */
TEST(hard_links, "linkat is missing or copies", "kernel/syscall/file_name.c:/^sys_linkat/")
{
    struct stat a, b;
    enter("link");
    put("a", "A");
    OK(link("a", "b"));
    OK(stat("a", &a));
    OK(stat("b", &b));
    EQ(a.st_ino, b.st_ino);
    EQ(a.st_nlink, 2);
    OK(unlink("a"));
    EQ(first_byte("b"), 'A');
    ERR(sys(SYS_linkat, AT_FDCWD, "none", AT_FDCWD, "c", 0), ENOENT);
    ERR(sys(SYS_linkat, AT_FDCWD, "b", AT_FDCWD, "b", 0), EEXIST);
}

/* readlink(2): no NUL is added, a short buffer cuts in silence, and the target need not exist.
 * The size is an int in the kernel, so -1 is less than nothing and not much. */
TEST(symlink_and_readlink, "readlink ends the text with NUL, or counts it",
     "kernel/syscall/file_name.c:/^sys_readlinkat/")
{
    char text[20];
    enter("symlink");
    memset(text, '#', sizeof(text));
    OK(symlink("target/of it", "l"));
    EQ(readlink("l", text, sizeof(text)), 12);
    EQ(memcmp(text, "target/of it########", 20), 0);
    EQ(readlink("l", text, 3), 3);
    FAILS(symlink("x", "l"), EEXIST);
    FAILS(symlink("", "m"), ENOENT);
    FAILS(symlink("x", "no/l"), ENOENT);
    put("f", "x");
    FAILS(readlink("f", text, sizeof(text)), EINVAL);
    FAILS(readlink(".", text, sizeof(text)), EINVAL);
    FAILS(readlink("none", text, sizeof(text)), ENOENT);
    /* The empty path is for a link's own descriptor. */
    FAILS(readlink("", text, sizeof(text)), ENOENT);
    ERR(sys(SYS_readlinkat, OK(open("f", O_RDONLY)), "", text, sizeof(text)), ENOENT);
    EQ(sys(SYS_readlinkat, OK(open("l", O_PATH | O_NOFOLLOW)), "", text, sizeof(text)), 12);
    ERR(sys(SYS_readlinkat, AT_FDCWD, "l", text, 0), EINVAL);
    ERR(sys(SYS_readlinkat, AT_FDCWD, "l", text, -1L), EINVAL);
}

/* The raw call counts the NUL, libc does not tell. `..` of the root is the root,
 * path_resolution(7). */
TEST(working_directory, "getcwd is not NUL-terminated, or chdir takes a file",
     "kernel/syscall/file_name.c:/^sys_getcwd/")
{
    char text[200];
    enter("cwd");
    OK(mkdir("d", 0700));
    put("f", "x");
    OK(chdir("d"));
    EQ(sys(SYS_getcwd, text, sizeof(text)), strlen(text) + 1);
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

/* fts(3), which rm -r and find use, comes back this way from a directory that may have been
 * moved. */
TEST(fchdir_by_fd, "fchdir takes a file", "kernel/fs/owner.c:/^fsinfo_chdir/")
{
    char text[200];
    enter("fchdir");
    put("f", "x");
    int dir = OK(open("/tmp", O_RDONLY)), file = OK(open("f", O_RDONLY));
    OK(fchdir(dir));
    TRUE(getcwd(text, sizeof(text)) && strcmp(text, "/tmp") == 0);
    FAILS(fchdir(file), ENOTDIR);
    FAILS(fchdir(77), EBADF);
}

/* The directory has no name any more, but a process still stands in it. Nothing new may come into a
 * directory that nobody can find. */
TEST(removed_working_directory, "a removed directory can be filled again",
     "kernel/fs/tree.c:/^tree_link/")
{
    char text[200];
    enter("gone");
    OK(mkdir("d", 0700));
    OK(chdir("d"));
    OK(rmdir("../d"));
    FAILS(open("x", O_WRONLY | O_CREAT, 0600), ENOENT);
    FAILS(mkdir("x", 0700), ENOENT);
    ERR(sys(SYS_getcwd, text, sizeof(text)), ENOENT);
    OK(chdir(".."));
}

/* getcwd walks up 200 levels, and its text is built from the end: a walk that calls itself for
 * each level needs stack that a kernel does not have. */
TEST(deep_directories, "a deep path overflows the kernel's stack", "kernel/fs/tree.c:/^vfs_path/")
{
    char text[2000] = "";
    enter("deep");
    for (int i = 0; i < 200; i++) {
        OK(mkdir("d", 0700));
        OK(chdir("d"));
    }
    TRUE(getcwd(text, sizeof(text)));
    TRUE(strlen(text) > 400);
    for (int i = 0; i < 200; i++) {
        OK(chdir(".."));
        OK(rmdir("d"));
    }
}
