/* sigaction.c - what a signal does: handlers, their flags and masks, default actions.
 *
 * The frame is in sigframe.c, the alternate stack in altstack.c, faults in sigfault.c, blocked and
 * pending signals in sigmask.c, who may send to whom in kill.c, interrupted calls in restart.c.
 * POSIX promises that a handler has run when raise or kill returns, for a process' signal to itself
 * (kill(2), NOTES). Source: sigaction(2), signal(7). */

#include "signals.h"
#include <setjmp.h>

/* The kernel's own struct: riscv has no restorer. */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags, mask;
};

/* A signal that a process sends to itself has been handled when raise or kill returns. */
TEST(handler_runs_once, "the handler is not called, or again and again",
     "kernel/proc/deliver.c:/^signal_deliver/")
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
     "kernel/syscall/signal.c:/^sys_rt_sigaction/")
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
     "kernel/syscall/signal.c:/^sys_rt_sigaction/")
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
TEST(old_action_comes_back, "oldact is empty, or already the new one",
     "kernel/proc/signal.c:/^signal_set_action/")
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
TEST(mask_in_a_handler, "the signal itself, or sa_mask, is not blocked",
     "kernel/proc/sigframe.c:/^frame_push/")
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
TEST(nodefer_nests, "SA_NODEFER is ignored", "kernel/proc/sigframe.c:/^frame_push/")
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
TEST(deferred_without_nodefer, "a handler is entered while it runs",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    struct sigaction a = { .sa_handler = raise_again };
    OK(sigaction(SIGUSR1, &a, NULL));
    raise(SIGUSR1);
    /* Each run raises one more, which comes only when it has returned. */
    EQ(count, 4);
    EQ(deepest, 1);
}

/* System V's handlers were like this. Programs use it that want to end by the second signal. */
TEST(resethand_resets, "SA_RESETHAND keeps the handler", "kernel/proc/signal.c:/^signal_take/")
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

/* The table of signal(7), standard signals and the ends of the real-time ones. */
TEST(default_actions, "a signal that ends a process is ignored, or the other way round",
     "kernel/proc/deliver.c:/^signal_deliver/")
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

static sigjmp_buf back;

static void
jump(int signal)
{
    siglongjmp(back, signal);
}

/* setjmp(3): siglongjmp puts the mask back, and nobody returns through the frame. So the kernel may
 * not keep count of handlers that are under way. */
TEST(leaving_by_longjmp, "a handler left by siglongjmp spoils the next",
     "kernel/proc/sigframe.c:/^frame_push/")
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
