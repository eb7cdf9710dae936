/* oom.c - out of memory: ENOMEM or the death of who asked, and the kernel goes on.
 *
 * Meant for a small machine (tests/host/test_storms.py gives it 64M), because each check takes all
 * memory there is. Whether the call fails or the process is killed depends on who asks last, and
 * both are right; never right is a panic, a hang, a killed bystander or memory that does not come
 * back. Which frames leak in ordinary life is the question of storm_process.c
 * and storm_memory.c. Source: malloc(3), mmap(2),
 * fork(2), execve(2). */

#include "peer.h"
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#define MIB      (1UL << 20)
#define SLACK_KB 300

/* Less than an exec of this program needs. */
#define NEARLY_NOTHING_KB 1500

/* 0 when there is not even the memory to say so. */
static long
free_kb(void)
{
    char text[2000];
    int fd = open("/proc/meminfo", O_RDONLY);
    long n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    return atol(strstr(text, "MemFree:") + 8);
}

/* Waits until nearly all that was free is free again: what ends is worked off after wait() has
 * told of it, and 300 kB may stay behind in kernel objects that are kept for the next time. */
static void
recovered(long before)
{
    for (int tries = 0; tries < 200; tries++) {
        if (free_kb() > before - SLACK_KB)
            return;
        let_pass_ms(25);
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

/* Memory is promised by mmap and taken at the first touch, so running out shows as a fault for
 * which there is no frame. In large steps the end comes in a fault; page by page it may also come
 * inside mmap. */
TEST(touching_all_memory, "a fault without a free frame hangs or panics",
     "kernel/trap/trap.c:/^return_work/, kernel/proc/exit.c:/^process_make_memory/")
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

/* The process that takes all is the one to die: its neighbour, asleep in read, holds next to
 * nothing. The byte shows that it can still be scheduled and can still copy. */
TEST(others_live_on, "the wrong process is killed", "kernel/proc/exit.c:/^process_make_memory/")
{
    long before = free_kb();
    int to[2], from[2];
    char byte = 0;
    OK(pipe(to));
    OK(pipe(from));
    pid_t neighbour = OK(fork());
    if (neighbour == 0) {
        close(to[1]);
        echo(to[0], from[1]);
        _exit(0);
    }
    killed_or_done(IN_CHILD(take_all(MIB)));
    EQ(write(to[1], "k", 1), 1);
    EQ(read(from[0], &byte, 1), 1);
    EQ(byte, 'k');
    close(to[1]);
    ENDS(neighbour, 0);
    recovered(before);
}

/* 2^45 bytes are more than Sv39 has addresses, so this must fail at once and kill nobody: a program
 * that checks malloc's result has to get the chance. */
TEST(malloc_gives_null, "a large malloc kills instead of failing",
     "kernel/syscall/memory.c:/^sys_mmap/")
{
    EQ(IN_CHILD(TRUE(!malloc(1UL << 45)); EQ(errno, ENOMEM)), 0);
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

/* Here no call asks for memory: an ordinary store does, and has nobody to report ENOMEM to. */
TEST(copy_on_write_without_memory, "a copy that cannot be made hangs",
     "kernel/mm/fault.c:/^copy_on_write/, kernel/proc/exit.c:/^process_make_memory/")
{
    long before = free_kb();
    /* 3/8 of all memory: with the original one copy fits, a second does not. */
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
            memset(room, 1, sizeof(room));
            _exit(read(fds[0], &byte, 1));
        }
        if (pid < 0) {
            TRUE(errno == EAGAIN || errno == ENOMEM);
            return;
        }
    }
}

/* Each child holds a kernel stack, page tables and 30 kB of copied stack and waits for the pipe's
 * end, so all are alive when fork fails half-way: what it had made by then must be undone. */
TEST(fork_until_it_fails, "fork without memory panics or leaks",
     "kernel/proc/process.c:/^process_clone/")
{
    long before = free_kb();
    int fds[2];
    OK(pipe(fds));
    killed_or_done(IN_CHILD(fork_until_error(fds)));
    /* The children that still live read the end now. */
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

/* A thread's user stack is only reserved, so kernel stacks and the task itself run out first. */
TEST(threads_until_they_fail, "clone without memory panics or leaks",
     "kernel/proc/process.c:/^process_clone/")
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
    while ((n = write(fd, block, sizeof(block))) > 0)
        ;
    TRUE(n == -1 && (errno == ENOSPC || errno == ENOMEM || errno == EFBIG));
}

/* The files are memory here (ramfs): write(2) promises ENOSPC, and what was written until then
 * stays. */
TEST(a_full_file_system, "a write without memory loses or panics",
     "kernel/fs/ramfs.c:/^inode_write/")
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
            while (write(fds[1], block, sizeof(block)) > 0)
                ;
        }
        _exit(0);
    }
    while (wait(NULL) > 0)
        ;
}

/* A full pipe holds 64 KiB of kernel memory that belongs to no address space. When there is none
 * left, pipe and write must say so. */
TEST(pipes_until_they_fail, "pipes without memory panic", "kernel/fs/pipe.c:/^pipe_create/")
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
        if (free_kb() < NEARLY_NOTHING_KB) {
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

/* exec must build the new space beside the old one. Refused, it has to return to a program that is
 * whole; hence the try again and again while less and less is left (kernel/proc/exec.c). */
TEST(exec_without_memory, "exec fails half done", "kernel/proc/exec.c:/^process_exec/")
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

/* A page table covers 2 MiB, so here half of all frames are tables: the allocation in the middle of
 * a walk fails, with the levels above it made already. */
TEST(page_tables_fill_memory, "page tables are allocated without an end check",
     "kernel/mm/pagetable.c:/^pt_entry/")
{
    long before = free_kb();
    killed_or_done(IN_CHILD(page_tables_until_error()));
    recovered(before);
}
