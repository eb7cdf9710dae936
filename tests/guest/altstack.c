/* altstack.c - sigaltstack: handlers on a stack of their own, without which a program cannot say
 * that its normal one has overflowed.
 *
 * Not here: the layout of the frame that is pushed there (sigframe.c), and who tries to break it
 * (attack_signal.c). Source: sigaltstack(2), signal(7); where Linux says more than the pages,
 * do_sigaltstack() of its kernel/signal.c. */

#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

#define SIZE 65536

static char stack[SIZE] __attribute__((aligned(16)));
static volatile int on_it, count;
static stack_t in_handler, in_frame;

static bool
is_on(const void *address)
{
    return (char *)address >= stack && (char *)address < stack + SIZE;
}

/* The address of a local variable tells on which stack we are. The setting is asked for twice, by
 * the call and in the frame, because the kernel fills the two at different places. */
static void
handler(int signal, siginfo_t *info, void *context)
{
    char here;
    on_it = is_on(&here);
    sigaltstack(NULL, &in_handler);
    in_frame = ((ucontext_t *)context)->uc_stack;
    count++;
}

static void
set(int signal, int flags)
{
    struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
    OK(sigaction(signal, &a, NULL));
}

static void
use(void *at, size_t size, int flags)
{
    stack_t ss = { .ss_sp = at, .ss_size = size, .ss_flags = flags };
    OK(sigaltstack(&ss, NULL));
}

/* SA_ONSTACK belongs to the action, the stack to the thread: both must say so. */
TEST(handler_runs_on_it, "SA_ONSTACK is ignored", "kernel/proc/sigframe.c:/^frame_push/")
{
    use(stack, SIZE, 0);
    set(SIGUSR1, SA_ONSTACK);
    set(SIGUSR2, 0);
    raise(SIGUSR1);
    EQ(on_it, 1);
    raise(SIGUSR2);
    EQ(on_it, 0);
}

/* SS_ONSTACK is worked out from sp each time and stored nowhere, so it is gone with the handler's
 * return. The frame's uc_stack is what rt_sigreturn sets again (sigreturn(2)). */
TEST(flags_tell_where_we_are, "SS_ONSTACK is not reported",
     "kernel/proc/sigframe.c:/^alternate_stack/")
{
    stack_t now;
    OK(sigaltstack(NULL, &now));
    EQ(now.ss_flags, SS_DISABLE);
    EQ(now.ss_size, 0);
    use(stack, SIZE, 0);
    set(SIGUSR1, SA_ONSTACK);
    OK(sigaltstack(NULL, &now));
    EQ(now.ss_flags, 0);
    EQ(now.ss_size, SIZE);
    TRUE(now.ss_sp == stack);
    raise(SIGUSR1);
    EQ(in_handler.ss_flags, SS_ONSTACK);
    TRUE(in_handler.ss_sp == stack);
    TRUE(in_frame.ss_sp == stack && in_frame.ss_size == SIZE);
    OK(sigaltstack(NULL, &now));
    EQ(now.ss_flags, 0);
}

static volatile int eperm;

static void
changing_handler(int signal)
{
    stack_t ss = { .ss_sp = stack, .ss_size = SIZE };
    eperm = sigaltstack(&ss, NULL) == -1 ? errno : 0;
}

/* If the change were allowed, the next frame would start at the top of the stack on which this
 * handler stands. Source: sigaltstack(2), ERRORS. */
TEST(no_change_while_on_it, "the stack in use can be changed",
     "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    struct sigaction a = { .sa_handler = changing_handler, .sa_flags = SA_ONSTACK };
    use(stack, SIZE, 0);
    OK(sigaction(SIGUSR1, &a, NULL));
    raise(SIGUSR1);
    EQ(eperm, EPERM);
}

static const char *outer;
static volatile int below;

static void
nested_handler(int signal)
{
    char here;
    if (signal == SIGUSR1) {
        outer = &here;
        raise(SIGUSR2);
    } else {
        below = is_on(&here) && &here < outer;
    }
    count++;
}

/* The second frame goes below the first one. A frame at the top of the stack again would overwrite
 * the first handler's frame and locals. */
TEST(second_signal_continues_on_it, "the second frame starts at the top again",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    struct sigaction a = { .sa_handler = nested_handler, .sa_flags = SA_ONSTACK };
    use(stack, SIZE, 0);
    OK(sigaction(SIGUSR1, &a, NULL));
    OK(sigaction(SIGUSR2, &a, NULL));
    raise(SIGUSR1);
    EQ(count, 2);
    EQ(below, 1);
}

/* A runtime does this before it gives a thread's stack back (Go's unminit, the sanitizers). A frame
 * that is written there later would be in memory that has another owner by then. */
TEST(disabled, "SS_DISABLE is a flag like others", "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    stack_t now;
    use(stack, SIZE, 0);
    use(NULL, 0, SS_DISABLE);
    set(SIGUSR1, SA_ONSTACK);
    raise(SIGUSR1);
    EQ(count, 1);
    EQ(on_it, 0);
    OK(sigaltstack(NULL, &now));
    EQ(now.ss_flags, SS_DISABLE);
}

/* 2047 is one below MINSIGSTKSZ of <asm-generic/signal.h>. SS_ONSTACK as input means 0: programs
 * hand back what they were given. */
TEST(refusals, "a tiny stack or unknown flags are taken",
     "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    stack_t ss = { .ss_sp = stack, .ss_size = 2047 };
    FAILS(sigaltstack(&ss, NULL), ENOMEM);
    ss.ss_size = 2048;
    OK(sigaltstack(&ss, NULL));
    ss.ss_flags = 0x40; /* no flag of any kernel */
    FAILS(sigaltstack(&ss, NULL), EINVAL);
    ss.ss_flags = SS_ONSTACK;
    OK(sigaltstack(&ss, NULL));
}

/* Linux differs here: since 4.7 it takes this flag, which lets a coroutine switch away from a
 * handler. Postern does not have it, and must say so. */
TEST(no_autodisarm, "SS_AUTODISARM is taken and not obeyed",
     "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    stack_t ss = { .ss_sp = stack, .ss_size = SIZE, .ss_flags = (int)(1U << 31) };
    FAILS(sigaltstack(&ss, NULL), EINVAL);
}

/* A library that sets its own stack for a while puts the former one back with what it was told
 * here. */
TEST(old_comes_back, "the old setting is not returned",
     "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    static char other[SIZE];
    stack_t ss = { .ss_sp = other, .ss_size = SIZE }, old;
    use(stack, SIZE, 0);
    OK(sigaltstack(&ss, &old));
    TRUE(old.ss_sp == stack && old.ss_size == SIZE && old.ss_flags == 0);
    /* The new and the old setting may be at one address: the kernel reads before it writes. */
    EQ(sys(SYS_sigaltstack, &old, &old), 0);
    TRUE(old.ss_sp == other);
}

static sigjmp_buf back;

/* Leaves by a jump, as runtimes of languages do that turn an overflow into an exception. */
static void
overflow_handler(int signal, siginfo_t *info, void *context)
{
    char here;
    on_it = is_on(&here);
    siglongjmp(back, 1);
}

/* The addition after the call keeps it from becoming a loop; the store touches each page on the
 * way down. */
static __attribute__((noinline)) int
recurse(int n)
{
    volatile char room[500];
    room[0] = n;
    return n == 0 ? 0 : recurse(n - 1) + room[0];
}

/* This is why sigaltstack exists: sp is below the limit of the stack, so the frame of SIGSEGV has
 * nowhere else to go. */
TEST(stack_overflow_is_caught, "the frame goes to the stack that has none left",
     "kernel/proc/sigframe.c:/^frame_push/, kernel/mm/fault.c:/^find_or_grow/")
{
    struct sigaction a = { .sa_sigaction = overflow_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    use(stack, SIZE, 0);
    OK(sigaction(SIGSEGV, &a, NULL));
    /* Twice: the first one was left by siglongjmp, and nothing may remember it. */
    for (volatile int i = 0; i < 2; i++) {
        on_it = 0;
        if (sigsetjmp(back, 1) == 0)
            recurse(1 << 30);
        EQ(on_it, 1);
    }
}

static void
raise_again(int signal)
{
    raise(signal);
}

/* The stack has 4 KiB, room for a few frames. The next frame must not go into what lies below,
 * which often is another thread's data. Linux and Postern end the process by SIGSEGV, because a
 * handler of SIGSEGV would need the same stack. */
TEST(overflow_of_the_alternate_stack, "a frame is written below the alternate stack",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    static char guarded[3 * PAGE] __attribute__((aligned(4096)));
    struct sigaction a = { .sa_handler = raise_again, .sa_flags = SA_ONSTACK | SA_NODEFER };
    OK(mprotect(guarded, PAGE, PROT_NONE));
    use(guarded + PAGE, PAGE, 0);
    OK(sigaction(SIGUSR1, &a, NULL));
    EQ(IN_CHILD(raise(SIGUSR1)), KILLED(SIGSEGV));
}

/* The child has a copy of the memory, so the address of the stack is right there too. It would not
 * be right for a thread: clone with CLONE_VM starts without an alternate stack (sigaltstack(2)). */
TEST(fork_keeps_it, "the child's handler runs on the normal stack",
     "kernel/proc/process.c:/^task_copy/")
{
    use(stack, SIZE, 0);
    set(SIGUSR1, SA_ONSTACK);
    EQ(IN_CHILD(raise(SIGUSR1); EQ(on_it, 1)), 0);
}
