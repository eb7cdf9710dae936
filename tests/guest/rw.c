/* rw.c - the bytes of files: offsets, holes, truncation, sparse and large files.
 *
 * How files are opened and named is in open.c, mapping them in filemap.c, vectors on pipes in
 * syscall.c. Source: lseek(2), read(2), pread(2), readv(2), ftruncate(2), unlink(2). */

#include "check.h"
#include <sys/stat.h>
#include <sys/uio.h>

/* A new /tmp/rw with this text, read from its beginning. */
static int
fresh(const char *text)
{
    unlink("/tmp/rw");
    int fd = OK(open("/tmp/rw", O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, text, strlen(text)), strlen(text));
    OK(lseek(fd, 0, SEEK_SET));
    return fd;
}

/* Past the end is allowed (lseek(2)); before the beginning is not, and then the offset stays. tar
 * and ar find sizes by SEEK_END. */
TEST(seek, "an origin is wrong, or a refused seek moves", "kernel/fs/inode.c:/^inode_seek/")
{
    int fd = fresh("0123456789");
    EQ(lseek(fd, 4, SEEK_SET), 4);
    EQ(lseek(fd, 2, SEEK_CUR), 6);
    EQ(lseek(fd, -1, SEEK_CUR), 5);
    EQ(lseek(fd, -3, SEEK_END), 7);
    /* Nothing is written by it: the file is still 10 bytes long. */
    EQ(lseek(fd, 100, SEEK_END), 110);
    FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
    FAILS(lseek(fd, -11, SEEK_END), EINVAL);
    FAILS(lseek(fd, 0, 99), EINVAL);
    EQ(lseek(fd, 0, SEEK_CUR), 110);
    FAILS(lseek(77, 0, SEEK_SET), EBADF);
}

/* ESPIPE is how libc's stdio learns that a stream cannot be sought. */
TEST(seek_on_a_pipe, "a pipe has an offset",
     "kernel/syscall/file_io.c:/^sys_lseek/, kernel/fs/file.c:/^check_transfer/")
{
    int fds[2];
    char byte;
    OK(pipe(fds));
    FAILS(lseek(fds[0], 0, SEEK_CUR), ESPIPE);
    FAILS(pread(fds[0], &byte, 1, 0), ESPIPE);
    FAILS(pwrite(fds[1], "x", 1, 0), ESPIPE);
}

/* Short once, then 0 as often as one asks: every reading loop ends by that. */
TEST(short_read_at_the_end, "a read past the end gives more, or an error",
     "kernel/fs/ramfs.c:/^inode_read/")
{
    char buffer[20];
    int fd = fresh("0123456789");
    EQ(read(fd, buffer, 7), 7);
    EQ(read(fd, buffer, 7), 3);
    EQ(memcmp(buffer, "789", 3), 0);
    EQ(read(fd, buffer, 7), 0);
    /* Far behind the end is the end, too. */
    OK(lseek(fd, 1000, SEEK_SET));
    EQ(read(fd, buffer, 7), 0);
    EQ(read(fd, buffer, 0), 0);
}

/* Threads of a database share one descriptor and its offset. */
TEST(pread_and_pwrite_keep_the_offset, "they move it", "kernel/syscall/file_io.c:/^sys_pread64/")
{
    char buffer[4];
    int fd = fresh("0123456789");
    EQ(lseek(fd, 3, SEEK_SET), 3);
    EQ(pread(fd, buffer, 4, 6), 4);
    EQ(memcmp(buffer, "6789", 4), 0);
    EQ(pwrite(fd, "ab", 2, 0), 2);
    EQ(lseek(fd, 0, SEEK_CUR), 3);
    EQ(pread(fd, buffer, 4, 100), 0);
    FAILS(pread(fd, buffer, 4, -1), EINVAL);
    FAILS(pwrite(fd, buffer, 4, -1), EINVAL);
}

/* lseek(2): a gap reads as NULs until somebody writes. The first page is half written, the next two
 * do not exist. */
TEST(a_hole_reads_as_zeros, "bytes of freed memory show in a hole",
     "kernel/fs/ramfs.c:/^inode_read/")
{
    static char buffer[3 * PAGE];
    int fd = fresh("abc");
    /* Three bytes, then a gap of nearly three pages. */
    EQ(pwrite(fd, "end", 3, 3 * PAGE), 3);
    EQ(lseek(fd, 0, SEEK_END), 3 * PAGE + 3);
    EQ(pread(fd, buffer, sizeof(buffer), 0), sizeof(buffer));
    EQ(memcmp(buffer, "abc", 3), 0);
    for (unsigned long i = 3; i < sizeof(buffer); i++)
        EQ(buffer[i], 0);
}

/* A write is whole, whatever its length: who appends to a log may have a line of megabytes. Two
 * programs append blocks of one byte each, and no byte stands among the other's. */
TEST(long_appends_do_not_mix, "a long write gives its file up in the middle",
     "kernel/fs/ramfs.c:/^in_turns/, kernel/fs/inode.h:/^struct inode {/")
{
    enum { BLOCK = 3 << 20, BLOCKS = 4 };
    int fd = fresh("");
    pid_t pids[2];
    OK(fcntl(fd, F_SETFL, O_APPEND));
    for (int child = 0; child < 2; child++) {
        pids[child] = (pid_t)OK(fork());
        if (pids[child] > 0)
            continue;
        char *block = malloc(BLOCK);
        memset(block, 'a' + child, BLOCK);
        for (int i = 0; i < BLOCKS; i++)
            EQ(write(fd, block, BLOCK), BLOCK);
        _exit(0);
    }
    EQ(STATUS(pids[0]), 0);
    EQ(STATUS(pids[1]), 0);
    long size = 2L * BLOCKS * BLOCK, blocks[2] = { 0, 0 };
    EQ(lseek(fd, 0, SEEK_END), size);
    const char *text = (const char *)OK(mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0));
    for (long at = 0; at < size; at += BLOCK) {
        for (long i = 0; i < BLOCK; i += 1 << 10)
            if (text[at + i] != text[at])
                FAIL("expected %d bytes of '%c' from %ld on, seen '%c' behind %ld of them", BLOCK,
                     text[at], at, text[at + i], i);
        blocks[text[at] - 'a']++;
    }
    EQ(blocks[0], BLOCKS);
    EQ(blocks[1], BLOCKS);
}

/* ftruncate(2): the extended part reads as NULs, also within the page that was cut. */
TEST(truncate_and_grow, "old bytes come back after shrinking and growing",
     "kernel/fs/ramfs.c:/^inode_truncate/, kernel/fs/pages.c:/^pages_cut/")
{
    char buffer[20];
    int fd = fresh("0123456789");
    struct stat st;
    OK(ftruncate(fd, 4));
    OK(fstat(fd, &st));
    EQ(st.st_size, 4);
    EQ(read(fd, buffer, 20), 4);
    /* 4 to 10 is where "456789" stood. */
    OK(ftruncate(fd, 10));
    EQ(pread(fd, buffer, 20, 0), 10);
    EQ(memcmp(buffer, "0123\0\0\0\0\0\0", 10), 0);
    FAILS(ftruncate(fd, -1), EINVAL);
    FAILS(ftruncate(77, 0), EBADF);
    int fds[2];
    OK(pipe(fds));
    FAILS(ftruncate(fds[1], 0), EINVAL);
}

/* The errors are told from each other in the order in which the path is walked: no directory, no
 * name, then what the name leads to, and only then the length. */
TEST(truncate_by_name, "truncate takes a directory, or follows no link",
     "kernel/syscall/file_io.c:/^sys_truncate/")
{
    struct stat st;
    int fd = fresh("0123456789");
    OK(truncate("/tmp/rw", 3));
    OK(fstat(fd, &st));
    EQ(st.st_size, 3);
    FAILS(truncate("/tmp", 0), EISDIR);
    FAILS(truncate("/no/such", 0), ENOENT);
    FAILS(truncate("/tmp/rw", -1), EINVAL);
    FAILS(truncate("/tmp/rw/x", 0), ENOTDIR);
}

/* 1,280 pages: more than one table of 512 entries can name. Each 64 KiB has a number of its own,
 * looked at in its first and last byte. */
TEST(big_file, "a file larger than some table is cut", "kernel/fs/pages.c:/^pages_frame/")
{
    enum { SIZE = 5 << 20 };
    static unsigned char block[65536];
    int fd = fresh("");
    for (int at = 0; at < SIZE; at += sizeof(block)) {
        memset(block, at / sizeof(block) + 1, sizeof(block));
        EQ(write(fd, block, sizeof(block)), sizeof(block));
    }
    for (int at = 0; at < SIZE; at += sizeof(block)) {
        EQ(pread(fd, block, sizeof(block), at), sizeof(block));
        EQ(block[0], at / sizeof(block) + 1);
        EQ(block[65535], at / sizeof(block) + 1);
    }
    /* 5 MiB are too much to leave in the memory of the next check. */
    OK(ftruncate(fd, 0));
    unlink("/tmp/rw");
}

/* Steps from 1 to 997 bytes, others for reading than for writing, so that borders of calls and of
 * pages meet in every way. */
TEST(bytes_at_page_borders, "a write over a page border loses a part",
     "kernel/fs/ramfs.c:/^inode_write/")
{
    static char in[9000], out[9000];
    int fd = fresh("");
    for (int i = 0; i < 9000; i++)
        in[i] = i * 7;
    for (int at = 0, step = 1; at < 9000; at += step, step = step * 3 % 997 + 1) {
        if (at + step > 9000)
            step = 9000 - at;
        EQ(write(fd, in + at, step), step);
    }
    OK(lseek(fd, 0, SEEK_SET));
    for (int at = 0, step = 1; at < 9000; at += step, step = step * 5 % 991 + 1) {
        if (at + step > 9000)
            step = 9000 - at;
        EQ(read(fd, out + at, step), step);
    }
    EQ(memcmp(in, out, 9000), 0);
}

/* The raw calls take the offset in two halves (readv(2)). */
TEST(preadv_pwritev, "the vector calls ignore the offset", "kernel/syscall/file_io.c")
{
    char a[2], b[3];
    int fd = fresh("0123456789");
    struct iovec out[2] = { { "AB", 2 }, { "CDE", 3 } }, in[2] = { { a, 2 }, { b, 3 } };
    if (sys(SYS_pwritev, fd, out, 2, 2, 0) == -ENOSYS)
        return;
    EQ(sys(SYS_preadv, fd, in, 2, 2, 0), 5);
    EQ(memcmp(a, "AB", 2) | memcmp(b, "CDE", 3), 0);
    EQ(lseek(fd, 0, SEEK_CUR), 0);
}

/* writev(2) is as one write of all parts: the second part goes behind the first one. */
TEST(writev_moves_the_offset, "writev to a file restarts each part at the offset",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    char back[8] = { 0 };
    int fd = fresh("........");
    struct iovec out[3] = { { "AB", 2 }, { "", 0 }, { "CDE", 3 } };
    EQ(writev(fd, out, 3), 5);
    EQ(lseek(fd, 0, SEEK_CUR), 5);
    EQ(pread(fd, back, 8, 0), 8);
    EQ(memcmp(back, "ABCDE...", 8), 0);
}

/* tmpfile(3) works like that. A new file of the old name must not get the old one's bytes or
 * inode. */
TEST(open_file_outlives_its_name, "unlink frees the bytes of an open file",
     "kernel/fs/inode.c:/^inode_put/")
{
    char back[6] = { 0 };
    struct stat st;
    int fd = fresh("bytes");
    OK(unlink("/tmp/rw"));
    FAILS(open("/tmp/rw", O_RDONLY), ENOENT);
    EQ(read(fd, back, 5), 5);
    EQ(strcmp(back, "bytes"), 0);
    OK(fstat(fd, &st));
    EQ(st.st_nlink, 0);
    /* The name is free, the file is not. */
    int other = fresh("other");
    EQ(pread(fd, back, 5, 0), 5);
    EQ(strcmp(back, "bytes"), 0);
    EQ(write(other, "x", 1), 1);
}

/* open(2), dup(2): the offset belongs to the open file description. A shell's `{ a; b; } > file`
 * needs the shared kind, everybody else the other. */
TEST(two_opens_have_two_offsets, "the offset belongs to the file",
     "kernel/fs/file.c:/^file_create/")
{
    char byte;
    int a = fresh("0123"), b = OK(open("/tmp/rw", O_RDONLY)), c = OK(dup(a));
    EQ(read(a, &byte, 1), 1);
    EQ(read(b, &byte, 1), 1);
    EQ(byte, '0');
    EQ(read(c, &byte, 1), 1);
    EQ(byte, '1');
}

/* The largest offset is 2^63 - 1. A sum with it wraps, and a check made after the sum sees a small
 * or negative number. */
TEST(offset_limits, "an offset near 2^63 overflows",
     "kernel/fs/ramfs.c:/^inode_write/, kernel/fs/inode.c:/^inode_seek/")
{
    char byte = 0;
    int fd = fresh("x");
    /* How large a file may be differs; nothing may wrap or crash. */
    lseek(fd, 0x7fffffffffffffff, SEEK_SET);
    TRUE(write(fd, &byte, 1) == -1 && (errno == EFBIG || errno == EINVAL));
    FAILS(pread(fd, &byte, 1, -5), EINVAL);
    ERR(sys(SYS_lseek, fd, 0x7fffffffffffffff, SEEK_END), EINVAL);
}

/* Files are memory here, so there is nothing to write back; but editors and databases take an error
 * for lost data. */
TEST(sync_calls, "fsync of a file is refused", "kernel/syscall/file_io.c:/^sys_fsync/")
{
    int fd = fresh("x");
    long r = sys(SYS_fsync, fd);
    TRUE(r == 0 || r == -ENOSYS);
    EQ(fdatasync(fd), 0); /* dd and shred end with it */
    FAILS(fdatasync(-1), EBADF);
}
