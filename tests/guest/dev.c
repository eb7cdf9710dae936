/* dev.c - /dev: null, zero, tty, console; what is there and how it behaves.
 *
 * Source: null(4), tty(4). */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

TEST(null, "/dev/null reads something or is full", "kernel/fs (devices)")
{
    char byte = 7;
    int fd = OK(open("/dev/null", O_RDWR));
    EQ(read(fd, &byte, 1), 0);
    EQ(write(fd, "abc", 3), 3);
    EQ(write(fd, "abc", 0), 0);
    EQ(byte, 7);
    EQ(lseek(fd, 100, SEEK_SET), 0);
}

TEST(zero, "/dev/zero gives less than asked, or no zeros", "kernel/fs (devices)")
{
    static char big[100000];
    int fd = OK(open("/dev/zero", O_RDWR));
    memset(big, 1, sizeof big);
    EQ(read(fd, big, sizeof big), sizeof big);
    for (unsigned i = 0; i < sizeof big; i++)
        EQ(big[i], 0);
    EQ(write(fd, "abc", 3), 3);
}

TEST(tty_without_a_terminal, "/dev/tty opens although there is none", "kernel/fs (terminal)")
{
    FAILS(open("/dev/tty", O_RDWR), ENXIO);
}

TEST(standard_fds_are_no_terminal, "isatty says yes for fds 0 to 2", "kernel/fs")
{
    struct termios t;
    for (int fd = 0; fd < 3; fd++)
        FAILS(tcgetattr(fd, &t), ENOTTY);
}

TEST(opening_with_create, "O_CREAT or O_TRUNC replaces the device", "kernel/fs")
{
    struct stat st;
    OK(close(OK(open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600))));
    OK(stat("/dev/null", &st));
    EQ(st.st_mode & S_IFMT, S_IFCHR);
    FAILS(open("/dev/null/x", O_RDONLY), ENOTDIR);
    FAILS(open("/dev/nothing", O_RDONLY), ENOENT);
}

TEST(tmp_is_writable, "/tmp is missing or read-only", "tools/mkinitrd, kernel/fs (ramfs)")
{
    OK(close(OK(open("/tmp/dev.test", O_WRONLY | O_CREAT | O_TRUNC, 0600))));
    OK(unlink("/tmp/dev.test"));
}

TEST(shared_memory_by_name, "/dev/shm is missing: shm_open and sem_open", "kernel/fs/vfs.c")
{
    OK(close(OK(open("/dev/shm/dev.test", O_RDWR | O_CREAT | O_EXCL, 0600))));
    OK(unlink("/dev/shm/dev.test"));
}
