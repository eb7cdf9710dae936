/* kill.c - kill, tgkill, tkill: who gets a signal, with which siginfo, and what is refused.
 *
 * Here is the sending side. What a handler does is in sigaction.c, what a mask does in sigmask.c,
 * stopping and going on in stop.c, SIGKILL in all states in attack_signal.c. Source: kill(2),
 * tgkill(2), rt_sigqueueinfo(2), sigaction(2) on siginfo_t, sigwaitinfo(2). */

#include "fixture.h"
#include <sys/time.h>

static volatile int count;
static siginfo_t info; /* of the last signal */

static void
handler(int signal, siginfo_t *i, void *context)
{
    count++;
    info = *i;
}

static void
set(int signal)
{
    struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    OK(sigaction(signal, &a, NULL));
}

/* -INT_MIN is no group. Of two faults that of the pid is told, on Linux: the signal's number is
 * looked at when there is somebody to get it. */
TEST(kill_refuses, "a bad number or pid is taken", "kernel/syscall/signal.c:/^sys_kill/")
{
    ERR(sys(SYS_kill, getpid(), 65), EINVAL);
    ERR(sys(SYS_kill, getpid(), -1), EINVAL);
    ERR(sys(SYS_kill, NOBODY, SIGTERM), ESRCH);
    ERR(sys(SYS_kill, NOBODY, 0), ESRCH);
    ERR(sys(SYS_kill, -NOBODY, SIGTERM), ESRCH);
    ERR(sys(SYS_kill, 0x80000000, SIGTERM), ESRCH);
    /* The process is looked for first. */
    ERR(sys(SYS_kill, NOBODY, 65), ESRCH);
}

/* kill(2): whether somebody is there. Daemons look so whether the pid in their file still lives. */
TEST(signal_zero_asks, "signal 0 is delivered", "kernel/proc/signal.c:/^signal_send/")
{
    EQ(sys(SYS_kill, getpid(), 0), 0);
    EQ(sys(SYS_kill, getppid(), 0), 0);
    EQ(sys(SYS_kill, 1, 0), 0);
    EQ(sys(SYS_tkill, sys(SYS_gettid), 0), 0);
}

/* A tid may be given anew when its thread has ended; with the process in hand tgkill cannot hit
 * a stranger, which is why it replaced tkill: tgkill(2). pthread_kill uses it. */
TEST(tgkill_refuses, "thread and group are not compared", "kernel/syscall/signal.c:/^sys_tgkill/")
{
    pid_t me = getpid();
    EQ(sys(SYS_tgkill, me, me, 0), 0);
    ERR(sys(SYS_tgkill, me, NOBODY, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, NOBODY, me, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, getppid(), me, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, 0, me, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, me, 0, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, -1, me, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, me, me, 65), EINVAL);
    ERR(sys(SYS_tkill, 0, SIGTERM), EINVAL);
    ERR(sys(SYS_tkill, -5, SIGTERM), EINVAL);
    ERR(sys(SYS_tkill, NOBODY, SIGTERM), ESRCH);
    ERR(sys(SYS_tkill, me, 65), EINVAL);
}

/* Filled with 0xff before: what the kernel does not write shows. si_pid and si_uid are of kill
 * and tkill alike. */
TEST(siginfo_of_kill, "si_code, si_pid or si_uid are not filled",
     "kernel/syscall/signal.c:/^sys_kill/")
{
    set(SIGUSR1);
    memset(&info, 0xff, sizeof(info));
    EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
    EQ(info.si_signo, SIGUSR1);
    EQ(info.si_errno, 0);
    EQ(info.si_code, SI_USER);
    EQ(info.si_pid, getpid());
    EQ(info.si_uid, 0);
    memset(&info, 0xff, sizeof(info));
    EQ(sys(SYS_tgkill, getpid(), getpid(), SIGUSR1), 0);
    EQ(info.si_code, SI_TKILL);
    EQ(info.si_pid, getpid());
    memset(&info, 0xff, sizeof(info));
    EQ(sys(SYS_tkill, getpid(), SIGUSR1), 0);
    EQ(info.si_code, SI_TKILL);
}

/* si_pid names the sender, not the process that gets the signal. */
TEST(siginfo_from_a_child, "si_pid is the receiver", "kernel/syscall/signal.c:/^sys_kill/")
{
    pid_t me = getpid(), pid;
    set(SIGUSR1);
    pid = OK(fork());
    if (pid == 0)
        _exit(kill(me, SIGUSR1));
    EQ(STATUS(pid), 0);
    EQ(count, 1);
    EQ(info.si_pid, pid);
}

/* The union of siginfo is laid out by si_signo: sigaction(2). Blocked until sigsuspend, which
 * opens and waits in one step, so the end of the child cannot come too early. */
TEST(siginfo_of_sigchld, "SIGCHLD comes without pid, status or code",
     "kernel/proc/wait.c:/^wait_info/")
{
    sigset_t chld, none;
    set(SIGCHLD);
    sigemptyset(&none);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    OK(sigprocmask(SIG_BLOCK, &chld, NULL));
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(42);
    FAILS(sigsuspend(&none), EINTR);
    EQ(info.si_signo, SIGCHLD);
    EQ(info.si_code, CLD_EXITED);
    EQ(info.si_pid, pid);
    EQ(info.si_status, 42);
    EQ(STATUS(pid), EXITED(42));
    pid = sleeping_child();
    kill(pid, SIGTERM);
    FAILS(sigsuspend(&none), EINTR);
    EQ(info.si_code, CLD_KILLED);
    EQ(info.si_pid, pid);
    EQ(info.si_status, SIGTERM);
    EQ(count, 2);
    EQ(STATUS(pid), KILLED(SIGTERM));
}

/* The timer's signal has the code SI_KERNEL and no sender. SIGPIPE looks as if the writing thread
 * had sent it to itself, as on Linux. */
TEST(siginfo_of_the_kernel, "a signal without a sender names one",
     "kernel/proc/signal.c:/^signal_send/")
{
    struct itimerval v = { { 0, 0 }, { 0, 1000 } };
    int fds[2];
    set(SIGALRM);
    set(SIGPIPE);
    memset(&info, 0xff, sizeof(info));
    OK(setitimer(ITIMER_REAL, &v, NULL));
    while (count == 0)
        sys(SYS_sched_yield);
    EQ(info.si_signo, SIGALRM);
    EQ(info.si_code, SI_KERNEL);
    EQ(info.si_pid, 0);
    /* SIGPIPE is as if the writer had sent it to itself. */
    OK(pipe(fds));
    close(fds[0]);
    FAILS(write(fds[1], "x", 1), EPIPE);
    EQ(info.si_signo, SIGPIPE);
    EQ(info.si_code, SI_USER);
    EQ(info.si_pid, getpid());
}

/* A child that waits for any signal, in this group; 0 makes a new one of it alone. */
static pid_t
waiter(pid_t group)
{
    pid_t pid = sleeping_child();
    OK(setpgid(pid, group));
    return pid;
}

/* A shell's ctrl-C and `kill %1`. When its last member has been waited for the group is gone. */
TEST(kill_of_a_group, "only the leader, or every process, gets it",
     "kernel/proc/signal.c:/^signal_send_members/")
{
    pid_t a = waiter(0), b = waiter(a), other = waiter(0);
    EQ(sys(SYS_kill, -a, 0), 0);
    EQ(sys(SYS_kill, -a, SIGTERM), 0);
    EQ(STATUS(a), KILLED(SIGTERM));
    EQ(STATUS(b), KILLED(SIGTERM));
    EQ(waitpid(other, NULL, WNOHANG), 0);
    ERR(sys(SYS_kill, -a, SIGTERM), ESRCH);
    EQ(sys(SYS_kill, other, SIGKILL), 0);
    EQ(STATUS(other), KILLED(SIGKILL));
}

/* The caller is a member, too, and has had the signal when the call returns: kill(2), NOTES.
 * Every check leads a group of its own (check.c); here that is said aloud. */
TEST(kill_of_own_group, "kill(0) misses the caller or a child",
     "kernel/proc/signal.c:/^signal_send_members/")
{
    OK(setpgid(0, 0));
    pid_t same = sleeping_child();
    pid_t other = waiter(0);
    set(SIGTERM);
    EQ(sys(SYS_kill, 0, SIGTERM), 0);
    EQ(count, 1);
    EQ(STATUS(same), KILLED(SIGTERM));
    EQ(waitpid(other, NULL, WNOHANG), 0);
    kill(other, SIGKILL);
    EQ(STATUS(other), KILLED(SIGKILL));
}

/* What shutdown does before the machine stops: kill(2), NOTES, leaves out init and, on Linux,
 * the caller. The frame ignores SIGUSR1, and stays to print this. */
TEST(kill_of_all, "kill(-1) hits init or the caller", "kernel/proc/signal.c:/^signal_send_members/")
{
    pid_t a = waiter(0), b = waiter(0);
    set(SIGUSR1);
    /* The frame ignores SIGUSR1; init and the caller are left out. */
    EQ(sys(SYS_kill, -1, SIGUSR1), 0);
    EQ(count, 0);
    EQ(STATUS(a), KILLED(SIGUSR1));
    EQ(STATUS(b), KILLED(SIGUSR1));
    EQ(sys(SYS_kill, 1, 0), 0);
}

/* kill(2), NOTES: init gets what it has handlers for. Here its end is the machine's. */
TEST(init_is_not_killed, "SIGKILL of root ends init", "kernel/proc/signal.c:/^signal_send/")
{
    long r = sys(SYS_kill, 1, SIGKILL);
    TRUE(r == 0 || r == -EPERM);
    pause_ms(20);
    EQ(sys(SYS_kill, 1, 0), 0);
}

/* Each kind of sleep has its own queue to be taken from; the last one waits for a child of its
 * own. */
TEST(kill_wakes_from_every_sleep, "a sleep cannot be ended by SIGKILL",
     "kernel/proc/exit.c:/^hurry_others/")
{
    int fds[2], word = 0;
    char byte;
    struct timespec hour = { 3600, 0 };
    OK(pipe(fds));
    for (int kind = 0; kind < 5; kind++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            if (kind == 0)
                nanosleep(&hour, NULL);
            if (kind == 1)
                _exit(read(fds[0], &byte, 1));
            if (kind == 2)
                sys(SYS_futex, &word, 0, 0, 0);
            if (kind == 3)
                pause();
            if (kind == 4 && sleeping_child())
                _exit(wait(NULL));
            _exit(0);
        }
        pause_ms(10);
        kill(pid, SIGKILL);
        EQ(STATUS(pid), KILLED(SIGKILL));
    }
}

/* It never enters the kernel by itself, only by an interrupt; on another hart that must be asked
 * for. The word in shared memory tells that it runs. */
TEST(kill_ends_a_busy_loop, "a process that makes no call cannot be killed",
     "kernel/trap/trap.c:/^return_work/")
{
    volatile int *flag = shared_page();
    for (int i = 0; i < 8; i++) {
        pid_t pid = OK(fork());
        if (pid == 0)
            for (;;)
                *flag = 1;
        while (!*flag)
            ;
        *flag = 0;
        kill(pid, SIGKILL);
        EQ(STATUS(pid), KILLED(SIGKILL));
    }
}

/* The value has 33 bits, so that one which is cut to an int shows. */
TEST(sigqueue_carries_a_value, "rt_sigqueueinfo is missing or loses si_value",
     "kernel/syscall/signal.c:/^sys_rt_sigqueueinfo/")
{
    union sigval value = { .sival_ptr = (void *)0x123456789 };
    set(SIGUSR1);
    OK(sigqueue(getpid(), SIGUSR1, value));
    EQ(info.si_code, SI_QUEUE);
    TRUE(info.si_value.sival_ptr == value.sival_ptr);
}

/* A program with a thread for signals blocks them all and takes them by call: sigwaitinfo(2). A
 * handler is there and must not run. */
TEST(sigtimedwait_takes_a_pending_one, "sigtimedwait is missing or runs the handler",
     "kernel/syscall/signal.c:/^sys_rt_sigtimedwait/")
{
    sigset_t s;
    siginfo_t got;
    struct timespec soon = { 0, 1000000 };
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    OK(sigprocmask(SIG_BLOCK, &s, NULL));
    set(SIGUSR1);
    raise(SIGUSR1);
    EQ(sigtimedwait(&s, &got, &soon), SIGUSR1);
    EQ(got.si_signo, SIGUSR1);
    EQ(count, 0);
    FAILS(sigtimedwait(&s, &got, &soon), EAGAIN);
}
