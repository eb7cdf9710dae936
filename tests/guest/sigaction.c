/* sigaction.c - actions, masks, pending signals, handlers and what they return to.
 *
 * Source: sigaction(2), sigprocmask(2), sigsuspend(2), signal(7). The frame is in sigframe.c. */
#include "check.h"
#include <setjmp.h>
#include <time.h>

/* The kernel's own struct: riscv has no restorer. */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags, mask;
};

static volatile int count, last;
static volatile sigset_t seen_mask;

static void
handler(int signal)
{
    sigset_t now;
    count++;
    last = signal;
    sigprocmask(0, NULL, &now);
    *(sigset_t *)&seen_mask = now;
}

static void
set(int signal, int flags)
{
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    OK(sigaction(signal, &a, NULL));
}

static void
block(int how, int signal)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, signal);
    OK(sigprocmask(how, &s, NULL));
}

static bool
pending(int signal)
{
    sigset_t s;
    OK(sigpending(&s));
    return sigismember(&s, signal);
}

TEST(handler_runs_once, "the handler is not called, or again and again", "kernel/proc (signal)")
{
    set(SIGUSR1, 0);
    raise(SIGUSR1);
    EQ(count, 1);
    EQ(last, SIGUSR1);
    kill(getpid(), SIGUSR1);
    EQ(count, 2);
}

TEST(all_signals_can_be_caught, "signals 32 to 64 are unknown (glibc cancels with 32)",
     "kernel/proc (signal)")
{
    struct kernel_action a = { handler, 0, 0 }, old;
    for (int s = 1; s <= 64; s++) {
        if (s == SIGKILL || s == SIGSTOP)
            continue;
        EQ(sys(SYS_rt_sigaction, s, &a, 0, 8), 0);
        EQ(sys(SYS_rt_sigaction, s, 0, &old, 8), 0);
        TRUE(old.handler == handler);
        count = 0;
        EQ(sys(SYS_tgkill, getpid(), gettid(), s), 0);
        EQ(count, 1);
        EQ(last, s);
    }
}

TEST(sigaction_refuses, "KILL or STOP can be caught, or any sigsetsize is taken", "kernel/syscall")
{
    struct kernel_action a = { handler, 0, 0 };
    ERR(sys(SYS_rt_sigaction, SIGKILL, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigaction, SIGSTOP, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigaction, 0, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigaction, 65, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigaction, -1, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 16), EINVAL);
    ERR(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 4), EINVAL);
    /* Reading is allowed for both. */
    EQ(sys(SYS_rt_sigaction, SIGKILL, 0, &a, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGSTOP, 0, &a, 8), 0);
    EQ(a.handler, 0);
    /* A bad address is found before a bad number. */
    ERR(sys(SYS_rt_sigaction, 65, 8, 0, 8), EFAULT);
    ERR(sys(SYS_rt_sigaction, SIGKILL, 8, 0, 8), EFAULT);
}

TEST(unknown_flags_go, "a flag that means nothing comes back, or one that is known is lost",
     "kernel/syscall/signal.c:/^#define KNOWN_FLAGS/")
{
    /* Which flags a kernel knows is found out by what it gives back (sigaction(2)): all but
     * SA_UNSUPPORTED (0x400), and 0x800 is SA_EXPOSE_TAGBITS. */
    struct kernel_action a = { handler, -1UL, 0 };
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &a, 8), 0);
    EQ(a.flags, 0xd8000807UL);
}

TEST(old_action_comes_back, "oldact is empty, or already the new one", "kernel/proc (signal)")
{
    struct kernel_action a = { handler, SA_RESTART | SA_NODEFER, 0xe00 }, old = { 0 }, third;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, &old, 8), 0);
    TRUE(old.handler == SIG_DFL);
    a.handler = SIG_IGN;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, &third, 8), 0);
    TRUE(third.handler == handler);
    EQ(third.flags, SA_RESTART | SA_NODEFER);
    EQ(third.mask, 0xe00);
    /* KILL and STOP cannot be in a mask. */
    a.mask = -1UL;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &a, 8), 0);
    EQ(a.mask, ~(1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1)));
}

TEST(mask_in_a_handler, "the signal itself, or sa_mask, is not blocked", "kernel/proc (signal)")
{
    struct sigaction a = { .sa_handler = handler };
    sigset_t now;
    sigemptyset(&a.sa_mask);
    sigaddset(&a.sa_mask, SIGUSR2);
    OK(sigaction(SIGUSR1, &a, NULL));
    block(SIG_BLOCK, SIGHUP);
    raise(SIGUSR1);
    EQ(sigismember((sigset_t *)&seen_mask, SIGUSR1), 1);
    EQ(sigismember((sigset_t *)&seen_mask, SIGUSR2), 1);
    EQ(sigismember((sigset_t *)&seen_mask, SIGHUP), 1);
    EQ(sigismember((sigset_t *)&seen_mask, SIGTERM), 0);
    sigprocmask(0, NULL, &now);
    EQ(sigismember(&now, SIGUSR1), 0);
    EQ(sigismember(&now, SIGUSR2), 0);
    EQ(sigismember(&now, SIGHUP), 1);
}

static volatile int depth, deepest;

static void
nest(int signal)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (depth < 4)
        raise(signal);
    depth--;
    count++;
}

TEST(nodefer_nests, "SA_NODEFER is ignored", "kernel/proc (signal)")
{
    struct sigaction a = { .sa_handler = nest, .sa_flags = SA_NODEFER };
    OK(sigaction(SIGUSR1, &a, NULL));
    raise(SIGUSR1);
    EQ(deepest, 4);
    EQ(count, 4);
}

static void
raise_again(int signal)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (count++ < 3)
        raise(signal);
    depth--;
}

TEST(deferred_without_nodefer, "a handler is entered while it runs", "kernel/proc (signal)")
{
    struct sigaction a = { .sa_handler = raise_again };
    OK(sigaction(SIGUSR1, &a, NULL));
    raise(SIGUSR1);
    /* Each run raises one more, which comes only when it has returned. */
    EQ(count, 4);
    EQ(deepest, 1);
}

TEST(resethand_resets, "SA_RESETHAND keeps the handler", "kernel/proc (signal)")
{
    struct sigaction now;
    set(SIGUSR1, SA_RESETHAND);
    raise(SIGUSR1);
    EQ(count, 1);
    OK(sigaction(SIGUSR1, NULL, &now));
    TRUE(now.sa_handler == SIG_DFL);
    EQ(IN_CHILD(raise(SIGUSR1)), KILLED(SIGUSR1));
}

TEST(blocked_signals_wait, "a blocked signal is lost, or comes at once", "kernel/proc (signal)")
{
    set(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
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

TEST(real_time_signals_queue, "real-time signals are merged", "kernel/proc (signal)")
{
    set(SIGRTMIN + 1, 0);
    block(SIG_BLOCK, SIGRTMIN + 1);
    for (int i = 0; i < 3; i++)
        EQ(sys(SYS_kill, getpid(), SIGRTMIN + 1), 0);
    block(SIG_UNBLOCK, SIGRTMIN + 1);
    EQ(count, 3);
}

TEST(lowest_first, "pending signals come in any order", "kernel/proc (signal)")
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
    /* Both at once: frames are stacked, so the lowest number's handler runs last. */
    OK(sigprocmask(SIG_UNBLOCK, &all, NULL));
    EQ(count, 3);
}

TEST(sigprocmask_how, "SETMASK adds, or the old mask is the new one", "kernel/syscall")
{
    unsigned long a = 1UL << (SIGUSR1 - 1), b = 1UL << (SIGUSR2 - 1), old = 99, all = -1UL;
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
    EQ(old, ~(1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1)));
    ERR(sys(SYS_rt_sigprocmask, 77, &a, 0, 8), EINVAL);
    ERR(sys(SYS_rt_sigprocmask, SIG_BLOCK, &a, 0, 4), EINVAL);
    ERR(sys(SYS_rt_sigprocmask, SIG_BLOCK, &a, 0, 16), EINVAL);
}

TEST(in_and_out_may_be_one, "set and oldset at one address", "kernel/syscall")
{
    unsigned long m = 1UL << (SIGUSR1 - 1);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &m, &m, 8), 0);
    EQ(m, 0);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, &m, 8), 0);
    EQ(m, 1UL << (SIGUSR1 - 1));
}

TEST(ignored_signals_vanish, "an ignored signal becomes pending", "kernel/proc (signal)")
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

TEST(default_actions, "a signal that ends a process is ignored, or the other way round",
     "kernel/proc (signal)")
{
    static const int ends[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT,
                                SIGBUS,  SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV,   SIGUSR2,
                                SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF,
                                SIGIO,   SIGSYS,  34,      64 };
    static const int nothing[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT };
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        int status = IN_CHILD(sys(SYS_kill, getpid(), ends[i]));
        /* 128 is the mark of a core dump; there is none to be had here. */
        if ((status & 127) != ends[i])
            FAIL("expected death by signal %d, seen status 0x%x", ends[i], status);
    }
    for (unsigned i = 0; i < sizeof nothing / sizeof *nothing; i++)
        EQ(IN_CHILD(sys(SYS_kill, getpid(), nothing[i])), 0);
}

TEST(sigsuspend_waits_with_a_mask, "the mask is set too late, or not put back",
     "kernel/proc (signal)")
{
    sigset_t none, now;
    set(SIGUSR1, 0);
    block(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    sigemptyset(&none);
    FAILS(sigsuspend(&none), EINTR);
    EQ(count, 1);
    sigprocmask(0, NULL, &now);
    EQ(sigismember(&now, SIGUSR1), 1);
    unsigned long raw = 0;
    ERR(sys(SYS_rt_sigsuspend, &raw, 4), EINVAL);
}

TEST(sigsuspend_ignores_ignored, "an ignored signal ends sigsuspend", "kernel/proc (signal)")
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
    FAILS(sigsuspend(&none), EINTR);
    EQ(last, SIGUSR1);
    kill(pid, SIGKILL);
    EQ(check_wait(__FILE__, __LINE__, pid), KILLED(SIGKILL));
}

static sigjmp_buf back;

static void
jump(int signal)
{
    siglongjmp(back, signal);
}

TEST(leaving_by_longjmp, "a handler left by siglongjmp spoils the next", "kernel/proc (signal)")
{
    sigset_t now;
    signal(SIGUSR1, jump);
    for (volatile int i = 0; i < 100; i++)
        if (sigsetjmp(back, 1) == 0) {
            raise(SIGUSR1);
            FAIL("expected siglongjmp out of the handler, seen raise return");
        }
    sigprocmask(0, NULL, &now);
    EQ(sigismember(&now, SIGUSR1), 0);
}

TEST(many_signals_to_a_busy_process, "a frame is put on the stack that the code is using",
     "kernel/proc (signal frame)")
{
    pid_t me = getpid(), pid;
    set(SIGUSR1, 0);
    set(SIGUSR2, 0);
    pid = OK(fork());
    while (pid == 0) {
        kill(me, SIGUSR1);
        kill(me, SIGUSR2);
        sys(SYS_sched_yield);
    }
    /* Much state in registers and on the stack, checked round after round. */
    while (count < 300) {
        unsigned long a = 1, b = 2, c = 3, sum = 0;
        double d = 0.5;
        for (int i = 0; i < 5000; i++) {
            a = a * 6364136223846793005UL + 1;
            b ^= a >> 13;
            c += b;
            d = d * 0.5 + 0.25;
            sum += a + b + c;
        }
        EQ(d * 1000, 500);
        static unsigned long wanted;
        if (!wanted)
            wanted = sum;
        EQ(sum, wanted);
    }
    kill(pid, SIGKILL);
    EQ(check_wait(__FILE__, __LINE__, pid), KILLED(SIGKILL));
}
