/* fixture.h - what many checks set up: a shared page, a pause, children that only wait or exec.
 *
 * Beside check.h, which judges. Nothing here decides whether a check passes; what cannot be set up
 * fails the check at once, as everything after it would be about something else. */
#pragma once
#include "check.h"
#include <sys/stat.h>
#include <time.h>

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Sv39 (privileged ISA manual): user addresses end at 2^38, the kernel's are the highest 2^38. */
#define USER_END    0x4000000000UL
#define KERNEL_HALF 0xffffffc000000000UL

/* Where Linux maps all memory for itself under Sv39; on Postern an address of the upper half. */
#define KERNEL_ADDRESS 0xffffffd600000000UL

/* No process and no group has this number: pids have 15 bits here, and on Linux have not got so far
 * by the time a check runs. */
#define NOBODY 99999

/* A page of zeros that we share with the children we fork afterwards. They can say more there than
 * in the eight bits of an exit status, and it needs no system call, so they can also be watched
 * while they must not enter the kernel. */
static inline void *
shared_page(void)
{
    void *page = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    TRUE(page != MAP_FAILED);
    return page;
}

/* Private memory of so many pages. */
static inline char *
anonymous(unsigned long pages, int prot)
{
    return (char *)OK(mmap(NULL, pages * PAGE, prot, ANON, -1, 0));
}

/* Sleeps for less than a second; a signal ends it early. It only makes an order of events likely:
 * what a check claims must hold in the other order, too, or be proved by other means. */
static inline void
pause_ms(long ms)
{
    struct timespec t = { 0, ms * 1000000 };
    nanosleep(&t, NULL);
}

/* A clock's reading in ns; 64 bits last until the year 2262. */
static inline long
now_ns(clockid_t id)
{
    struct timespec t;
    OK(clock_gettime(id, &t));
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* The caller runs on this hart alone from now on; false if there is no such hart. */
static inline bool
run_on(int hart)
{
    unsigned long mask = 1UL << hart;
    return sys(SYS_sched_setaffinity, 0, sizeof(mask), &mask) == 0;
}

/* A child that sleeps until a signal ends it; the caller's to wait for. */
static inline pid_t
sleeping_child(void)
{
    pid_t pid = OK(fork());
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

/* Runs a program in a child and waits for its end. >= 0: its wait status. < 0: -errno of execve,
 * which an exit status could not tell from a program that ends with the same number. */
static inline int
exec_child(const char *path, char *const argv[], char *const envp[])
{
    volatile int *error = shared_page();
    int status = IN_CHILD(*error = -sys(SYS_execve, path, argv, envp));
    int e = *error;
    munmap((void *)error, PAGE);
    return e ? -e : status;
}

/* A child that has ended with status 3, and is a zombie already. */
static inline pid_t
zombie(void)
{
    siginfo_t info;
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(3);
    OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    return pid;
}

/* Writes an executable file; chmod, as umask has cut what open was told. */
static inline void
script(const char *path, const char *text)
{
    unlink(path);
    int fd = OK(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    OK(chmod(path, 0755));
}
