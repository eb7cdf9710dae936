/* sigmask.c - blocked and pending signals: masks, what is kept, what comes first, sigsuspend.
 *
 * What a signal does when it comes is in sigaction.c, which thread takes it in thread.c, calls that
 * have a mask for their own time in poll.c. Source: sigprocmask(2), sigpending(2), sigsuspend(2),
 * signal(7). */

#include "signals.h"

/* signal(7): a standard signal is pending once, however often it was sent. */
TEST(blocked_signals_wait, "a blocked signal is lost, or comes at once",
     "kernel/proc/signal.c:/^signal_set_mask/")
{
    set(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    /* raise returns with the handler still to come. */
    raise(SIGUSR1);
    EQ(count, 0);
    TRUE(pending(SIGUSR1));
    TRUE(!pending(SIGUSR2));
    /* A second one of the same number is not kept. */
    raise(SIGUSR1);
    block(SIG_UNBLOCK, SIGUSR1);
    EQ(count, 1);
    TRUE(!pending(SIGUSR1));
}

/* signal(7), "Real-time signals": as many as were sent, up to RLIMIT_SIGPENDING. */
TEST(real_time_signals_queue, "real-time signals are merged",
     "kernel/proc/pending.c:/^pending_add/")
{
    set(SIGRTMIN + 1, 0);
    block(SIG_BLOCK, SIGRTMIN + 1);
    for (int i = 0; i < 3; i++)
        /* kill(2) and not sigqueue: no value, but queued all the same. */
        EQ(sys(SYS_kill, getpid(), SIGRTMIN + 1), 0);
    block(SIG_UNBLOCK, SIGRTMIN + 1);
    EQ(count, 3);
}

/* The lowest number is delivered first: signal(7) promises it for real-time signals, Linux does it
 * for all. Delivered is not run: each delivery puts a frame upon the last, so the last one
 * delivered runs first. */
TEST(lowest_first, "pending signals come in any order", "kernel/proc/pending.c:/^pending_take/")
{
    sigset_t all;
    set(SIGHUP, 0);
    set(SIGUSR1, 0);
    set(SIGTERM, 0);
    sigfillset(&all);
    OK(sigprocmask(SIG_BLOCK, &all, NULL));
    raise(SIGTERM);
    raise(SIGUSR1);
    raise(SIGHUP);
    block(SIG_UNBLOCK, SIGTERM);
    EQ(last, SIGTERM);
    OK(sigprocmask(SIG_UNBLOCK, &all, NULL));
    EQ(count, 3);
    EQ(last, SIGHUP);
}

/* sigprocmask(2): without a set `how` is not looked at, 77 is then fine. KILL and STOP drop out of
 * any mask in silence. */
TEST(sigprocmask_how, "SETMASK adds, or the old mask is the new one",
     "kernel/syscall/signal.c:/^sys_rt_sigprocmask/")
{
    unsigned long a = BIT(SIGUSR1), b = BIT(SIGUSR2), old = 99, all = -1UL;
    EQ(sys(SYS_rt_sigprocmask, SIG_SETMASK, &a, &old, 8), 0);
    EQ(old, 0);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &b, &old, 8), 0);
    EQ(old, a);
    EQ(sys(SYS_rt_sigprocmask, SIG_UNBLOCK, &a, &old, 8), 0);
    EQ(old, a | b);
    EQ(sys(SYS_rt_sigprocmask, 77, 0, &old, 8), 0);
    EQ(old, b);
    EQ(sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, 8), 0);
    EQ(sys(SYS_rt_sigprocmask, 0, 0, &old, 8), 0);
    EQ(old, BLOCKABLE);
    ERR(sys(SYS_rt_sigprocmask, 77, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigprocmask, SIG_BLOCK, &a, 0, 4), EINVAL);
    ERR(sys(SYS_rt_sigprocmask, SIG_BLOCK, &a, 0, 16), EINVAL);
}

/* The old mask may be written only when the new one has been read. */
TEST(in_and_out_may_be_one, "set and oldset at one address",
     "kernel/syscall/signal.c:/^sys_rt_sigprocmask/")
{
    unsigned long m = BIT(SIGUSR1);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &m, &m, 8), 0);
    EQ(m, 0);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, &m, 8), 0);
    EQ(m, BIT(SIGUSR1));
}

/* POSIX, signal actions: SIG_IGN throws away what is pending, blocked or not. */
TEST(ignored_signals_vanish, "an ignored signal becomes pending",
     "kernel/proc/signal.c:/^signal_set_action/")
{
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    TRUE(!pending(SIGUSR1));
    /* One that is pending vanishes when it gets ignored. */
    signal(SIGUSR1, SIG_DFL);
    block(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    TRUE(pending(SIGUSR1));
    signal(SIGUSR1, SIG_IGN);
    TRUE(!pending(SIGUSR1));
}

/* sigsuspend(2): mask and sleep are one step. A signal that is pending ends the call at once;
 * between two calls it would be taken before the sleep, which then lasts for ever. */
TEST(sigsuspend_waits_with_a_mask, "the mask is set too late, or not put back",
     "kernel/syscall/signal.c:/^sys_rt_sigsuspend/")
{
    sigset_t none;
    set(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    sigemptyset(&none);
    FAILS(sigsuspend(&none), EINTR);
    EQ(count, 1);
    EQ(mask(), BIT(SIGUSR1));
    /* The size again, which glibc always gives right. */
    unsigned long raw = 0;
    ERR(sys(SYS_rt_sigsuspend, &raw, 4), EINVAL);
}

/* The ignored one comes first in each round: woken by it, the call must sleep again. */
TEST(sigsuspend_ignores_ignored, "an ignored signal ends sigsuspend",
     "kernel/proc/signal.c:/^signal_send/")
{
    sigset_t none;
    set(SIGUSR1, 0);
    signal(SIGUSR2, SIG_IGN);
    pid_t me = getpid(), pid = OK(fork());
    while (pid == 0) {
        struct timespec ms = { 0, 5000000 };
        kill(me, SIGUSR2);
        nanosleep(&ms, NULL);
        kill(me, SIGUSR1);
    }
    sigemptyset(&none);
    /* last tells which of the two ended it. */
    FAILS(sigsuspend(&none), EINTR);
    EQ(last, SIGUSR1);
    KILL_PEER(pid);
}
