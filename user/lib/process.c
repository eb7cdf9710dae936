/*
 * process.c - the calls about processes and files that take more than a line of syscalls.S.
 *
 * Sources: POSIX for what they promise, the manual pages of section 2 for what the kernel gives.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What stands in stdio's buffers is copied too: flush before a fork, or it is written twice. */
pid_t
fork(void)
{
    return syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);
}

pid_t
wait(int *status)
{
    return waitpid(-1, status, 0);
}

/* Tries PATH's folders in order. A folder where the name exists but may not be run decides the
 * error, because "permission denied" tells more than "not found" of a later folder. */
int
execvp(const char *name, char *const argv[])
{
    const char *folder = getenv("PATH") ? getenv("PATH") : "/bin:/usr/bin";
    int error = ENOENT;
    if (strchr(name, '/') || !*name)
        return execve(name, argv, environ);
    for (int length;; folder += length + 1) {
        char path[4096];
        length = strcspn(folder, ":");
        snprintf(path, sizeof(path), "%.*s%s%s", length, folder, length ? "/" : "", name);
        execve(path, argv, environ);
        if (errno != ENOENT && errno != ENOTDIR)
            error = errno;
        if (!folder[length])
            break;
    }
    errno = error;
    return -1;
}

/* dup3 calls two equal descriptors an error; POSIX wants success when they are open. */
int
dup2(int from, int to)
{
    if (from == to)
        return fcntl(from, F_GETFD) < 0 ? -1 : to;
    return dup3(from, to, 0);
}

/* The system call returns the length; POSIX wants the buffer. */
char *
getcwd(char *to, size_t size)
{
    return syscall(__NR_getcwd, to, size) < 0 ? NULL : to;
}

/* ppoll takes a struct timespec, and no signal mask from us. */
int
poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec limit = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
    return syscall(__NR_ppoll, fds, count, timeout_ms < 0 ? NULL : &limit, NULL, 0);
}

/* As in BSD: the handler stays, and calls that it interrupts go on. */
sighandler_t
signal(int signal, sighandler_t handler)
{
    struct sigaction new = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;
    return sigaction(signal, &new, &old) < 0 ? SIG_ERR : old.sa_handler;
}
