/* sigaction.c - actions, masks, pending signals, handlers and what they return to.
 *
 * The frame is in sigframe.c, the alternate stack in altstack.c, faults in sigfault.c, who may send
 * to whom in kill.c, interrupted calls in restart.c. That a handler has run when raise or kill
 * returns is POSIX's promise for a process' signal to itself (kill(2), NOTES). Source:
 * sigaction(2), sigprocmask(2), sigsuspend(2), signal(7). */
#include "peer.h"
#include <setjmp.h>

/* The kernel's own struct: riscv has no restorer. */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags, mask;
};

/* A signal's bit in the kernel's mask of one word; and all but the two that cannot be blocked
 * (sigprocmask(2), NOTES). */
#define BIT(signal) (1UL << ((signal)-1))
#define BLOCKABLE   (~(BIT(SIGKILL) | BIT(SIGSTOP)))

static volatile int count, last;
static volatile unsigned long seen_mask;

static unsigned long
mask(void)
{
    unsigned long now = 0;
    sys(SYS_rt_sigprocmask, 0, 0, &now, sizeof(now));
    return now;
}

/* Counts, and keeps the mask under which it runs. */
static void
handler(int signal)
{
    count++;
    last = signal;
    seen_mask = mask();
}

/* The handler above for this signal. */
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

/* A signal that a process sends to itself has been handled when raise or kill returns. */
TEST(handler_runs_once, "the handler is not called, or again and again", "kernel/proc (signal)")
{
    set(SIGUSR1, 0);
    raise(SIGUSR1);
    EQ(count, 1);
    EQ(last, SIGUSR1);
    kill(getpid(), SIGUSR1);
    EQ(count, 2);
}

/* These are raw calls, because glibc keeps 32 and 33 for itself and refuses them. */
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

/* The size is the kernel's 8 bytes, not the 128 of glibc's sigset_t; a kernel that takes any size
 * can never tell a larger set later on. */
TEST(sigaction_refuses, "KILL or STOP can be caught, or any sigsetsize is taken",
     "kernel/syscall (signal)")
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

/* A program finds out which flags a kernel knows by what it gives back (sigaction(2), "Dynamically
 * probing for flag bits"). That is all but SA_UNSUPPORTED, 0x400; 0x800 is SA_EXPOSE_TAGBITS. */
TEST(unknown_flags_go, "a flag that means nothing comes back, or one that is known is lost",
     "kernel/syscall/signal.c:/^#define KNOWN_FLAGS/")
{
    struct kernel_action a = { handler, -1UL, 0 };
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &a, 8), 0);
    EQ(a.flags, 0xd8000807UL);
}

/* Libraries put a foreign handler back when they are done. */
TEST(old_action_comes_back, "oldact is empty, or already the new one", "kernel/proc (signal)")
{
    const unsigned long some = BIT(SIGUSR1) | BIT(SIGSEGV) | BIT(SIGUSR2);
    struct kernel_action a = { handler, SA_RESTART | SA_NODEFER, some }, old = { 0 }, third;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, &old, 8), 0);
    TRUE(old.handler == SIG_DFL);
    a.handler = SIG_IGN;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, &third, 8), 0);
    TRUE(third.handler == handler);
    EQ(third.flags, SA_RESTART | SA_NODEFER);
    EQ(third.mask, some);
    /* KILL and STOP cannot be in a mask. */
    a.mask = -1UL;
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &a, 0, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &a, 8), 0);
    EQ(a.mask, BLOCKABLE);
}

/* sigaction(2): the signal itself, sa_mask, and what was blocked before. All of it ends with the
 * handler. */
TEST(mask_in_a_handler, "the signal itself, or sa_mask, is not blocked", "kernel/proc (signal)")
{
    struct sigaction a = { .sa_handler = handler };
    sigemptyset(&a.sa_mask);
    sigaddset(&a.sa_mask, SIGUSR2);
    OK(sigaction(SIGUSR1, &a, NULL));
    block(SIG_BLOCK, SIGHUP);
    raise(SIGUSR1);
    EQ(seen_mask, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(SIGHUP));
    EQ(mask(), BIT(SIGHUP));
}

/* How many handlers are under way, and were at most. */
static volatile int depth, deepest;

static void
go_deeper(void)
{
    if (++depth > deepest)
        deepest = depth;
}

static void
nest(int signal)
{
    go_deeper();
    if (depth < 4)
        raise(signal);
    depth--;
    count++;
}

/* sigaction(2), SA_NODEFER: the signal is not blocked while its own handler runs. */
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
    go_deeper();
    if (count++ < 3)
        raise(signal);
    depth--;
}

/* The counterpart of nodefer_nests: never two at once, none lost. */
TEST(deferred_without_nodefer, "a handler is entered while it runs", "kernel/proc (signal)")
{
    struct sigaction a = { .sa_handler = raise_again };
    OK(sigaction(SIGUSR1, &a, NULL));
    raise(SIGUSR1);
    /* Each run raises one more, which comes only when it has returned. */
    EQ(count, 4);
    EQ(deepest, 1);
}

/* System V's handlers were like this. Programs use it that want to end by the second signal. */
TEST(resethand_resets, "SA_RESETHAND keeps the handler", "kernel/proc (signal)")
{
    struct sigaction now;
    set(SIGUSR1, SA_RESETHAND);
    raise(SIGUSR1);
    EQ(count, 1);
    OK(sigaction(SIGUSR1, NULL, &now));
    TRUE(now.sa_handler == SIG_DFL);
    /* So the second signal is the default's. */
    EQ(IN_CHILD(raise(SIGUSR1)), KILLED(SIGUSR1));
}

/* signal(7): a standard signal is pending once, however often it was sent. */
TEST(blocked_signals_wait, "a blocked signal is lost, or comes at once", "kernel/proc (signal)")
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
TEST(real_time_signals_queue, "real-time signals are merged", "kernel/proc (signal)")
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
    OK(sigprocmask(SIG_UNBLOCK, &all, NULL));
    EQ(count, 3);
    EQ(last, SIGHUP);
}

/* sigprocmask(2): without a set `how` is not looked at, 77 is then fine. KILL and STOP drop out of
 * any mask in silence. */
TEST(sigprocmask_how, "SETMASK adds, or the old mask is the new one", "kernel/syscall (signal)")
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
TEST(in_and_out_may_be_one, "set and oldset at one address", "kernel/syscall (signal)")
{
    unsigned long m = BIT(SIGUSR1);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &m, &m, 8), 0);
    EQ(m, 0);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, &m, 8), 0);
    EQ(m, BIT(SIGUSR1));
}

/* POSIX, signal actions: SIG_IGN throws away what is pending, blocked or not. */
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

/* The table of signal(7), standard signals and the ends of the real-time ones. */
TEST(default_actions, "a signal that ends a process is ignored, or the other way round",
     "kernel/proc (signal)")
{
    static const int ends[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT,
                                SIGBUS,  SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV,   SIGUSR2,
                                SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF,
                                SIGIO,   SIGSYS,  34,      64 };
    static const int nothing[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT };
    for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        int status = IN_CHILD(sys(SYS_kill, getpid(), ends[i]));
        /* 128 is the mark of a core dump; there is none to be had here. */
        if ((status & 127) != ends[i])
            FAIL("expected death by signal %d, seen status 0x%x", ends[i], status);
    }
    for (unsigned i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
        EQ(IN_CHILD(sys(SYS_kill, getpid(), nothing[i])), 0);
}

/* sigsuspend(2): mask and sleep are one step. A signal that is pending ends the call at once;
 * between two calls it would be taken before the sleep, which then lasts for ever. */
TEST(sigsuspend_waits_with_a_mask, "the mask is set too late, or not put back",
     "kernel/proc (signal)")
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
    /* last tells which of the two ended it. */
    FAILS(sigsuspend(&none), EINTR);
    EQ(last, SIGUSR1);
    KILL_PEER(pid);
}

static sigjmp_buf back;

static void
jump(int signal)
{
    siglongjmp(back, signal);
}

/* setjmp(3): siglongjmp puts the mask back, and nobody returns through the frame. So the kernel may
 * not keep count of handlers that are under way. */
TEST(leaving_by_longjmp, "a handler left by siglongjmp spoils the next", "kernel/proc (signal)")
{
    signal(SIGUSR1, jump);
    for (volatile int i = 0; i < 100; i++)
        /* 100 handlers that never return: their frames are left below sp and forgotten. */
        if (sigsetjmp(back, 1) == 0) {
            raise(SIGUSR1);
            FAIL("expected siglongjmp out of the handler, seen raise return");
        }
    EQ(mask(), 0);
}
