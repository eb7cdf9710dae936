/* fds.c - descriptors: dup, dup3, fcntl, flags of the descriptor and of the open file.
 *
 * Two things are easily taken for one: the descriptor, a number of this process with
 * close-on-exec, and the open file behind it with offset and status flags, which dup and fork
 * share. What exec does with them is in exec.c, fork in fork.c. Source: open(2), "Open file
 * descriptions"; dup(2), fcntl(2), pipe(2). */

#include "check.h"
#include <sys/resource.h>

/* The shell's `2>&1` is a dup: both write to one file, and the second must not begin at its
 * start. */
TEST(dup_shares_the_offset, "dup opens the file anew", "kernel/syscall/file_fd.c:/^sys_dup/")
{
    int fd = OK(open("/tmp/fds", O_RDWR | O_CREAT | O_TRUNC, 0600)), two = OK(dup(fd));
    EQ(write(fd, "abc", 3), 3);
    EQ(lseek(two, 0, SEEK_CUR), 3);
    OK(close(fd));
    EQ(write(two, "d", 1), 1);
    FAILS(dup(fd), EBADF);
    FAILS(dup(-1), EBADF);
}

/* dup(2): the old file is closed silently. A reader of the replaced pipe sees so by the end; a
 * shell that builds pipelines would otherwise wait for ever. */
TEST(dup3_replaces, "the old file at the target stays open", "kernel/fs/owner.c:/^fd_replace/")
{
    int a[2], b[2];
    char byte;
    OK(pipe(a));
    OK(pipe(b));
    EQ(dup3(a[1], b[1], 0), b[1]);
    /* b's writer is gone: its reader sees the end. */
    EQ(read(b[0], &byte, 1), 0);
    EQ(write(b[1], "x", 1), 1);
    EQ(read(a[0], &byte, 1), 1);
    EQ(dup3(a[0], 100, 0), 100);
    EQ(fcntl(100, F_GETFD), 0);
    EQ(dup3(a[0], 101, O_CLOEXEC), 101);
    EQ(fcntl(101, F_GETFD), FD_CLOEXEC);
}

/* dup2 of a number to itself does nothing, dup3 refuses it: dup(2). 77 is not open; 2^20 is
 * beyond RLIMIT_NOFILE. */
TEST(dup3_refuses, "dup3 of a descriptor to itself works like dup2",
     "kernel/syscall/file_fd.c:/^sys_dup3/")
{
    FAILS(dup3(0, 0, 0), EINVAL);
    FAILS(dup3(0, 5, 1), EINVAL);
    FAILS(dup3(77, 5, 0), EBADF);
    FAILS(dup3(0, -1, 0), EBADF);
    FAILS(dup3(0, 1 << 20, 0), EBADF);
    EQ(dup2(0, 0), 0);
    FAILS(dup2(77, 77), EBADF);
}

/* Why `dup2(fd, 0)` before exec is enough, whatever the flag of fd was. */
TEST(dup_clears_cloexec, "FD_CLOEXEC belongs to the open file", "kernel/fs/owner.c:/^fd_install/")
{
    int fd = OK(open("/dev/null", O_RDONLY | O_CLOEXEC));
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    int two = OK(dup(fd));
    EQ(fcntl(two, F_GETFD), 0);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    OK(fcntl(two, F_SETFD, FD_CLOEXEC));
    EQ(fcntl(two, F_GETFD), FD_CLOEXEC);
    OK(fcntl(two, F_SETFD, 0));
    EQ(fcntl(two, F_GETFD), 0);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

/* A shell keeps its own descriptors from 10 up so, where scripts do not meet them. */
TEST(dupfd_with_a_minimum, "F_DUPFD takes the lowest, not the lowest from the argument",
     "kernel/syscall/file_fd.c:/^sys_fcntl/")
{
    int a = OK(fcntl(0, F_DUPFD, 10));
    TRUE(a >= 10);
    EQ(fcntl(0, F_DUPFD, a), a + 1);
    EQ(fcntl(a, F_GETFD), 0);
    int c = OK(fcntl(0, F_DUPFD_CLOEXEC, 50));
    TRUE(c >= 50);
    EQ(fcntl(c, F_GETFD), FD_CLOEXEC);
    FAILS(fcntl(0, F_DUPFD, -1), EINVAL);
    FAILS(fcntl(0, F_DUPFD, 1 << 20), EINVAL);
    FAILS(fcntl(77, F_DUPFD, 0), EBADF);
}

/* O_CREAT and O_TRUNC are of the moment of open, the others stay: fcntl(2), F_GETFL. stdio's
 * fdopen asks for O_ACCMODE. */
TEST(status_flags, "F_GETFL forgets what open was told", "kernel/syscall/file_fd.c:/^sys_fcntl/")
{
    int fd = OK(open("/tmp/fds", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600));
    int flags = OK(fcntl(fd, F_GETFL));
    EQ(flags & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC), O_RDWR | O_APPEND);
    OK(fcntl(fd, F_SETFL, O_NONBLOCK));
    EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR | O_NONBLOCK);
    /* The access mode cannot be changed. */
    OK(fcntl(fd, F_SETFL, O_WRONLY | O_APPEND));
    EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR | O_APPEND);
    int fds[2];
    OK(pipe(fds));
    EQ(fcntl(fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
    EQ(fcntl(fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
}

/* Why a program that makes its standard input non-blocking breaks the shell that gave it. */
TEST(status_flags_are_shared, "O_NONBLOCK belongs to the descriptor",
     "kernel/syscall/file_fd.c:/^sys_fcntl/")
{
    int fds[2];
    char byte;
    OK(pipe(fds));
    int two = OK(dup(fds[0]));
    OK(fcntl(two, F_SETFL, O_NONBLOCK));
    FAILS(read(fds[0], &byte, 1), EAGAIN);
}

/* A bad descriptor is EBADF even if the command is unknown, too: the descriptor is looked at
 * first. */
TEST(fcntl_refuses, "an unknown command is 0", "kernel/syscall/file_fd.c:/^sys_fcntl/")
{
    FAILS(fcntl(0, 9999, 0), EINVAL);
    FAILS(fcntl(77, F_GETFD), EBADF);
    FAILS(fcntl(77, F_GETFL), EBADF);
    FAILS(fcntl(77, 9999, 0), EBADF);
}

/* The flags of pipe2 are set in the same step. With pipe and then fcntl there would be a moment in
 * which another thread's fork takes the descriptors along. 0x10 is no flag; O_APPEND is one, but
 * not of pipe2. */
TEST(pipe2_flags, "O_CLOEXEC or O_NONBLOCK are forgotten, unknown flags taken",
     "kernel/syscall/file_fd.c:/^sys_pipe2/")
{
    int fds[2] = { -1, -1 };
    char byte;
    OK(pipe2(fds, O_CLOEXEC | O_NONBLOCK));
    EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
    EQ(fcntl(fds[1], F_GETFD), FD_CLOEXEC);
    FAILS(read(fds[0], &byte, 1), EAGAIN);
    TRUE(fcntl(fds[1], F_GETFL) & O_NONBLOCK);
    FAILS(pipe2(fds, 0x10), EINVAL);
    FAILS(pipe2(fds, O_APPEND), EINVAL);
}

/* A pipe's end is closed with its last descriptor: `EAGAIN` says that a writer is left. */
TEST(close_while_another_reads, "closing one of two descriptors ends the file",
     "kernel/fs/file.c:/^file_put/, kernel/fs/pipe.c:/^pipe_release/")
{
    int fds[2];
    char byte;
    OK(pipe(fds));
    int two = OK(dup(fds[1]));
    OK(close(fds[1]));
    OK(fcntl(fds[0], F_SETFL, O_NONBLOCK));
    FAILS(read(fds[0], &byte, 1), EAGAIN);
    OK(close(two));
    EQ(read(fds[0], &byte, 1), 0);
}

/* A limit of 64 allows descriptors up to 63 (getrlimit(2): "one greater"); the child inherits it;
 * the soft limit may not pass the hard one. */
TEST(limit_of_descriptors, "there are groups, or setrlimit loses its argument",
     "kernel/syscall/system.c:/^sys_prlimit64/, kernel/fs/owner.c:/^fd_install/")
{
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
