/*
 * files.c - the file calls of POSIX that Linux's riscv64 table spells differently: each names a
 * folder for relative paths (AT_FDCWD is the working directory) or takes flags.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int
open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = va_arg(arguments, mode_t); /* meaningless, and unused, without O_CREAT */
    va_end(arguments);
    return openat(AT_FDCWD, path, flags, mode);
}

int
stat(const char *restrict path, struct stat *restrict to)
{
    return fstatat(AT_FDCWD, path, to, 0);
}

int
lstat(const char *restrict path, struct stat *restrict to)
{
    return fstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

int
access(const char *path, int mode)
{
    return syscall(__NR_faccessat, AT_FDCWD, path, mode);
}

int
mkdir(const char *path, mode_t mode)
{
    return syscall(__NR_mkdirat, AT_FDCWD, path, mode);
}

int
chmod(const char *path, mode_t mode)
{
    return syscall(__NR_fchmodat, AT_FDCWD, path, mode);
}

int
unlink(const char *path)
{
    return syscall(__NR_unlinkat, AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
    return syscall(__NR_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int
symlink(const char *target, const char *path)
{
    return syscall(__NR_symlinkat, target, AT_FDCWD, path);
}

ssize_t
readlink(const char *restrict path, char *restrict to, size_t size)
{
    return syscall(__NR_readlinkat, AT_FDCWD, path, to, size);
}

char *
getcwd(char *to, size_t size)
{
    return syscall(__NR_getcwd, to, size) < 0 ? NULL : to;
}

int
dup2(int from, int to)
{
    if (from == to) /* dup3 calls this an error; POSIX wants it to succeed for an open file */
        return fcntl(from, F_GETFD) < 0 ? -1 : to;
    return dup3(from, to, 0);
}

int
pipe(int fds[2])
{
    return pipe2(fds, 0);
}

int
poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec limit = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
    return syscall(__NR_ppoll, fds, count, timeout_ms < 0 ? NULL : &limit, NULL, 0);
}
