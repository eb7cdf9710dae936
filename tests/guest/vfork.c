/* vfork.c - a child that has its parent's memory, while the parent sleeps.
 *
 * How large programs start others, by posix_spawn(3): copying page tables that exec throws away
 * would cost more than all else. The child may do little more than exec and _exit; what it does
 * here on purpose is written in volatile words. Other forms of clone are in fork.c. Source:
 * vfork(2), clone(2), CLONE_VFORK. */

#include "check.h"
#include <sched.h>

#define STACK 65536 /* of a child that has none of its own memory; clone wants its end */

/* vfork(2): the parent is suspended, and finds afterwards what the child has written. */
TEST(vfork_shares_memory_and_waits, "vfork is fork, or the parent runs on",
     "kernel/proc/process.c:/^vfork_is_over/")
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

/* The exec'd program: lives until its standard input ends. */
int
role(int argc, char **argv)
{
    char byte;
    return read(0, &byte, 1) == 0 ? 0 : 1;
}

/* The parent has its memory back when the child has another. The child waits for a pipe that
 * only we close, so if we had waited for its end we would wait for ever. */
TEST(vfork_ends_with_exec, "the parent waits for the child's end, not for its exec",
     "kernel/proc/process.c:/^vfork_is_over/, kernel/proc/exec.c:/^enter/")
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

/* How posix_spawn(3) hands the errno over: by a variable in shared memory, before the child
 * ends. */
TEST(vfork_reports_failed_exec, "the errno of a failed exec gets lost",
     "kernel/proc/exec.c:/^enter/")
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

/* glibc's and musl's posix_spawn: a stack of its own, so that the child cannot spoil the
 * parent's frames, and vfork's waiting. */
TEST(posix_spawn_style, "clone(VM|VFORK) with a stack loses the stack or the memory",
     "kernel/proc/process.c:/^process_clone/")
{
    int seen = 0;
    char *stack = malloc(STACK);
    pid_t pid = clone(child_on_own_stack, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &seen);
    EQ(seen, 1);
    EQ(STATUS(OK(pid)), EXITED(11));
}

static int handled;

static void
count(int signal)
{
    handled++;
}

/* A handler would run in memory that the child is using. Afterwards it must come, once. */
TEST(signals_stay_pending_in_vfork, "a signal interrupts the parent inside vfork",
     "kernel/proc/process.c:/^vfork_is_over/")
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
