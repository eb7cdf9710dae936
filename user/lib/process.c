/*
 * process.c - making, replacing and awaiting processes, and the small calls about this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
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
waitpid(pid_t pid, int *status, int options)
{
    return syscall(__NR_wait4, pid, status, options, NULL);
}

pid_t
wait(int *status)
{
    return waitpid(-1, status, 0);
}

int
execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* Tries PATH's folders in order. A folder where the name exists but may not be run decides the
 * error, because "permission denied" tells more than "not found" of a later folder. */
int
execvp(const char *name, char *const argv[])
{
    if (strchr(name, '/'))
        return execv(name, argv);
    const char *folder = getenv("PATH") ? getenv("PATH") : "/bin:/usr/bin";
    int error = ENOENT;
    for (;;) {
        char path[4096];
        int length = strcspn(folder, ":");
        snprintf(path, sizeof(path), "%.*s%s%s", length, folder, length ? "/" : "", name);
        execv(path, argv);
        if (errno != ENOENT && errno != ENOTDIR)
            error = errno;
        if (!folder[length])
            break;
        folder += length + 1;
    }
    errno = error;
    return -1;
}

pid_t
getpgrp(void)
{
    return getpgid(0);
}

unsigned int
sleep(unsigned int seconds)
{
    struct timespec t = { seconds, 0 };
    return nanosleep(&t, &t) < 0 ? t.tv_sec + (t.tv_nsec > 0) : 0;
}

int
usleep(unsigned int microseconds)
{
    struct timespec t = { microseconds / 1000000, microseconds % 1000000 * 1000L };
    return nanosleep(&t, NULL);
}

unsigned int
alarm(unsigned int seconds)
{
    struct itimerval new = { .it_value.tv_sec = seconds }, old = { 0 };
    setitimer(ITIMER_REAL, &new, &old);
    return old.it_value.tv_sec + (old.it_value.tv_usec > 0);
}

int
pause(void)
{
    return poll(NULL, 0, -1);
}

/* The kernel answers a failed brk with the old break, not with an error. */
int
brk(void *end)
{
    if ((void *)syscall(__NR_brk, end) == end)
        return 0;
    errno = ENOMEM;
    return -1;
}

void *
sbrk(intptr_t grow)
{
    char *old = (char *)syscall(__NR_brk, 0);
    return grow && brk(old + grow) < 0 ? (void *)-1 : old;
}

/* sched_getaffinity answers with the size of the mask that it wrote. */
static long
count_harts(void)
{
    unsigned long mask[16] = { 0 };
    long size = syscall(__NR_sched_getaffinity, 0, sizeof(mask), mask);
    long count = 0;
    for (long i = 0; i < size * 8; i++)
        count += mask[i / 64] >> (i % 64) & 1;
    return count > 0 ? count : 1;
}

long
sysconf(int name)
{
    if (name == _SC_CLK_TCK)
        return getauxval(AT_CLKTCK);
    if (name == _SC_PAGESIZE)
        return getauxval(AT_PAGESZ);
    if (name == _SC_NPROCESSORS_ONLN)
        return count_harts();
    errno = EINVAL;
    return -1;
}
