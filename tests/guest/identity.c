/* identity.c - an identity does not outlive what it names: futexes, /proc, numbers of processes.
 *
 * What goes leaves its address in memory, or its number, to the next that comes. Whoever still
 * means the old one - a waiter, an open directory, the terminal - must not meet the next one. Some
 * checks use up all numbers of processes until one comes again (proc(5), pid_max). Source:
 * futex(2), proc(5), credentials(7). */

#include "peer.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdnoreturn.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define NUMBERS 32768 /* pid_max; so Linux has it too, but for machines with many processors */

/* --- futexes --------------------------------------------------------------------------------- */

static volatile long waited; /* what the wait of the thread below gave */
static volatile int waiting;

static void *
wait_there(void *word)
{
    waiting = 1;
    waited = sys(SYS_futex, word, FUTEX_WAIT, 0, 0);
    return NULL;
}

/* A thread that sleeps in a futex of that memory, or is about to for a moment more. */
static void
sleep_in(void *page)
{
    pthread_t t;
    EQ(pthread_create(&t, NULL, wait_there, page), 0);
    while (!waiting)
        sched_yield();
    let_pass_ms(50);
}

/* A child whose thread sleeps in a futex of a shared page that is not mapped any more: then a byte
 * comes through the pipe. fd -1: memory without a file; else the file goes, too. */
static pid_t
ghost(int fd, int done)
{
    pid_t pid = OK(fork());
    if (pid != 0)
        return pid;
    int anonymous = fd < 0 ? MAP_ANONYMOUS : 0;
    void *page = (void *)OK(mmap(NULL, PAGE, RW, MAP_SHARED | anonymous, fd, 0));
    sleep_in(page);
    OK(munmap(page, PAGE));
    close(fd);
    EQ(write(done, "x", 1), 1);
    for (;;)
        pause();
}

/* Others make such memory, and wake who waits in it: nobody does. */
static void
nobody_in_new_pages(int fd)
{
    for (int i = 0; i < 32; i++) {
        int anonymous = fd < 0 ? MAP_ANONYMOUS : 0;
        void *page = (void *)OK(mmap(NULL, PAGE, RW, MAP_SHARED | anonymous, fd, 0));
        EQ(sys(SYS_futex, page, FUTEX_WAKE, INT32_MAX), 0);
    }
}

TEST(unmapped_memory_is_not_the_next, "the key of a futex is an address that was freed",
     "kernel/proc/futex.c:/^key_of/")
{
    int fds[2];
    char byte;
    OK(pipe(fds));
    pid_t pid = ghost(-1, fds[1]);
    EQ(read(fds[0], &byte, 1), 1);
    nobody_in_new_pages(-1);
    KILL_PEER(pid);
}

TEST(removed_file_is_not_the_next, "the key of a futex is an inode that was freed",
     "kernel/proc/futex.c:/^key_of/")
{
    int fds[2], fd = OK(open("ghost", O_RDWR | O_CREAT, 0600));
    char byte;
    OK(ftruncate(fd, PAGE));
    OK(pipe(fds));
    pid_t pid = ghost(fd, fds[1]);
    close(fd);
    OK(unlink("ghost"));
    EQ(read(fds[0], &byte, 1), 1);
    fd = OK(open("next", O_RDWR | O_CREAT, 0600));
    OK(unlink("next"));
    OK(ftruncate(fd, PAGE));
    nobody_in_new_pages(fd);
    nobody_in_new_pages(-1);
    KILL_PEER(pid);
}

/* The other way round: the file is the same, wherever and however often it is mapped. */
TEST(file_mapped_anew_is_the_same, "a waiter is lost when its mapping goes",
     "kernel/proc/futex.c:/^key_of/")
{
    int fd = OK(open("same", O_RDWR | O_CREAT, 0600));
    OK(unlink("same"));
    OK(ftruncate(fd, 2 * PAGE));
    char *page = (char *)OK(mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE));
    sleep_in(page + 64);
    OK(munmap(page, PAGE));
    char *again = (char *)OK(mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0));
    EQ(sys(SYS_futex, again + 64, FUTEX_WAKE, 1), 0); /* the same place of another page */
    while (sys(SYS_futex, again + PAGE + 64, FUTEX_WAKE, 1) == 0)
        sched_yield();
    while (waited != 0)
        sched_yield();
}

/* --- numbers of processes -------------------------------------------------------------------- */

/* A child that sleeps until it is killed, with a number that comes again: Linux gives those below
 * 300 once. */
static pid_t
child_to_be_replaced(void)
{
    pid_t pid;
    do {
        pid = vfork();
        if (pid == 0)
            _exit(0);
        EQ(waitpid(OK(pid), NULL, 0), pid);
    } while (pid < 400);
    return sleeping_child();
}

/* A child of this number, which waits for the end of the pipe and then returns here, too. 0 if the
 * number does not come again. */
static pid_t
child_with_number(pid_t wanted, int fds[2])
{
    pid_t last = wanted;
    char byte;
    int limit = open("/proc/sys/kernel/pid_max", O_WRONLY); /* all would take Linux a minute */
    if (limit >= 0)
        dprintf(limit, "%d", wanted + 400);
    close(limit);
    OK(pipe(fds));
    for (int i = 0; i < NUMBERS + 100; i++) {
        bool near = last < wanted && wanted - last <= 20; /* others come and go, too */
        pid_t pid = near ? fork() : vfork();              /* which shares memory: it is cheap */
        if (pid == 0 && near && getpid() == wanted) {
            close(fds[1]);
            (void)!read(fds[0], &byte, 1);
            return wanted;
        }
        if (pid == 0)
            _exit(0);
        if (near && pid == wanted)
            return wanted;
        EQ(waitpid(OK(pid), NULL, 0), pid);
        last = pid;
    }
    close(fds[1]);
    return 0;
}

/* Linux says ESRCH where it remembers the name. */
#define GONE(call) TRUE((call) == -1 && (errno == ENOENT || errno == ESRCH))

/* What a directory of /proc tells of a process ends with the process, also when it is held open.
 * Its number tells of the next one to have it. */
TEST(proc_directory_is_of_one_process, "an open /proc/PID tells of the next process with that pid",
     "kernel/fs/procfs.c:/^child_number/")
{
    char path[64];
    int fds[2];
    struct stat before, after;
    pid_t pid = child_to_be_replaced();
    snprintf(path, sizeof(path), "/proc/%d", pid);
    int dir = OK(open(path, O_RDONLY | O_DIRECTORY));
    int fd_dir = OK(openat(dir, "fd", O_RDONLY | O_DIRECTORY));
    close(OK(openat(dir, "stat", O_RDONLY)));
    OK(fstat(dir, &before));
    KILL_PEER(pid);
    GONE(openat(dir, "stat", O_RDONLY));
    pid_t again = child_with_number(pid, fds);
    EQ(again, pid);
    if (getpid() == pid) { /* the new one itself: here others may not look into /proc/PID/fd */
        GONE(openat(fd_dir, "0", O_RDONLY));
        GONE(readlinkat(fd_dir, "0", path, sizeof(path)));
        _exit(0);
    }
    GONE(openat(dir, "stat", O_RDONLY));
    GONE(openat(dir, "maps", O_RDONLY));
    GONE(readlinkat(dir, "exe", path, sizeof(path)));
    OK(stat(path, &after));
    TRUE(before.st_ino != after.st_ino);
    close(fds[1]);
    ENDS(again, 0);
}

/* The new one, in the background: it is stopped when it reads the terminal. */
static noreturn void
reads_in_a_group_of_its_own(void)
{
    char byte;
    int tty = OK(open("/dev/tty", O_RDONLY)); /* Linux stops nobody at /dev/console */
    OK(setpgid(0, 0));
    OK(fcntl(tty, F_SETFL, O_NONBLOCK)); /* in the foreground it does not wait, but ends */
    (void)!read(tty, &byte, 1);
    _exit(99);
}

/* The leader of a session gives its terminal to a group, which ends, and does not take it back. */
static void
lead(void)
{
    int fds[2], status, tty = OK(open("/dev/console", O_RDWR | O_NOCTTY));
    OK(setsid());
    OK(ioctl(tty, TIOCSCTTY, 1));
    pid_t pid = child_to_be_replaced();
    OK(setpgid(pid, pid));
    OK(tcsetpgrp(tty, pid));
    KILL_PEER(pid);
    pid_t again = child_with_number(pid, fds);
    if (!again) /* the number is kept for as long as the terminal has it: as good */
        return;
    if (getpid() == pid)
        reads_in_a_group_of_its_own();
    close(fds[1]);
    EQ(waitpid(again, &status, WUNTRACED), again);
    TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
    KILL_PEER(again);
}

TEST(foreground_group_is_not_the_next, "a new group with an old number is in the foreground",
     "kernel/annex/terminal/tty.c:/^keeps_number/")
{
    EQ(IN_CHILD(lead()), 0);
}
