/* storm_process.c - many processes and threads, then all memory is given back.
 *
 * Each storm runs once to warm up and again between two readings of /proc/meminfo (balance.h), so
 * one lost page in a hundred processes is seen. The program has a machine of its own
 * (tests/host/test_storms.py), because other programs would move the count. Storms of pipes, files
 * and mappings are in storm_memory.c, what happens when memory runs out in oom.c. */

#include "balance.h"
#include <poll.h>
#include <pthread.h>

/* What an exec of this program ends with: it got as far as main. */
#define FIVE 5

static void
reap(pid_t pid, int wanted)
{
    EQ(STATUS(pid), wanted);
}

/* Each child touches pages of its own and copies a few of its parent's. */
static void
forks(void)
{
    for (int i = 0; i < 100; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            char *p = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
            memset(p, i, 8 * PAGE);
            _exit(i);
        }
        reap(pid, EXITED(i));
    }
}

/* A process that ends gives back its pages, its page tables, its kernel stack and its records. */
TEST(fork_storm, "exit leaks a frame, a page table or a stack",
     "kernel/proc/exit.c:/^process_drop_resources/, kernel/mm/space.c:/^space_put/")
{
    gives_back(forks);
}

/* Makes 2^5 processes. Level by level every process forks once; a child goes on with the levels
 * that are left, so it becomes the parent of the later ones. */
static void
tree(void)
{
    for (int level = 0; level < 5; level++) {
        pid_t pid = OK(fork());
        if (pid != 0)
            continue;
        for (level++; level < 5; level++)
            if (OK(fork()) == 0)
                continue;
        while (wait(NULL) > 0)
            ;
        _exit(0);
    }
    while (wait(NULL) > 0)
        ;
}

/* Children end before and after their parents, some as orphans in init's hands. */
TEST(tree_storm, "a process with children leaks", "kernel/proc/exit.c:/^end_process/")
{
    gives_back(tree);
}

int
role(int argc, char **argv)
{
    return FIVE;
}

/* The old space goes while the new one is in use: what is lost is lost once an exec. */
static void
execs(void)
{
    for (int i = 0; i < 40; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            execl(check_self, check_self, "@five", NULL);
            _exit(1);
        }
        reap(pid, EXITED(FIVE));
    }
}

/* exec builds a new space beside the old one, and must give the old one back with all that it
 * had. */
TEST(exec_storm, "exec leaks the old space, or the arguments", "kernel/proc/exec.c:/^process_exec/")
{
    gives_back(execs);
}

/* One refusal for each stage of exec: the file's form, its name, the size of the arguments, their
 * address. By then exec holds a file, a half-built space, copied strings. */
static void
failing_execs(void)
{
    char *big[40], *args[] = { "x", NULL };
    static char text[100000];
    memset(text, 'x', sizeof(text) - 1);
    for (int i = 0; i < 39; i++)
        big[i] = text;
    big[39] = NULL;
    int fd = OK(open("/tmp/storm.elf", O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, "\177ELF\2\1\1", 7), 7);
    close(fd);
    for (int i = 0; i < 30; i++) {
        ERR(sys(SYS_execve, "/tmp/storm.elf", args, NULL), ENOEXEC);
        ERR(sys(SYS_execve, "/no/such", args, NULL), ENOENT);
        ERR(sys(SYS_execve, check_self, big, NULL), E2BIG);
        ERR(sys(SYS_execve, check_self, 8, NULL), EFAULT);
    }
    unlink("/tmp/storm.elf");
}

/* A refused exec must give back what it had prepared by then, and that differs from stage to
 * stage. */
TEST(failing_exec_storm, "a refused exec leaks what it had prepared",
     "kernel/proc/exec.c:/^process_exec/")
{
    gives_back(failing_execs);
}

/* Touches its stack, so that there is something to give back. */
static void *
small_thread(void *arg)
{
    char room[3000];
    memset(room, 1, sizeof(room));
    return arg;
}

static void
threads(void)
{
    pthread_t t[20];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 20; i++)
            EQ(pthread_create(&t[i], NULL, small_thread, NULL), 0);
        for (int i = 0; i < 20; i++)
            pthread_join(t[i], NULL);
    }
}

/* glibc keeps stacks for later threads: only the end of the process frees them all. */
static void
threads_in_a_process(void)
{
    EQ(IN_CHILD(threads()), 0);
}

/* A thread has a kernel stack of its own, on which it still stands when it ends: the next thread on
 * that hart has to free it. */
TEST(thread_storm, "a thread's kernel stack stays", "kernel/sched/thread.c:/^thread_free/")
{
    gives_back(threads_in_a_process);
}

static void *
sleep_long(void *arg)
{
    struct timespec t = { 1000, 0 };
    nanosleep(&t, NULL);
    return NULL;
}

/* The processes end in two ways by turns: the leader exits, or all nine threads are killed in their
 * sleep. */
static void
threads_killed(void)
{
    pthread_t t;
    for (int i = 0; i < 8; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            for (int k = 0; k < 8; k++)
                EQ(pthread_create(&t, NULL, sleep_long, NULL), 0);
            if (i % 2)
                _exit(0);
            for (;;)
                pause();
        }
        if (i % 2 == 0) {
            pause_ms(5);
            kill(pid, SIGKILL);
        }
        reap(pid, i % 2 ? 0 : KILLED(SIGKILL));
    }
}

/* Threads that are ended by others are in the middle of a call and have to leave it first. */
TEST(killed_threads, "threads ended by exit_group or a signal leak",
     "kernel/proc/exit.c:/^task_exit/")
{
    gives_back(threads_killed);
}

/* The victim goes round through calls that hold something while they sleep - a futex, poll, fork,
 * exec, wait, read - and is killed 0 to 6 ms after it began. */
static void
random_kills(void)
{
    int fds[2], word = 0;
    char byte;
    OK(pipe(fds));
    for (int i = 0; i < 30; i++) {
        pid_t pid = OK(fork());
        while (pid == 0) {
            struct timespec t = { 0, 1000 };
            struct pollfd p = { fds[0], POLLIN, 0 };
            sys(SYS_futex, &word, 0, 0, &t);
            ppoll(&p, 1, &t, NULL);
            if (fork() == 0) {
                execl(check_self, check_self, "@five", NULL);
                _exit(0);
            }
            wait(NULL);
            if (read(fds[0], &byte, 0))
                _exit(1);
        }
        sys(SYS_sched_yield);
        pause_ms(i % 7);
        kill(pid, SIGKILL);
        reap(pid, KILLED(SIGKILL));
    }
    close(fds[0]);
    close(fds[1]);
}

/* SIGKILL comes at any moment of any call. Each call has to give back what it holds when its wait
 * is broken off. */
TEST(kill_storm, "a process killed inside a call keeps what the call held",
     "kernel/proc/exit.c:/^task_exit/")
{
    gives_back(random_kills);
}

/* 200 signals in 20 queues, none of which is ever taken. */
static void
queued_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    EQ(IN_CHILD(sigprocmask(SIG_BLOCK, &all, NULL);
                for (int i = 0; i < 200; i++) sys(SYS_kill, getpid(), SIGRTMIN + i % 20)),
       0);
}

/* A queued real-time signal is an allocation of its own; nobody takes these. */
TEST(signal_storm, "queued signals of an ended process stay",
     "kernel/proc/pending.c:/^pending_forget/")
{
    gives_back(queued_signals);
}
