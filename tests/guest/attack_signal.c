/* attack_signal.c - hostile frames and stacks, floods of signals, SIGKILL in every state.
 *
 * A signal's frame is kernel state that the program can write, and a signal comes whenever it
 * likes: both are where kernels were broken. What a handler's frame looks like is in sigframe.c,
 * what each call promises in sigaction.c and kill.c; here somebody tries to break them. Source:
 * signal(7), sigreturn(2), sigaltstack(2), setitimer(2), get_robust_list(2). */

#include "attack.h"
#include <poll.h>
#include <pthread.h>
#include <sys/time.h>
#include <ucontext.h>

static void
handle(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };
    OK(sigaction(signo, &action, NULL));
}

/* --- frames ----------------------------------------------------------------------------------- */

/* 136 words are the whole frame: siginfo, flags, stack, mask, registers, f registers. Up to six
 * of them become an address at an edge, or anything. */
static void
spoil(int signo, siginfo_t *info, void *context)
{
    static const uint64_t words[] = { 0, 1, 8, ~0UL, USER_END, KERNEL_HALF, 1UL << 63 };
    uint64_t *frame = (uint64_t *)info;
    for (uint64_t n = draw() % 6; n < 6; n++)
        frame[draw() % 136] = draw() % 2 ? draw() : words[draw() % 7];
}

static void
hundred_frames(void)
{
    for (uint64_t i = 1; i <= 100; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            seed = SPREAD(i);
            handle(SIGUSR1, spoil, 0);
            raise(SIGUSR1);
            _exit(0);
        }
        end_of(pid);
    }
}

/* rt_sigreturn loads pc, sp, sstatus and the mask from it. The child may die or run anywhere; the
 * kernel may neither believe a privilege bit nor trip over a reserved one. */
TEST(spoilt_frames, "rt_sigreturn believes a field of the frame",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    gives_back(hundred_frames);
}

/* 139 is rt_sigreturn, called with sp at page 0, at the end of user space, in the kernel's half,
 * and where sp + size wraps. */
TEST(frames_that_are_none, "rt_sigreturn reads what is not there",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    static const unsigned long at[] = { 0, 8, USER_END, ~0UL, ~15UL, KERNEL_HALF };
    for (int i = 0; i < 6; i++) {
        int status =
            IN_CHILD(__asm__ volatile("mv sp, %0\n li a7, 139\n ecall\n ebreak" ::"r"(at[i])
                                      : "memory", "a0", "a7"));
        EQ(status, SIGSEGV);
    }
}

/* --- alternate stacks ------------------------------------------------------------------------- */

static char alternate[16 * 1024] __attribute__((aligned(16)));

static void
again(int signo, siginfo_t *info, void *context)
{
    raise(SIGUSR1); /* SA_NODEFER: one frame upon the other, until there is no room */
}

/* With SA_ONSTACK set, the frames pile up on the alternate stack. Without it those of SIGUSR1 go
 * there all the same, because its handler already stands on it. Both end by SIGSEGV, when there is
 * no room for the next frame. */
TEST(alternate_stack_overflows, "a frame is written below the alternate stack",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    for (int flags = 0; flags <= SA_ONSTACK; flags += SA_ONSTACK) {
        int status = IN_CHILD({
            stack_t s = { .ss_sp = alternate + 4096, .ss_size = 8192 };
            OK(sigaltstack(&s, NULL));
            handle(SIGUSR1, again, SA_NODEFER | flags);
            handle(SIGUSR2, again, SA_ONSTACK);
            raise(SIGUSR2);
        });
        EQ(status, SIGSEGV);
    }
}

/* SS_ONSTACK and SS_DISABLE are no bits but modes: 3 is both, 4 is neither. The old setting comes
 * back without SS_ONSTACK, for we do not stand on it. */
TEST(alternate_stack_flags, "a mode that is none is taken",
     "kernel/proc/sigframe.c:/^alternate_stack_set/")
{
    stack_t s = { .ss_sp = alternate, .ss_size = sizeof(alternate), .ss_flags = 3 }, old;
    FAILS(sigaltstack(&s, NULL), EINVAL);
    s.ss_flags = 4;
    FAILS(sigaltstack(&s, NULL), EINVAL);
    s.ss_flags = SS_ONSTACK;
    EQ(sigaltstack(&s, NULL), 0);
    OK(sigaltstack(NULL, &old));
    EQ(old.ss_flags, 0);
}

/* --- floods ----------------------------------------------------------------------------------- */

static volatile int count;

static void
tally(int signo, siginfo_t *info, void *context)
{
    __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
}

/* Blocks and unblocks as fast as it can: whoever is chosen may have blocked the signal by then. */
static void *
toggle(void *stop)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    while (!*(volatile int *)stop) {
        sigprocmask(SIG_BLOCK, &set, NULL);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
    return NULL;
}

/* The kernel offers a signal to one thread that does not block it. If that thread blocks it
 * before it looks, somebody must offer it again, or it lies there though two others could take
 * it. Real-time signals, because these are counted; sigqueue fails with EAGAIN when the queue is
 * full. */
TEST(no_signal_lies_there, "a mask and a signal pass each other unseen",
     "kernel/proc/signal.c:/^signal_hand_over/")
{
    static volatile int stop;
    pthread_t thread[3];
    sigset_t all;
    int sent = 0;
    handle(SIGRTMIN, tally, SA_RESTART);
    for (int i = 0; i < 3; i++)
        EQ(pthread_create(&thread[i], NULL, toggle, (void *)&stop), 0);
    sigfillset(&all);
    OK(sigprocmask(SIG_BLOCK, &all, NULL));
    while (sent < 3000)
        if (sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) == 0)
            sent++;
    for (int tries = 0; count < sent && tries < 2000; tries++)
        pause_ms(2);
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(thread[i], NULL);
    EQ(count, sent);
}

static void
leave(int signo, siginfo_t *info, void *context)
{
    _exit(7);
}

/* A robust list that is a circle: its walk makes the end of the task last. */
static struct {
    void *next;
    long offset;
    void *pending;
} circle[2] = { { &circle[1], 64, NULL }, { &circle[1], 64, NULL } };

/* The leader ends slowly, by a robust list that leads in a circle and is walked to its limit. The
 * signal is sent into that moment, a little later in each round, and may be offered to the thread
 * that goes. Status SIGUSR1 comes from a signal before the handler is set. */
TEST(signal_to_the_dying, "a signal whose task ends is lost for the others",
     "kernel/proc/exit.c:/^task_exit/")
{
    for (int i = 0; i < 60; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            pthread_t thread;
            handle(SIGUSR1, leave, 0);
            pthread_create(&thread, NULL, sleep_for_ever, NULL);
            sys(SYS_set_robust_list, &circle[0], 24);
            sys(SYS_exit, 0);
        }
        for (int spin = 0; spin < i * 500; spin++)
            sys(SYS_getppid);
        kill(pid, SIGUSR1);
        int status = STATUS(pid);
        TRUE(status == EXITED(7) || status == SIGUSR1);
    }
}

static void
flood(void)
{
    int status = IN_CHILD({
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        for (int i = 0; i < 3000; i++)
            sigqueue(getpid(), SIGRTMIN + i % 8, (union sigval){ 0 });
    });
    EQ(status, 0);
}

/* Sends more signals than a queue holds, all of them blocked, to a process that then ends without
 * taking any. */
TEST(pending_floods, "queued signals are not given back", "kernel/proc/pending.c:/^pending_forget/")
{
    gives_back(flood);
}

/* The timer fires as often as setitimer(2) can say. A kernel that arms it again in the interrupt,
 * from the last deadline, never leaves the interrupt: the next deadline is already past. In the
 * second half nobody gets the signal, for SIGALRM is ignored then. */
TEST(microsecond_alarm, "the timer's own handler never ends",
     "kernel/proc/signal.c:/^process_alarm/")
{
    struct itimerval often = { { 0, 1 }, { 0, 1 } }, off = { { 0, 0 }, { 0, 0 } };
    handle(SIGALRM, tally, SA_RESTART);
    OK(setitimer(ITIMER_REAL, &often, NULL));
    while (count < 200)
        sys(SYS_getppid);
    OK(setitimer(ITIMER_REAL, &off, NULL));
    TRUE(count >= 200);
    OK(setitimer(ITIMER_REAL, &often, NULL));
    signal(SIGALRM, SIG_IGN);
    for (int i = 0; i < 1000; i++)
        sys(SYS_sched_yield);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* Real-time signals begin at 32 for the kernel, at 34 for glibc, which keeps the first two for
 * cancellation and setuid: so libc's own functions refuse them, and raw calls are needed. Two of
 * 32 were sent and one of 33; lower numbers first, signal(7), "Real-time signals". */
TEST(kernel_realtime_numbers_queue, "32 and 33 are kept once only",
     "kernel/proc/pending.c:/^pending_add/")
{
    unsigned long set = 3UL << 31;
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, 0, 8), 0);
    for (int i = 0; i < 3; i++)
        EQ(sys(SYS_tgkill, getpid(), sys(SYS_gettid), 32 + i % 2), 0);
    struct timespec zero = { 0, 0 };
    EQ(sys(SYS_rt_sigtimedwait, &set, 0, &zero, 8), 32);
    EQ(sys(SYS_rt_sigtimedwait, &set, 0, &zero, 8), 32);
    EQ(sys(SYS_rt_sigtimedwait, &set, 0, &zero, 8), 33);
    ERR(sys(SYS_rt_sigtimedwait, &set, 0, &zero, 8), EAGAIN);
}

/* -INT_MIN is INT_MIN again. restart_syscall(2) without a call to restart is EINTR. Unknown
 * sa_flags: sigaction(2), "Dynamically probing for flag bits". SIGKILL and SIGSTOP are taken out
 * of the mask. */
TEST(numbers_at_the_edge, "INT_MIN is negated, or a tid is no process",
     "kernel/syscall/signal.c:/^sys_kill/")
{
    ERR(sys(SYS_kill, -2147483648L, 0), ESRCH);
    ERR(sys(SYS_kill, 2147483647L, 0), ESRCH);
    ERR(sys(SYS_kill, getpid(), 65), EINVAL);
    ERR(sys(SYS_kill, getpid(), -1), EINVAL);
    ERR(sys(SYS_restart_syscall), EINTR);
    unsigned long action[3] = { 0, ~0UL, ~0UL }, back[3] = { 0 };
    EQ(sys(SYS_rt_sigaction, SIGUSR1, action, 0, 8), 0);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, back, 8), 0);
    EQ(back[1] & 0x400, 0); /* SA_UNSUPPORTED: that is how a program asks */
    EQ(back[2], ~(1UL << 8 | 1UL << 18));
}

/* --- SIGKILL ---------------------------------------------------------------------------------- */

/* Goes into one of twelve states in which a kill could fail to reach it: a loop in user space,
 * waits with everything blocked, stopped, in vfork, in a call that never ends, in one that ends all
 * the time. */
static void
be_busy(int how)
{
    int ends[2], word = 0;
    sigset_t all;
    pipe(ends);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    switch (how) {
    case 0:
        for (;;)
            ;
    case 1:
        read(ends[0], &word, 1);
        break;
    case 2:
        sys(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, 0);
        break;
    case 3:
        raise(SIGSTOP);
        break;
    case 4:
        if (vfork() == 0)
            pause();
        break;
    case 5:
        if (fork() == 0)
            pause();
        wait(NULL);
        break;
    case 6:
        sleep(1000);
        break;
    case 7:
        sigsuspend(&all);
        break;
    case 8:
        for (;;)
            sys(SYS_execve, "/no/such", 0, 0);
        break;
    case 9:
        for (;;)
            if (fork() == 0)
                _exit(0);
        break;
    case 10:
        poll(NULL, 0, -1);
        break;
    default:
        sys(SYS_rt_sigtimedwait, &all, 0, 0, 8);
    }
    sleep_for_ever(NULL);
}

/* Kills at three moments: before the child is in its state, on the way there, and when it is there.
 * The child may leave a process of its own behind; that one is in its group and is ended with
 * it. */
TEST(kill_in_every_state, "a wait does not end for SIGKILL", "kernel/proc/exit.c:/^hurry_others/")
{
    for (int how = 0; how < 12; how++)
        for (int delay = 0; delay < 3; delay++) {
            pid_t pid = OK(fork());
            if (pid == 0) {
                setpgid(0, 0);
                be_busy(how);
            }
            pause_ms(delay * 3);
            OK(kill(pid, SIGKILL));
            EQ(STATUS(pid), SIGKILL);
            kill(-pid, SIGKILL);
        }
}

/* --- children --------------------------------------------------------------------------------- */

/* wait(2), NOTES: who ignores SIGCHLD has no zombies, and wait gives ECHILD when all have ended.
 * Linux also drops the signal, though a blocked one would otherwise be kept. */
TEST(ignored_child_is_not_pending, "SIGCHLD is kept for who ignores and blocks it",
     "kernel/proc/exit.c:/^report_end/")
{
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    OK(sigprocmask(SIG_BLOCK, &set, NULL));
    signal(SIGCHLD, SIG_IGN);
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(0);
    FAILS(waitpid(pid, NULL, 0), ECHILD);
    OK(sigpending(&pending));
    EQ(sigismember(&pending, SIGCHLD), 0);
}
