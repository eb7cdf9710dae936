/* fork.c - fork and plain clone: what the child has of its own, and what it shares.
 *
 * vfork is in vfork.c, threads in thread.c, memory in cow.c, what a parent hears of it in
 * wait.c, races in attack_proc.c. Source: fork(2), clone(2). riscv's order of clone's arguments:
 * flags, stack, parent_tid, tls, child_tid. */

#include "fixture.h"
#include <sched.h>
#include <sys/stat.h>

#define STACK 65536 /* of a child that shares our memory; clone wants its end */

static bool
cwd_is(const char *path)
{
    char text[100];
    return getcwd(text, sizeof(text)) && strcmp(text, path) == 0;
}

/* fork(2): the parent gets the child's pid, the child 0. The child tells its own pid through the
 * pipe. */
TEST(two_returns, "the child returns the parent's value", "kernel/proc/process.c:/^process_clone/")
{
    int fds[2], seen;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        int me = getpid();
        _exit(write(fds[1], &me, sizeof(me)) != sizeof(me));
    }
    EQ(read(fds[0], &seen, sizeof(seen)), sizeof(seen));
    EQ(seen, pid);
    EQ(STATUS(pid), 0);
}

/* A script that kills by a remembered pid must not meet the very next program. */
TEST(pids_are_not_reused_at_once, "the next child gets the last one's pid",
     "kernel/proc/process.c:/^publish/")
{
    pid_t last = 0;
    for (int i = 0; i < 10; i++) {
        pid_t pid = OK(fork());
        if (pid == 0)
            _exit(0);
        STATUS(pid);
        TRUE(pid != last);
        last = pid;
    }
}

/* `(head -1; cat) < file`: each goes on where the one before it has stopped. */
TEST(fds_are_shared_descriptions, "the child's lseek does not move the parent's offset",
     "kernel/proc/process.c:/^process_copy/, kernel/fs/owner.c:/^files_copy/")
{
    int fd = OK(open("/tmp/fork", O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, "0123456789", 10), 10);
    EQ(IN_CHILD(EQ(lseek(fd, 3, SEEK_SET), 3)), 0);
    EQ(lseek(fd, 0, SEEK_CUR), 3);
}

/* 30 is opened in the child, fd closed: neither may be seen here. */
TEST(fd_tables_are_copies, "close in the child closes the parent's fd",
     "kernel/proc/process.c:/^process_copy/, kernel/fs/owner.c:/^files_copy/")
{
    int fd = OK(open("/dev/null", O_RDONLY));
    EQ(IN_CHILD(close(fd); EQ(dup2(0, 30), 30)), 0);
    EQ(fcntl(fd, F_GETFD), 0);
    FAILS(fcntl(30, F_GETFD), EBADF);
}

/* A shell runs `(cd /tmp; umask 0)` in a child, so that its own directory and umask stay as they
 * are. */
TEST(cwd_and_umask_are_copies, "chdir of the child moves the parent",
     "kernel/proc/process.c:/^process_copy/")
{
    OK(chdir("/tmp"));
    umask(027);
    EQ(IN_CHILD(TRUE(cwd_is("/tmp")); EQ(umask(0), 027); OK(chdir("/"))), 0);
    TRUE(cwd_is("/tmp"));
    EQ(umask(0), 027);
}

static int handled;

static void
count(int signal)
{
    handled++;
}

/* fork(2) lists what is not inherited; handlers and mask are not in that list. nohup and init
 * systems rely on it. */
TEST(signal_state_is_inherited, "handlers or the mask are reset by fork",
     "kernel/proc/process.c:/^process_copy/")
{
    sigset_t set, now;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    signal(SIGUSR1, count);
    signal(SIGTERM, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    EQ(IN_CHILD(sigprocmask(0, NULL, &now); EQ(sigismember(&now, SIGUSR2), 1);
                EQ(sigismember(&now, SIGUSR1), 0); raise(SIGUSR1); EQ(handled, 1); raise(SIGTERM)),
       0);
}

/* fork(2). One signal, one receiver. */
TEST(pending_signals_are_not_inherited, "the child dies of the parent's signal",
     "kernel/proc/process.c:/^process_clone/")
{
    sigset_t set, pending;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    EQ(IN_CHILD(sigpending(&pending); EQ(sigismember(&pending, SIGUSR1), 0);
                sigprocmask(SIG_UNBLOCK, &set, NULL)),
       0);
    sigpending(&pending);
    EQ(sigismember(&pending, SIGUSR1), 1);
}

/* fork(2): timers (setitimer, alarm) are not inherited. SIGALRM kills whoever does not expect
 * it. */
TEST(alarm_is_not_inherited, "the child's timer runs too",
     "kernel/proc/process.c:/^process_create/")
{
    alarm(50);
    EQ(IN_CHILD(EQ(alarm(0), 0)), 0);
    TRUE(alarm(50) > 0);
}

/* Both words are locals of ours. PARENT_SETTID writes before the return, in the parent's memory,
 * CHILD_SETTID in the child's, which is a copy here. glibc's fork passes CHILD_SETTID for its
 * record of the thread. If tls and child_tid are taken in x86's order the words stay 0. */
TEST(clone_sets_tids, "SETTID writes in the parent's memory, or argument order is x86's",
     "kernel/proc/process.c:/^process_clone/")
{
    volatile int parent_tid = 0, child_tid = 0;
    long pid = sys(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &parent_tid, 0,
                   &child_tid);
    if (pid == 0)
        _exit(child_tid == sys(SYS_gettid) ? 0 : 1);
    TRUE(pid > 0);
    EQ(parent_tid, pid);
    EQ(child_tid, 0);
    EQ(STATUS(pid), 0);
}

/* clone(2), ERRORS, EINVAL: threads must share handlers, who shares handlers must share the
 * memory that they lie in. CLONE_FS with CLONE_NEWNS would be two answers to the question what
 * `/` is. */
TEST(clone_refuses, "flags that make no sense together are taken",
     "kernel/proc/process.c:/^process_clone/")
{
    /* CLONE_THREAD needs SIGHAND, which needs VM. */
    ERR(sys(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0), EINVAL);
}

/* A child by clone with these flags, on its own memory, that closes `fd` and goes to /tmp. Returns
 * when it has ended. */
static void
child_with(long flags, int fd)
{
    long pid = sys(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        close(fd);
        OK(chdir("/tmp"));
        umask(077);
        _exit(0);
    }
    TRUE(pid > 0);
    EQ(STATUS(pid), 0);
}

/* The flag for descriptors alone: directory and memory stay copies. Each flag counts by itself, not
 * only in the set that pthread_create passes. */
TEST(clone_files_shares_the_table, "CLONE_FILES without threads copies the table",
     "kernel/proc/process.c:/^process_copy/")
{
    int fd = OK(dup(0));
    OK(chdir("/"));
    child_with(CLONE_FILES, fd);
    FAILS(fcntl(fd, F_GETFD), EBADF);
    TRUE(cwd_is("/"));
}

/* The flag for directory and umask alone: the table of descriptors stays a copy. */
TEST(clone_fs_shares_the_directory, "CLONE_FS without threads copies directory and umask",
     "kernel/proc/process.c:/^process_copy/")
{
    int fd = OK(dup(0));
    OK(chdir("/"));
    umask(022);
    child_with(CLONE_FS, fd);
    OK(fcntl(fd, F_GETFD));
    TRUE(cwd_is("/tmp"));
    EQ(umask(022), 077);
}

/* execve(2): the table is unshared, so close-on-exec does not reach us. */
TEST(exec_ends_sharing_of_files, "exec of a child closes fds of a table that it shares",
     "kernel/proc/exec.c:/^enter/")
{
    int fd = OK(open("/dev/null", O_RDONLY | O_CLOEXEC));
    long pid = sys(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        execl(check_self, check_self, "@exit", "6", NULL);
        _exit(1);
    }
    EQ(STATUS(pid), EXITED(6));
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static volatile int seen_by_both;

/* Runs on a stack of its own in the parent's memory: 2 if it is another process all the same. */
static int
touch_memory(void *arg)
{
    seen_by_both = getpid() != *(pid_t *)arg ? 2 : 3;
    return 5;
}

/* This child has a pid of its own and is waited for, but it has its parent's memory: something
 * between a thread and a process. */
TEST(clone_vm_without_thread, "a process that only shares memory is a thread, or has a copy",
     "kernel/proc/process.c:/^process_clone/")
{
    pid_t me = getpid();
    char *stack = malloc(STACK);
    pid_t pid = clone(touch_memory, stack + STACK, CLONE_VM | SIGCHLD, &me);
    EQ(STATUS(OK(pid)), EXITED(5));
    EQ(seen_by_both, 2);
}

int
role(int argc, char **argv)
{
    return atoi(argv[2]); /* @exit STATUS */
}

/* clone(2), "The child termination signal"; wait(2), __WALL. The handler may interrupt the wait. */
TEST(exit_signal_of_clone, "SIGCHLD comes whatever clone asked for",
     "kernel/proc/wait.c:/^process_notify_parent/")
{
    signal(SIGUSR1, count);
    long pid = sys(SYS_clone, SIGUSR1, 0, 0, 0, 0);
    if (pid == 0)
        _exit(3);
    int status;
    /* Such a child is no ordinary one: plain wait does not see it, __WALL does. */
    FAILS(waitpid(-1, &status, 0), ECHILD);
    pid_t got;
    while ((got = waitpid(pid, &status, __WALL)) == -1 && errno == EINTR)
        ;
    EQ(got, pid);
    EQ(status, EXITED(3));
    EQ(handled, 1);
}

/* Both spin by turns for a word that the other one writes, and make no call that could yield. */
TEST(a_child_runs_while_the_parent_spins, "no preemption: a busy parent starves its child",
     "kernel/time/timer.c:/^timer_interrupt/, kernel/trap/trap.c:/^return_work/")
{
    volatile int *flag = shared_page();
    /* Both on one hart, so that only the timer can help. */
    TRUE(run_on(0));
    pid_t pid = OK(fork());
    if (pid == 0) {
        *flag = 1;
        while (*flag == 1)
            ;
        _exit(0);
    }
    while (*flag == 0)
        ;
    *flag = 2;
    EQ(STATUS(pid), 0);
}

/* A hundred children live at once. They are waited for in the opposite order, so each is looked for
 * among many zombies. */
TEST(hundred_children, "the process table is full at a small number",
     "kernel/proc/process.c:/^publish/")
{
    pid_t pids[100];
    int fds[2];
    char byte;
    OK(pipe(fds));
    for (int i = 0; i < 100; i++) {
        pids[i] = OK(fork());
        if (pids[i] == 0) {
            close(fds[1]);
            _exit(read(fds[0], &byte, 1) == 0 ? i : 255);
        }
    }
    close(fds[1]);
    for (int i = 99; i >= 0; i--)
        EQ(STATUS(pids[i]), EXITED(i));
}

/* A pipe keeps the order of writes, whoever makes them; pipe(7). */
TEST(stdio_of_child_and_parent, "output of both is mixed inside one write", "kernel/fs/pipe.c")
{
    int fds[2];
    char text[100] = { 0 };
    OK(pipe(fds));
    EQ(IN_CHILD(EQ(write(fds[1], "child ", 6), 6)), 0);
    EQ(write(fds[1], "parent", 6), 6);
    EQ(read(fds[0], text, sizeof(text)), 12);
    EQ(strcmp(text, "child parent"), 0);
}
