/* process.c - the calls about processes and files that take more than a line of syscalls.S.
 *
 * Sources: POSIX for what they promise, the manual pages of section 2 for what the kernel gives. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child gets a copy of stdio's buffers too. Flush before a fork, or both write them out. */
pid_t
fork(void)
{
    return syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);
}

/* Tries PATH's folders in order; an empty one is the current folder. A folder where the name exists
 * but may not be run decides the error: "permission denied" tells more than "not found". */
int
execvp(const char *name, char *const argv[])
{
    if (strchr(name, '/') || !*name)
        return execve(name, argv, environ);
    const char *folder = getenv("PATH");
    if (!folder)
        folder = "/bin:/usr/bin";
    int error = ENOENT;
    for (;;) {
        char path[4096 + 1]; /* what is cut is too long for the kernel, too */
        int length = strcspn(folder, ":");
        snprintf(path, sizeof(path), "%.*s%s%s", length, folder, length ? "/" : "", name);
        execve(path, argv, environ);
        if (errno != ENOENT && errno != ENOTDIR)
            error = errno;
        if (!folder[length])
            break;
        folder += length + 1;
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

/* The handler stays installed, and calls that it interrupts go on, as in BSD. */
sighandler_t
signal(int signal, sighandler_t handler)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct sigaction old;
    return sigaction(signal, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}
