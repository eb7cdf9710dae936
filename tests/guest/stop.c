/* stop.c - stopping and continuing: SIGSTOP, SIGTSTP, SIGCONT, and what the parent is told.
 *
 * Job control on a terminal is in tests/host/test_run_terminal.py, plain waiting in wait.c. Source:
 * signal(7), wait(2), sigaction(2) on SA_NOCLDSTOP. */

#include "peer.h"
#include <time.h>

/* The two other forms of a wait status, as the macros of <sys/wait.h> read them. */
#define STOPPED(signal) ((signal) << 8 | 0x7f)
#define CONTINUED       0xffff

/* A child that counts in shared memory until it is killed. */
static volatile long *counter;

/* Whether it runs or is stopped shows in *counter, from outside and without a call. */
static pid_t
runner(void)
{
    counter = shared_page();
    pid_t pid = OK(fork());
    if (pid == 0)
        for (;;)
            ++*counter;
    while (*counter == 0)
        ;
    return pid;
}

/* A shell's fg and bg. Each change is told once and only to those who asked (wait(2)). */
TEST(stop_and_continue, "the process runs on, or the parent is not told",
     "kernel/proc/deliver.c:/^process_stop/")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    EQ(status, STOPPED(SIGSTOP));
    /* Told means stopped: from here on not one step more. */
    long before = *counter;
    let_pass_ms(50);
    EQ(*counter, before);
    /* Told once. */
    EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
    OK(kill(pid, SIGCONT));
    EQ(waitpid(pid, &status, WCONTINUED), pid);
    EQ(status, CONTINUED);
    /* A hang here is a process that was continued in name only. */
    while (*counter == before)
        ;
    KILL_PEER(pid);
}

/* A wait that does not ask for stops passes over this one, but does not lose it: asked for later,
 * it is still told. */
TEST(stop_is_hidden_without_wuntraced, "plain wait reports a stop", "kernel/proc/wait.c:/^look/")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    let_pass_ms(20);
    EQ(waitpid(pid, &status, WNOHANG), 0);
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    KILL_PEER(pid);
}

/* signal(7): SIGKILL is the one signal that does not wait for SIGCONT. */
TEST(stopped_process_can_be_killed, "SIGKILL waits for SIGCONT",
     "kernel/proc/exit.c:/^process_kill_tasks/")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    KILL_PEER(pid);
}

/* Other signals stay pending while the process is stopped, and act when it goes on. */
TEST(other_signals_wait, "a stopped process runs its handler",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    /* The default action would end it, and does only after SIGCONT. */
    OK(kill(pid, SIGTERM));
    let_pass_ms(20);
    EQ(waitpid(pid, &status, WNOHANG), 0);
    OK(kill(pid, SIGCONT));
    ENDS(pid, KILLED(SIGTERM));
}

static volatile int count, last;
static siginfo_t info;

static void
handler(int signal, siginfo_t *i, void *context)
{
    count++;
    last = signal;
    info = *i;
}

static void
set(int signal, int flags)
{
    struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
    OK(sigaction(signal, &a, NULL));
}

/* signal(7): SIGTSTP, SIGTTIN and SIGTTOU stop a process by default, as SIGSTOP does; but they can
 * be caught and ignored. */
TEST(tstp_stops_unless_caught, "SIGTSTP, TTIN or TTOU end the process",
     "kernel/proc/signal.c:/^signal_take/")
{
    static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    int status;
    for (int i = 0; i < 3; i++) {
        pid_t pid = runner();
        OK(kill(pid, signals[i]));
        EQ(waitpid(pid, &status, WUNTRACED), pid);
        EQ(status, STOPPED(signals[i]));
        KILL_PEER(pid);
    }
    /* Editors catch it to put the terminal in order; then it is a signal like others. */
    set(SIGTSTP, 0);
    raise(SIGTSTP);
    EQ(count, 1);
}

/* POSIX, "orphaned process group": a shell that could continue it is gone, so stopping it would be
 * for ever. SIGSTOP itself does not care. */
TEST(orphaned_group_is_not_stopped, "SIGTSTP stops a group that nobody can continue",
     "kernel/proc/deliver.c:/^process_stop/, kernel/proc/group.c:/^group_is_orphaned/")
{
    /* The child's parent, ended, leaves a group without a tie to its session. */
    int fds[2];
    char byte;
    OK(pipe(fds));
    EQ(IN_CHILD(if (fork() == 0) {
           close(fds[0]);
           /* The parent's exit is what makes the group an orphan. */
           while (getppid() != 1)
               sys(SYS_sched_yield);
           setsid();
           raise(SIGTSTP);
           _exit(write(fds[1], "x", 1) != 1);
       }),
       0);
    close(fds[1]);
    /* It got past the signal; end of file would be its death, a hang its stop. */
    EQ(read(fds[0], &byte, 1), 1);
}

/* A child in a group of its own, which ends while its own child is stopped, in the same group or in
 * another. The end of the pipe tells that the stopped one has ended, too. */
static void
leave_a_stopped_one(bool in_group)
{
    int fds[2];
    char byte;
    OK(pipe(fds));
    EQ(IN_CHILD(setpgid(0, 0); pid_t stopped = fork(); if (stopped == 0) {
           if (!in_group)
               setpgid(0, 0);
           raise(SIGSTOP);
           _exit(0);
       } waitpid(stopped, NULL, WUNTRACED)),
       0);
    close(fds[1]);
    EQ(read(fds[0], &byte, 1), 0);
    close(fds[0]);
}

/* POSIX, _exit(): SIGHUP and SIGCONT. A hang here is one that stays stopped for ever. */
TEST(orphaned_group_goes_on, "nobody tells a stopped group that its shell has gone",
     "kernel/proc/group.c:/^group_release/")
{
    leave_a_stopped_one(true);
    leave_a_stopped_one(false);
}

/* The stopped one loses its parent, but the leader's parent, this program, could continue the
 * group. */
TEST(tied_group_stays_stopped, "any end of a parent hangs up its child's group",
     "kernel/proc/group.c:/^group_release/")
{
    int fds[2], status;
    pid_t orphan = 0;
    OK(pipe(fds));
    pid_t leader = OK(fork());
    if (leader == 0) {
        setpgid(0, 0);
        leader = getpid();
        if (fork() == 0) {
            setpgid(0, 0);
            orphan = fork();
            if (orphan == 0) {
                setpgid(0, leader);
                raise(SIGSTOP);
                _exit(0);
            }
            waitpid(orphan, NULL, WUNTRACED);
            _exit(write(fds[1], &orphan, sizeof(orphan)) != sizeof(orphan));
        }
        for (;;)
            pause();
    }
    EQ(read(fds[0], &orphan, sizeof(orphan)), sizeof(orphan));
    let_pass_ms(20);
    EQ(waitpid(leader, &status, WNOHANG), 0); /* SIGHUP would have ended it */
    OK(kill(orphan, 0));
    OK(kill(-leader, SIGKILL));
    EQ(waitpid(leader, &status, 0), leader);
    EQ(status, SIGKILL);
}

/* SIGCONT does nothing to a process that runs, and reports nothing. A handler for it runs all the
 * same. */
TEST(cont_of_a_running_process, "SIGCONT ends or stops it", "kernel/proc/deliver.c:/^process_stop/")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGCONT));
    let_pass_ms(10);
    EQ(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED), 0);
    KILL_PEER(pid);
    set(SIGCONT, 0);
    raise(SIGCONT);
    EQ(count, 1);
}

/* signal(7): a stop signal removes a pending SIGCONT and the other way round, or the order in which
 * they were sent would not count. */
TEST(stop_and_cont_cancel, "a pending SIGCONT survives SIGSTOP",
     "kernel/proc/signal.c:/^signal_send/")
{
    sigset_t s, pending;
    sigemptyset(&s);
    sigaddset(&s, SIGCONT);
    sigaddset(&s, SIGTSTP);
    OK(sigprocmask(SIG_BLOCK, &s, NULL));
    raise(SIGTSTP);
    /* Takes SIGTSTP away, and becomes pending itself. */
    raise(SIGCONT);
    OK(sigpending(&pending));
    EQ(sigismember(&pending, SIGTSTP), 0);
    EQ(sigismember(&pending, SIGCONT), 1);
    raise(SIGTSTP);
    OK(sigpending(&pending));
    EQ(sigismember(&pending, SIGCONT), 0);
}

/* sigaction(2), SA_NOCLDSTOP: silences stops, not ends. Servers that only reap set it. */
TEST(sigchld_for_stops, "the parent gets no SIGCHLD for a stop, or gets it with NOCLDSTOP",
     "kernel/proc/wait.c:/^process_notify_parent/")
{
    int status;
    set(SIGCHLD, SA_RESTART);
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    /* The signal may come just after wait has returned. */
    while (count == 0)
        sys(SYS_sched_yield);
    EQ(info.si_code, CLD_STOPPED);
    EQ(info.si_status, SIGSTOP);
    EQ(info.si_pid, pid);
    set(SIGCHLD, SA_NOCLDSTOP | SA_RESTART);
    /* The continuation of before may not count. */
    count = 0;
    OK(kill(pid, SIGCONT));
    EQ(waitpid(pid, &status, WCONTINUED), pid);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    let_pass_ms(20);
    EQ(count, 0);
    KILL_PEER(pid);
    while (count == 0)
        sys(SYS_sched_yield);
    EQ(info.si_code, CLD_KILLED);
}

/* waitid(2) tells stops and continuations by si_code, where wait4 packs them into the status. */
TEST(waitid_tells_stops, "WSTOPPED and WCONTINUED of waitid", "kernel/proc/wait.c:/^wait_info/")
{
    siginfo_t i;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitid(P_PID, pid, &i, WSTOPPED), 0);
    EQ(i.si_code, CLD_STOPPED);
    EQ(i.si_status, SIGSTOP);
    OK(kill(pid, SIGCONT));
    EQ(waitid(P_PID, pid, &i, WCONTINUED), 0);
    EQ(i.si_code, CLD_CONTINUED);
    EQ(i.si_status, SIGCONT);
    KILL_PEER(pid);
}

/* signal(7) warns of calls that end with EINTR after SIGCONT even without a handler; nanosleep is
 * none of them since Linux 2.6: the rest is slept by restart_syscall. */
TEST(sleep_goes_on_after_a_stop, "nanosleep gives EINTR after SIGSTOP and SIGCONT",
     "kernel/syscall/signal.c:/^sys_restart_syscall/, kernel/proc/deliver.c:/^restart_call/")
{
    pid_t pid = OK(fork());
    struct timespec t = { 0, 100000000 };
    int status;
    if (pid == 0)
        _exit(nanosleep(&t, NULL) == 0 ? 0 : errno);
    /* It is in the middle of its 100 ms. */
    let_pass_ms(20);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    OK(kill(pid, SIGCONT));
    ENDS(pid, 0);
}

/* ^Z and fg on a program that waits for input. */
TEST(read_goes_on_after_a_stop, "a blocked read gives EINTR after a stop",
     "kernel/proc/deliver.c:/^restart_call/")
{
    int fds[2], status;
    char byte;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(read(fds[0], &byte, 1) == 1 ? 0 : errno);
    let_pass_ms(20);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    OK(kill(pid, SIGCONT));
    let_pass_ms(20);
    EQ(write(fds[1], "x", 1), 1);
    ENDS(pid, 0);
}
