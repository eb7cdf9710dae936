/* dev.c - /dev: null, zero, tty; what is there and how it behaves.
 *
 * Programs under tools/run have no terminal: their input and output are ports. What a terminal does
 * is asked from outside, by tests/host/test_run_terminal.py and test_tty.py. Nothing here is about
 * random and urandom. Source: null(4), tty(4), open(2). */

#include "check.h"
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>

/* lseek must work on /dev/null, because programs seek in what the shell has put there with `<
 * /dev/null`. */
TEST(null, "/dev/null reads something or is full", "kernel/fs/dev.c")
{
    char byte = 7;
    int fd = OK(open("/dev/null", O_RDWR));
    EQ(read(fd, &byte, 1), 0);
    EQ(write(fd, "abc", 3), 3);
    EQ(write(fd, "abc", 0), 0);
    EQ(byte, 7);
    EQ(lseek(fd, 100, SEEK_SET), 0);
}

/* Longer than any buffer of the kernel: read(2) of a device that never ends must not give less
 * than was asked, as dd and loaders of images count on. */
TEST(zero, "/dev/zero gives less than asked, or no zeros", "kernel/fs/dev.c:/^mem_read/")
{
    static char big[100000];
    int fd = OK(open("/dev/zero", O_RDWR));
    memset(big, 1, sizeof(big));
    EQ(read(fd, big, sizeof(big)), sizeof(big));
    for (unsigned i = 0; i < sizeof(big); i++)
        EQ(big[i], 0);
    EQ(write(fd, "abc", 3), 3);
}

/* Shared memory without a name was made by mapping /dev/zero before MAP_ANONYMOUS existed
 * (zero(4)). A child has to see what its parent writes, and the other way round. */
TEST(zero_mapped_shared, "each process has a /dev/zero mapping of its own, though it is shared",
     "kernel/syscall/memory.c:/^sys_mmap/")
{
    int fd = OK(open("/dev/zero", O_RDWR));
    char *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    TRUE(m != MAP_FAILED);
    EQ(IN_CHILD(m[5] = 7; _exit(m[0])), 0);
    EQ(m[5], 7);
}

/* Linux's number for the terminal of whoever opens it is 5, 0
 * (Documentation/admin-guide/devices.txt). */
TEST(tty_is_a_device, "/dev/tty is missing, or has another number",
     "kernel/annex/terminal/tty.c:/^start/")
{
    struct stat st;
    OK(stat("/dev/tty", &st));
    EQ(st.st_mode & S_IFMT, S_IFCHR);
    EQ(major(st.st_rdev), 5);
    EQ(minor(st.st_rdev), 0);
}

/* tty(4): /dev/tty is the controlling terminal, and ENXIO says that there is none. Password
 * prompts then fall back to standard input. */
TEST(tty_without_a_terminal, "/dev/tty opens although there is none",
     "kernel/annex/terminal/tty.c:/^open_current/")
{
    FAILS(open("/dev/tty", O_RDWR), ENXIO);
}

/* isatty(3) asks by TCGETS. libc would buffer by lines, and ls would print columns. */
TEST(standard_fds_are_no_terminal, "isatty says yes for fds 0 to 2",
     "kernel/syscall/file_fd.c:/^sys_ioctl/")
{
    struct termios t;
    for (int fd = 0; fd < 3; fd++)
        FAILS(tcgetattr(fd, &t), ENOTTY);
}

/* What every `> /dev/null` does. The name must go on to be a device, and lead to no directory. */
TEST(opening_with_create, "O_CREAT or O_TRUNC replaces the device", "kernel/fs/open.c:/^vfs_open/")
{
    struct stat st;
    OK(close(OK(open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600))));
    OK(stat("/dev/null", &st));
    EQ(st.st_mode & S_IFMT, S_IFCHR);
    FAILS(open("/dev/null/x", O_RDONLY), ENOTDIR);
    FAILS(open("/dev/nothing", O_RDONLY), ENOENT);
}

/* Almost all other programs of this folder keep their files there. */
TEST(tmp_is_writable, "/tmp is missing or read-only", "kernel/fs/start.c:/^vfs_init/")
{
    OK(close(OK(open("/tmp/dev.test", O_WRONLY | O_CREAT | O_TRUNC, 0600))));
    OK(unlink("/tmp/dev.test"));
}

/* libc's shm_open and sem_open make their files in /dev/shm, and fail when the directory is
 * missing. */
TEST(shared_memory_by_name, "/dev/shm is missing: shm_open and sem_open",
     "kernel/fs/start.c:/^vfs_init/")
{
    OK(close(OK(open("/dev/shm/dev.test", O_RDWR | O_CREAT | O_EXCL, 0600))));
    OK(unlink("/dev/shm/dev.test"));
}
