/* getdents.c - listing directories: getdents64 itself, as readdir(3), ls, find and rm use it.
 *
 * A place in a directory must be kept between calls while names come and go. Which names there
 * can be is in dirs.c. Source: getdents(2), readdir(3). */

#include "directory.h"
#include <dirent.h>
#include <stddef.h>

/* file0 to file<count - 1>, a byte each. */
static void
put_many(int count)
{
    char name[20];
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        put(name, "x");
    }
}

/* struct linux_dirent64 of getdents(2), which no header of libc has. */
struct entry {
    uint64_t ino;
    int64_t off;
    uint16_t size;
    uint8_t type;
    char name[];
};

/* Reads a whole directory in steps of `size`; counts names and adds up what they are, by DT_*. Each
 * entry must be aligned for the next, end inside of what was read, and hold its NUL. */
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
            TRUE(e->ino != 0 && memchr(e->name, 0, e->size - offsetof(struct entry, name)));
            types[(int)e->type]++;
            at += e->size;
        }
    EQ(n, 0);
    return count;
}

/* 6: four and the two dots. d_type spares ls and find a stat for each name; DT_UNKNOWN would be
 * allowed but slow. In /dev at least null, zero, random and tty are character devices. */
TEST(getdents_lists_all, "`.` and `..` are missing, or d_type is 0", "kernel/fs/tree.c:/^dir_read/")
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
    /* The listing stays at its end; lseek to 0 starts it anew. */
    char again[256] = { 0 };
    EQ(read_names(fd, 65536, again), 0);
    EQ(lseek(fd, 0, SEEK_SET), 0);
    EQ(read_names(fd, 65536, again), 6);
    memset(types, 0, sizeof(types));
    fd = OK(open("/dev", O_RDONLY | O_DIRECTORY));
    TRUE(read_names(fd, 65536, types) >= 6);
    TRUE(types[DT_CHR] >= 4);
}

/* 32 bytes hold exactly one entry of these names: 19 before the name, 6 or 7 with its NUL, up to
 * a multiple of 8. So the place must be kept between any two entries. */
TEST(getdents_in_steps, "a small buffer loses or repeats names", "kernel/fs/tree.c:/^dir_read/")
{
    char types[256] = { 0 };
    enter("steps");
    put_many(100);
    for (unsigned size = 32; size < 400; size += 50) {
        memset(types, 0, sizeof(types));
        int fd = OK(open(".", O_RDONLY | O_DIRECTORY));
        EQ(read_names(fd, size, types), 102);
        close(fd);
    }
}

/* A buffer without room for the next entry must not look like the end: getdents(2), EINVAL. */
TEST(getdents_refuses, "a file is listed, or a tiny buffer gives 0", "kernel/fs/tree.c:/^dir_read/")
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
    /* A removed directory is not an empty one. */
    OK(mkdir("gone", 0700));
    int gone = OK(open("gone", O_RDONLY));
    OK(rmdir("gone"));
    ERR(sys(SYS_getdents64, gone, buffer, 100), ENOENT);
}

/* What rm -r does. The place in the directory must survive that the entry there is removed;
 * readdir(3) fetches many at once, but 300 do not fit. */
TEST(getdents_and_unlink, "removing while listing skips names (rm -r)",
     "kernel/fs/tree.c:/^dir_read/")
{
    struct dirent *e;
    int removed = 0;
    enter("rm");
    put_many(300);
    DIR *d = opendir(".");
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f') {
            OK(unlink(e->d_name));
            removed++;
        }
    EQ(removed, 300);
}

/* mv does this for a whole folder. A renamed file gets a new entry at the end of the directory: a
 * listing that follows the end would find it again, and rename it again, for ever. What is there
 * before the first read must still be told. */
TEST(getdents_and_rename, "each name comes again as the new one, for ever",
     "kernel/fs/tree.c:/^dir_read/")
{
    char name[20];
    struct dirent *e;
    int renamed = 0, names = 0;
    enter("mv");
    put_many(300);
    DIR *d = opendir(".");
    while ((e = readdir(d)) && renamed <= 600)
        if (e->d_name[0] != '.') {
            snprintf(name, sizeof(name), "new%d", renamed++);
            OK(rename(e->d_name, name));
        }
    TRUE(renamed >= 300 && renamed <= 600);
    rewinddir(d);
    OK(mkdir("one more", 0700));
    while ((e = readdir(d)))
        names += e->d_name[0] != '.';
    EQ(names, 301);
    closedir(d);
}

/* A mail folder or a package cache has that many files; 1500 do not fit into one page of
 * anything. */
TEST(many_files, "a directory is full at some small number", "kernel/fs/tree.c:/^tree_link/")
{
    char name[20];
    enter("many");
    put_many(1500);
    EQ(first_byte("file1499"), 'x');
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        OK(unlink(name));
    }
}
