/* kill.c - kill, tgkill, tkill: who gets a signal, with which siginfo, and what is refused.
 *
 * Source: kill(2), tgkill(2), rt_sigqueueinfo(2). */
#include "fixture.h"
#include <sys/time.h>

static volatile int count;
static siginfo_t info;

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

TEST(kill_refuses, "a bad number or pid is taken", "kernel/syscall")
{
    ERR(sys(SYS_kill, getpid(), 65), EINVAL);
    ERR(sys(SYS_kill, getpid(), -1), EINVAL);
    ERR(sys(SYS_kill, 99999, SIGTERM), ESRCH);
    ERR(sys(SYS_kill, 99999, 0), ESRCH);
    ERR(sys(SYS_kill, -99999, SIGTERM), ESRCH);
    ERR(sys(SYS_kill, 0x80000000, SIGTERM), ESRCH);
    /* The process is looked for first. */
    ERR(sys(SYS_kill, 99999, 65), ESRCH);
}

TEST(signal_zero_asks, "signal 0 is delivered", "kernel/proc (signal)")
{
    EQ(sys(SYS_kill, getpid(), 0), 0);
    EQ(sys(SYS_kill, getppid(), 0), 0);
    EQ(sys(SYS_kill, 1, 0), 0);
    EQ(sys(SYS_tkill, sys(SYS_gettid), 0), 0);
}

TEST(tgkill_refuses, "thread and group are not compared", "kernel/syscall")
{
    pid_t me = getpid();
    EQ(sys(SYS_tgkill, me, me, 0), 0);
    ERR(sys(SYS_tgkill, me, 99999, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, 99999, me, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, getppid(), me, SIGTERM), ESRCH);
    ERR(sys(SYS_tgkill, 0, me, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, me, 0, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, -1, me, SIGTERM), EINVAL);
    ERR(sys(SYS_tgkill, me, me, 65), EINVAL);
    ERR(sys(SYS_tkill, 0, SIGTERM), EINVAL);
    ERR(sys(SYS_tkill, -5, SIGTERM), EINVAL);
    ERR(sys(SYS_tkill, 99999, SIGTERM), ESRCH);
    ERR(sys(SYS_tkill, me, 65), EINVAL);
}

TEST(siginfo_of_kill, "si_code, si_pid or si_uid are not filled", "kernel/proc (signal)")
{
    set(SIGUSR1);
    memset(&info, 0xff, sizeof info);
    EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
    EQ(info.si_signo, SIGUSR1);
    EQ(info.si_errno, 0);
    EQ(info.si_code, SI_USER);
    EQ(info.si_pid, getpid());
    EQ(info.si_uid, 0);
    memset(&info, 0xff, sizeof info);
    EQ(sys(SYS_tgkill, getpid(), getpid(), SIGUSR1), 0);
    EQ(info.si_code, SI_TKILL);
    EQ(info.si_pid, getpid());
    memset(&info, 0xff, sizeof info);
    EQ(sys(SYS_tkill, getpid(), SIGUSR1), 0);
    EQ(info.si_code, SI_TKILL);
}

TEST(siginfo_from_a_child, "si_pid is the receiver", "kernel/proc (signal)")
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

TEST(siginfo_of_sigchld, "SIGCHLD comes without pid, status or code", "kernel/proc (exit)")
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

TEST(siginfo_of_the_kernel, "a signal without a sender names one", "kernel/proc (signal)")
{
    struct itimerval v = { { 0, 0 }, { 0, 1000 } };
    int fds[2];
    set(SIGALRM);
    set(SIGPIPE);
    memset(&info, 0xff, sizeof info);
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

/* Children that wait for any signal; `group` 0 makes a new group of the first one. */
static pid_t
waiter(pid_t group)
{
    pid_t pid = sleeping_child();
    OK(setpgid(pid, group));
    return pid;
}

TEST(kill_of_a_group, "only the leader, or every process, gets it", "kernel/proc (signal)")
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

TEST(kill_of_own_group, "kill(0) misses the caller or a child", "kernel/proc (signal)")
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

TEST(kill_of_all, "kill(-1) hits init or the caller", "kernel/proc (signal)")
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

TEST(init_is_not_killed, "SIGKILL of root ends init", "kernel/proc (signal)")
{
    long r = sys(SYS_kill, 1, SIGKILL);
    TRUE(r == 0 || r == -EPERM);
    pause_ms(20);
    EQ(sys(SYS_kill, 1, 0), 0);
}

TEST(kill_wakes_from_every_sleep, "a sleep cannot be ended by SIGKILL", "kernel/sched")
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
            if (kind == 4 && waiter(0))
                _exit(wait(NULL));
            _exit(0);
        }
        pause_ms(10);
        kill(pid, SIGKILL);
        EQ(STATUS(pid), KILLED(SIGKILL));
    }
}

TEST(kill_ends_a_busy_loop, "a process that makes no call cannot be killed",
     "kernel/trap (return to user)")
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

TEST(sigqueue_carries_a_value, "rt_sigqueueinfo is missing or loses si_value",
     "kernel/proc (signal)")
{
    union sigval value = { .sival_ptr = (void *)0x123456789 };
    set(SIGUSR1);
    if (sigqueue(getpid(), SIGUSR1, value) == -1) {
        EQ(errno, ENOSYS);
        return;
    }
    EQ(info.si_code, SI_QUEUE);
    TRUE(info.si_value.sival_ptr == value.sival_ptr);
}

TEST(sigtimedwait_takes_a_pending_one, "sigtimedwait is missing or runs the handler",
     "kernel/proc (signal)")
{
    sigset_t s;
    siginfo_t got;
    struct timespec zero = { 0, 1000000 };
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    OK(sigprocmask(SIG_BLOCK, &s, NULL));
    set(SIGUSR1);
    raise(SIGUSR1);
    int r = sigtimedwait(&s, &got, &zero);
    if (r == -1 && errno == ENOSYS)
        return;
    EQ(r, SIGUSR1);
    EQ(got.si_signo, SIGUSR1);
    EQ(count, 0);
    FAILS(sigtimedwait(&s, &got, &zero), EAGAIN);
}
