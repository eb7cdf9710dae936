/* oom.c - out of memory: ENOMEM or the death of who asked, and the kernel goes on.
 *
 * Meant for a small machine (tests/host/test_storms.py gives it 64M). After each check all memory
 * must be there again. Source: malloc(3), mmap(2), fork(2), and the "Bad input". */
#include "check.h"
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define MIB  (1UL << 20)

/* 0 when there is not even the memory to say so. */
static long
free_kb(void)
{
    char text[2000];
    int fd = open("/proc/meminfo", O_RDONLY);
    long n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    return atol(strstr(text, "MemFree:") + 8);
}

/* Waits until nearly all that was free is free again. */
static void
recovered(long before)
{
    struct timespec ms = { 0, 25000000 };
    for (int tries = 0; tries < 200; tries++) {
        if (free_kb() > before - 300)
            return;
        nanosleep(&ms, NULL);
    }
    FAIL("expected about %ld kB free again, seen %ld", before, free_kb());
}

/* Either way is good: killed, or it saw an error and ended by itself. */
static void
killed_or_done(int status)
{
    if (status != KILLED(SIGKILL) && status != KILLED(SIGSEGV) && status != 0)
        FAIL("expected SIGKILL or an error and exit 0, seen wait status 0x%x", status);
}

/* Takes and touches memory in steps until there is an error, or the end. */
static void
take_all(unsigned long step)
{
    for (;;) {
        char *p = mmap(NULL, step, RW, ANON, -1, 0);
        if (p == MAP_FAILED)
            return;
        memset(p, 1, step);
    }
}

TEST(touching_all_memory, "a fault without a free frame hangs or panics", "kernel/mm (fault)")
{
    long before = free_kb();
    killed_or_done(IN_CHILD(take_all(4 * MIB)));
    recovered(before);
    killed_or_done(IN_CHILD(take_all(PAGE)));
    recovered(before);
}

/* Answers each byte, so that it can be seen to live. */
static void
echo(int from, int to)
{
    char byte;
    while (read(from, &byte, 1) == 1)
        if (write(to, &byte, 1) != 1)
            _exit(1);
}

TEST(others_live_on, "the wrong process is killed", "kernel/mm")
{
    long before = free_kb();
    int to[2], from[2];
    char byte = 0;
    OK(pipe(to));
    OK(pipe(from));
    pid_t friend = OK(fork());
    if (friend == 0) {
        close(to[1]);
        echo(to[0], from[1]);
        _exit(0);
    }
    killed_or_done(IN_CHILD(take_all(MIB)));
    EQ(write(to[1], "k", 1), 1);
    EQ(read(from[0], &byte, 1), 1);
    EQ(byte, 'k');
    close(to[1]);
    EQ(check_wait(__FILE__, __LINE__, friend), 0);
    recovered(before);
}

TEST(malloc_gives_null, "a large malloc kills instead of failing", "kernel/mm (space)")
{
    EQ(IN_CHILD(TRUE(malloc(1UL << 45) == NULL); EQ(errno, ENOMEM)), 0);
    /* The raw call too, over and over. */
    for (int i = 0; i < 100; i++)
        ERR(sys(SYS_mmap, 0, 1UL << 45, RW, ANON, -1, 0), ENOMEM);
}

/* Three children that each want a copy of what their parent has. */
static void
copy_too_much(char *p, unsigned long size)
{
    memset(p, 1, size);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            memset(p, 2, size);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    EQ(p[size - 1], 1);
}

TEST(copy_on_write_without_memory, "a copy that cannot be made hangs", "kernel/mm (fault)")
{
    long before = free_kb();
    /* 3/8 of all memory: one copy fits, a second does not. */
    unsigned long size = before / 1024 * 3 / 8 * MIB;
    char *p = mmap(NULL, size, RW, ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    killed_or_done(IN_CHILD(copy_too_much(p, size)));
    OK(munmap(p, size));
    recovered(before);
}

static void
fork_until_error(int *fds)
{
    char byte, room[30000];
    close(fds[1]);
    for (int n = 0; n < 5000; n++) {
        pid_t pid = fork();
        if (pid == 0) {
            memset(room, 1, sizeof room);
            _exit(read(fds[0], &byte, 1));
        }
        if (pid < 0) {
            TRUE(errno == EAGAIN || errno == ENOMEM);
            return;
        }
    }
}

TEST(fork_until_it_fails, "fork without memory panics or leaks", "kernel/proc (fork)")
{
    long before = free_kb();
    int fds[2];
    OK(pipe(fds));
    killed_or_done(IN_CHILD(fork_until_error(fds)));
    close(fds[1]);
    close(fds[0]);
    recovered(before);
}

static void *
sleep_long(void *arg)
{
    struct timespec hour = { 3600, 0 };
    nanosleep(&hour, NULL);
    return NULL;
}

static void
threads_until_error(void)
{
    pthread_t t;
    for (int i = 0; i < 20000; i++)
        if (pthread_create(&t, NULL, sleep_long, NULL))
            return;
}

TEST(threads_until_they_fail, "clone without memory panics or leaks", "kernel/proc (fork)")
{
    long before = free_kb();
    killed_or_done(IN_CHILD(threads_until_error()));
    recovered(before);
}

static void
write_until_error(int fd)
{
    static char block[65536];
    long n;
    while ((n = write(fd, block, sizeof block)) > 0)
        ;
    TRUE(n == -1 && (errno == ENOSPC || errno == ENOMEM || errno == EFBIG));
}

TEST(a_full_file_system, "a write without memory loses or panics", "kernel/fs (ramfs)")
{
    long before = free_kb();
    int fd = OK(open("/tmp/full", O_WRONLY | O_CREAT | O_TRUNC, 0600));
    killed_or_done(IN_CHILD(write_until_error(fd)));
    OK(ftruncate(fd, 0));
    OK(unlink("/tmp/full"));
    close(fd);
    recovered(before);
}

/* Forty processes, each with as many full pipes as it may have. */
static void
pipes_until_error(void)
{
    static char block[65536];
    int fds[2];
    for (int i = 0; i < 40; i++) {
        if (fork() != 0)
            continue;
        while (pipe(fds) == 0) {
            fcntl(fds[1], F_SETFL, O_NONBLOCK);
            while (write(fds[1], block, sizeof block) > 0)
                ;
        }
        _exit(0);
    }
    while (wait(NULL) > 0)
        ;
}

TEST(pipes_until_they_fail, "pipes without memory panic", "kernel/fs (pipe)")
{
    long before = free_kb();
    killed_or_done(IN_CHILD(pipes_until_error()));
    recovered(before);
}

/* Tries exec again and again while the last memory goes. */
static void
exec_at_the_end(void)
{
    for (;;) {
        char *p = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
        if (p == MAP_FAILED)
            return;
        memset(p, 1, 64 * PAGE);
        if (free_kb() < 1500) {
            execl(check_self, check_self, "@zero", NULL);
            TRUE(errno == ENOMEM || errno == EAGAIN);
        }
    }
}

int
role(int argc, char **argv)
{
    return 0;
}

TEST(exec_without_memory, "exec fails half done", "kernel/proc (exec)")
{
    long before = free_kb();
    for (int i = 0; i < 3; i++)
        killed_or_done(IN_CHILD(exec_at_the_end()));
    recovered(before);
}

/* One byte in each 2 MiB: a page and a page table each. */
static void
page_tables_until_error(void)
{
    for (int i = 0; i < 200; i++) {
        char *p = mmap(NULL, 1UL << 30, RW, ANON | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return;
        for (unsigned long at = 0; at < 1UL << 30; at += 2 * MIB)
            p[at] = 1;
    }
}

TEST(page_tables_fill_memory, "page tables are allocated without an end check",
     "kernel/mm (pagetable)")
{
    long before = free_kb();
    killed_or_done(IN_CHILD(page_tables_until_error()));
    recovered(before);
}
