/* fork.c - fork, vfork and plain clone: what the child has of its own, and what it shares.
 *
 * Threads are in thread.c, memory in cow.c. Source: clone(2), vfork(2). riscv's order of clone's
 * arguments: flags, stack, parent_tid, tls, child_tid. */
#include "fixture.h"
#include <sched.h>
#include <sys/stat.h>

TEST(two_returns, "the child returns the parent's value", "kernel/proc (fork)")
{
    int fds[2], seen;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        int me = getpid();
        _exit(write(fds[1], &me, sizeof me) != sizeof me);
    }
    EQ(read(fds[0], &seen, sizeof seen), sizeof seen);
    EQ(seen, pid);
    EQ(STATUS(pid), 0);
}

TEST(pids_are_not_reused_at_once, "the next child gets the last one's pid", "kernel/proc")
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

TEST(fds_are_shared_descriptions, "the child's lseek does not move the parent's offset",
     "kernel/fs (open files)")
{
    int fd = OK(open("/tmp/fork", O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, "0123456789", 10), 10);
    EQ(IN_CHILD(EQ(lseek(fd, 3, SEEK_SET), 3)), 0);
    EQ(lseek(fd, 0, SEEK_CUR), 3);
}

TEST(fd_tables_are_copies, "close in the child closes the parent's fd", "kernel/fs (open files)")
{
    int fd = OK(open("/dev/null", O_RDONLY));
    EQ(IN_CHILD(close(fd); EQ(dup2(0, 30), 30)), 0);
    EQ(fcntl(fd, F_GETFD), 0);
    FAILS(fcntl(30, F_GETFD), EBADF);
}

TEST(cwd_and_umask_are_copies, "chdir of the child moves the parent", "kernel/proc (fork)")
{
    char text[100];
    OK(chdir("/tmp"));
    umask(027);
    EQ(IN_CHILD(TRUE(getcwd(text, sizeof text) && !strcmp(text, "/tmp")); EQ(umask(0), 027);
                OK(chdir("/"))),
       0);
    TRUE(getcwd(text, sizeof text) && !strcmp(text, "/tmp"));
    EQ(umask(0), 027);
}

static int handled;

static void
count(int signal)
{
    handled++;
}

TEST(signal_state_is_inherited, "handlers or the mask are reset by fork", "kernel/proc (signal)")
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

TEST(pending_signals_are_not_inherited, "the child dies of the parent's signal",
     "kernel/proc (fork)")
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

TEST(alarm_is_not_inherited, "the child's timer runs too", "kernel/proc (fork)")
{
    alarm(50);
    EQ(IN_CHILD(EQ(alarm(0), 0)), 0);
    TRUE(alarm(50) > 0);
}

TEST(clone_sets_tids, "SETTID writes in the parent's memory, or argument order is x86's",
     "kernel/proc (fork)")
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

TEST(clone_refuses, "flags that make no sense together are taken", "kernel/proc (fork)")
{
    /* CLONE_THREAD needs SIGHAND, which needs VM. */
    ERR(sys(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
    ERR(sys(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0), EINVAL);
}

static void
close_and_move(int *fd)
{
    close(*fd);
    OK(chdir("/tmp"));
    umask(077);
}

/* A child by clone with these flags, on its own memory, that closes `fd` and goes to /tmp. */
static void
child_with(long flags, int *fd)
{
    long pid = sys(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        close_and_move(fd);
        _exit(0);
    }
    TRUE(pid > 0);
    EQ(STATUS(pid), 0);
}

TEST(clone_files_shares_the_table, "CLONE_FILES without threads copies the table",
     "kernel/proc (fork)")
{
    char text[100];
    int fd = OK(dup(0));
    OK(chdir("/"));
    child_with(CLONE_FILES, &fd);
    FAILS(fcntl(fd, F_GETFD), EBADF);
    TRUE(getcwd(text, sizeof text) && !strcmp(text, "/"));
}

TEST(clone_fs_shares_the_directory, "CLONE_FS without threads copies directory and umask",
     "kernel/proc (fork)")
{
    char text[100];
    int fd = OK(dup(0));
    OK(chdir("/"));
    umask(022);
    child_with(CLONE_FS, &fd);
    OK(fcntl(fd, F_GETFD));
    TRUE(getcwd(text, sizeof text) && !strcmp(text, "/tmp"));
    EQ(umask(022), 077);
}

TEST(exec_ends_sharing_of_files, "exec of a child closes fds of a table that it shares",
     "kernel/proc (exec)")
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

static int
touch_memory(void *arg)
{
    seen_by_both = getpid() != *(pid_t *)arg ? 2 : 3;
    return 5;
}

TEST(clone_vm_without_thread, "a process that only shares memory is a thread, or has a copy",
     "kernel/proc (fork)")
{
    pid_t me = getpid();
    char *stack = malloc(65536);
    pid_t pid = clone(touch_memory, stack + 65536, CLONE_VM | SIGCHLD, &me);
    EQ(STATUS(OK(pid)), EXITED(5));
    EQ(seen_by_both, 2);
}

TEST(vfork_shares_memory_and_waits, "vfork is fork, or the parent runs on", "kernel/proc (fork)")
{
    volatile int shared = 1, order = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        /* Long enough for a parent that does not sleep to be seen. */
        for (int i = 0; i < 50; i++)
            sys(SYS_sched_yield);
        order = order == 0 ? 1 : -1;
        shared = 2;
        _exit(4);
    }
    EQ(order, 1);
    EQ(shared, 2);
    EQ(STATUS(OK(pid)), EXITED(4));
}

int
role(int argc, char **argv)
{
    if (strcmp(argv[1], "@exit") == 0)
        return atoi(argv[2]);
    /* @wait: lives until its standard input ends. */
    char byte;
    return read(0, &byte, 1) == 0 ? 0 : 1;
}

TEST(vfork_ends_with_exec, "the parent waits for the child's end, not for its exec",
     "kernel/proc (fork, exec)")
{
    int fds[2];
    OK(pipe(fds));
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(fds[0], 0);
        close(fds[1]);
        execl(check_self, check_self, "@wait", NULL);
        _exit(1);
    }
    /* We are here although the child still runs: it ends when we close the pipe. */
    EQ(waitpid(OK(pid), NULL, WNOHANG), 0);
    /* The child's dup2 and close did not touch our table. */
    close(fds[1]);
    EQ(STATUS(pid), 0);
}

TEST(vfork_reports_failed_exec, "the errno of a failed exec gets lost", "kernel/proc (exec)")
{
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/no/such/program", "x", NULL);
        error = errno;
        _exit(127);
    }
    EQ(error, ENOENT);
    EQ(STATUS(OK(pid)), EXITED(127));
}

static int
child_on_own_stack(void *arg)
{
    int *out = arg;
    *out = 1;
    return 11;
}

TEST(posix_spawn_style, "clone(VM|VFORK) with a stack loses the stack or the memory",
     "kernel/proc (fork)")
{
    int seen = 0;
    char *stack = malloc(65536);
    pid_t pid = clone(child_on_own_stack, stack + 65536, CLONE_VM | CLONE_VFORK | SIGCHLD, &seen);
    EQ(seen, 1);
    EQ(STATUS(OK(pid)), EXITED(11));
}

TEST(signals_stay_pending_in_vfork, "a signal interrupts the parent inside vfork",
     "kernel/proc (fork)")
{
    pid_t me = getpid();
    volatile int early = 0;
    signal(SIGUSR1, count);
    pid_t pid = vfork();
    if (pid == 0) {
        sys(SYS_kill, me, SIGUSR1);
        for (int i = 0; i < 50; i++)
            sys(SYS_sched_yield);
        early = handled;
        _exit(0);
    }
    EQ(early, 0);
    EQ(handled, 1);
    EQ(STATUS(OK(pid)), 0);
}

TEST(exit_signal_of_clone, "SIGCHLD comes whatever clone asked for", "kernel/proc (wait)")
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

TEST(a_child_runs_while_the_parent_spins, "no preemption: a busy parent starves its child",
     "kernel/sched, kernel/trap (timer)")
{
    volatile int *flag = shared_page();
    unsigned long one = 1;
    /* All on hart 0, so that only the timer can help. */
    OK(syscall(SYS_sched_setaffinity, 0, 8, &one));
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

TEST(hundred_children, "the process table is full at a small number", "kernel/proc")
{
    pid_t pids[100];
    int fds[2];
    char byte;
    OK(pipe(fds));
    for (int i = 0; i < 100; i++)
        if ((pids[i] = OK(fork())) == 0) {
            close(fds[1]);
            _exit(read(fds[0], &byte, 1) == 0 ? i : 255);
        }
    close(fds[1]);
    for (int i = 99; i >= 0; i--)
        EQ(STATUS(pids[i]), EXITED(i));
}

TEST(stdio_of_child_and_parent, "output of both is mixed inside one write", "kernel/fs (pipe)")
{
    int fds[2];
    char text[100] = { 0 };
    OK(pipe(fds));
    EQ(IN_CHILD(EQ(write(fds[1], "child ", 6), 6)), 0);
    EQ(write(fds[1], "parent", 6), 6);
    EQ(read(fds[0], text, sizeof text), 12);
    EQ(strcmp(text, "child parent"), 0);
}
