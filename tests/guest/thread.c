/* thread.c - threads by the raw clone call: tids, TLS, CLEARTID, who gets a signal.
 *
 * glibc's view is in pthread.c, ends in threadend.c. riscv's order of arguments: flags, stack,
 * parent_tid, tls, child_tid. Source: clone(2), set_tid_address(2), signal(7), tgkill(2). */

#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

/* What thread i has: its stack, the words for its tid, what it tells, and whether it may go on. */
static char stacks[8][16384] __attribute__((aligned(16)));
static volatile pid_t ctid[8], ptid[8];
static volatile long result[8];
static volatile int go[8];

/* Runs body(arg) on a new thread's stack, then exit (93). The body may use no TLS. */
long raw_clone(long flags, void *stack, volatile pid_t *parent, void *tls, volatile pid_t *child,
               void (*body)(long), long arg);
__asm__(".text\n.global raw_clone\nraw_clone:\n"
        "mv t0, a5\n mv t1, a6\n li a7, 220\n ecall\n bnez a0, 1f\n"
        "mv a0, t1\n jalr t0\n li a0, 0\n li a7, 93\n ecall\n1: ret\n");

/* Starts body(i) as thread i. `more` are the flags beside FLAGS; gives its tid. */
static long
start(int i, long more, void *tls, void (*body)(long))
{
    return raw_clone(FLAGS | more, stacks[i] + sizeof(stacks[i]), &ptid[i], tls, &ctid[i], body, i);
}

/* Waits until CLEARTID has written 0 at thread i's end. */
static void
join(int i)
{
    pid_t tid;
    while ((tid = ctid[i]) != 0)
        sys(SYS_futex, &ctid[i], FUTEX_WAIT, tid, 0, 0, 0);
}

static void
tell_tid(long i)
{
    result[i] = sys(SYS_gettid);
    while (!go[i])
        sys(SYS_sched_yield);
}

/* glibc needs each of the three: its own tid before clone returns, the child's in the child, and
 * the 0 for join. The thread waits for `go`, so that its tid is still there to be looked at. */
TEST(tids_are_written, "PARENT_SETTID, CHILD_SETTID or CLEARTID is missing",
     "kernel/proc/process.c:/^process_clone/")
{
    long tid =
        start(0, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, 0, tell_tid);
    TRUE(tid > 0 && tid != getpid());
    EQ(ptid[0], tid);
    while (!result[0])
        sys(SYS_sched_yield);
    EQ(result[0], tid);
    EQ(ctid[0], tid);
    go[0] = 1;
    join(0);
    EQ(ctid[0], 0);
}

static void
tell_tp(long i)
{
    unsigned long tp;
    __asm__ volatile("mv %0, tp" : "=r"(tp));
    result[i] = tp;
}

/* The order of tls and child_tid differs between architectures (clone(2), "C library/kernel
 * differences"): taken in x86's order, tp would hold a pointer to the word. */
TEST(settls_sets_tp, "tls and child_tid are swapped as on x86",
     "kernel/proc/process.c:/^task_copy/")
{
    ctid[0] = 1;
    start(0, CLONE_SETTLS | CLONE_CHILD_CLEARTID, (void *)0x123456, tell_tp);
    join(0);
    EQ(result[0], 0x123456);
    unsigned long mine;
    __asm__ volatile("mv %0, tp" : "=r"(mine));
    ctid[1] = 1;
    start(1, CLONE_CHILD_CLEARTID, 0, tell_tp);
    join(1);
    /* The second thread was made without SETTLS, so its tp is its maker's. */
    EQ(result[1], mine);
}

/* clone(2): the flag has had no effect since 2.6 and is passed still. */
TEST(detached_flag_is_ignored, "0x400000 (CLONE_DETACHED, musl) is refused",
     "kernel/proc/process.c:/^#define KNOWN_FLAGS/")
{
    ctid[0] = 1;
    TRUE(start(0, 0x400000 | CLONE_CHILD_CLEARTID, 0, tell_tp) > 0);
    join(0);
}

/* exit(2), "C library/kernel differences": the call named exit ends one thread; libc's exit is
 * exit_group. */
TEST(exit_ends_one_thread, "exit (93) ends the process", "kernel/proc/exit.c:/^task_exit/")
{
    for (int i = 0; i < 7; i++) {
        ctid[i] = 1;
        start(i, CLONE_CHILD_CLEARTID, 0, tell_tp);
    }
    for (int i = 0; i < 7; i++)
        join(i);
}

/* pthread_kill's tgkill on a dead thread must not hit whoever gets the number next. There is
 * nothing to wait for, either (wait(2), __WALL). */
TEST(a_dead_tid_is_gone, "tgkill finds a thread that has ended", "kernel/proc/exit.c:/^task_exit/")
{
    ctid[0] = 1;
    long tid = start(0, CLONE_CHILD_CLEARTID, 0, tell_tp);
    join(0);
    /* The word is cleared a little before the thread is gone. */
    while (sys(SYS_tgkill, getpid(), tid, 0) == 0)
        sys(SYS_sched_yield);
    ERR(sys(SYS_tgkill, getpid(), tid, 0), ESRCH);
    FAILS(waitpid(tid, NULL, __WALL), ECHILD);
}

/* clone(2), CLONE_THREAD: no SIGCHLD, no zombie. Asked while the thread runs and after it. */
TEST(wait_does_not_see_threads, "a thread's end is a zombie", "kernel/proc/wait.c:/^look/")
{
    ctid[0] = 1;
    start(0, CLONE_CHILD_CLEARTID, 0, tell_tp);
    FAILS(waitpid(-1, NULL, 0), ECHILD);
    join(0);
    FAILS(waitpid(-1, NULL, __WALL), ECHILD);
}

static volatile pid_t taken_by;
static volatile int taken;

static void
handler(int signal)
{
    taken_by = sys(SYS_gettid);
    taken++;
}

/* Lives until go[0]; with SIGUSR1 blocked when arg is not NULL. */
static void *
block_and_wait(void *arg)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    if (arg)
        pthread_sigmask(SIG_BLOCK, &s, NULL);
    result[0] = sys(SYS_gettid);
    while (!go[0])
        sched_yield();
    return NULL;
}

/* pthread_kill and pthread_cancel. First with the main thread idle and willing, then the other way
 * round. */
TEST(tgkill_hits_the_thread, "a directed signal goes to any thread",
     "kernel/proc/signal.c:/^signal_send/")
{
    pthread_t t;
    signal(SIGUSR1, handler);
    EQ(pthread_create(&t, NULL, block_and_wait, NULL), 0);
    while (!result[0])
        sched_yield();
    EQ(sys(SYS_tgkill, getpid(), result[0], SIGUSR1), 0);
    while (!taken)
        sched_yield();
    EQ(taken_by, result[0]);
    EQ(sys(SYS_tgkill, getpid(), getpid(), SIGUSR1), 0);
    EQ(taken, 2);
    EQ(taken_by, getpid());
    go[0] = 1;
    pthread_join(t, NULL);
}

/* signal(7): any thread that does not block it may take it. Daemons block all in every thread but
 * one. */
TEST(process_signal_finds_a_willing_thread, "a process' signal waits for the main thread",
     "kernel/proc/signal.c:/^signal_hand_over/")
{
    pthread_t t;
    sigset_t s;
    signal(SIGUSR1, handler);
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    EQ(pthread_create(&t, NULL, block_and_wait, NULL), 0);
    while (!result[0])
        sched_yield();
    /* Blocked here, open there. */
    pthread_sigmask(SIG_BLOCK, &s, NULL);
    kill(getpid(), SIGUSR1);
    while (!taken)
        sched_yield();
    EQ(taken_by, result[0]);
    go[0] = 1;
    pthread_join(t, NULL);
}

/* A signal that was sent to a thread is pending for that thread alone: sigpending here must not
 * show it, and it ends with its thread. */
TEST(directed_signal_stays_with_its_thread, "a blocked directed signal is taken by another thread",
     "kernel/proc/signal.c:/^signal_send/")
{
    pthread_t t;
    sigset_t pending;
    signal(SIGUSR1, handler);
    EQ(pthread_create(&t, NULL, block_and_wait, (void *)1), 0);
    while (!result[0])
        sched_yield();
    EQ(sys(SYS_tgkill, getpid(), result[0], SIGUSR1), 0);
    sigpending(&pending);
    EQ(sigismember(&pending, SIGUSR1), 0);
    EQ(taken, 0);
    go[0] = 1;
    pthread_join(t, NULL);
    EQ(taken, 0);
}

/* proc_pid_stat(5): num_threads. Counted from the last parenthesis, because the name may hold
 * blanks. */
TEST(num_threads_in_stat, "field 20 of /proc/self/stat is not the number of threads",
     "kernel/proc/report.c:/^print_stat/")
{
    char text[1000] = { 0 };
    pthread_t t;
    EQ(pthread_create(&t, NULL, block_and_wait, NULL), 0);
    while (!result[0])
        sched_yield();
    EQ(read(OK(open("/proc/self/stat", O_RDONLY)), text, sizeof(text) - 1) > 0, 1);
    char *p = strrchr(text, ')');
    for (int field = 2; field < 20; field++)
        p = strchr(p + 1, ' ');
    EQ(atoi(p), 2);
    go[0] = 1;
    pthread_join(t, NULL);
}

/* The word belongs to the user and may be gone by then; nobody is left who could be told EFAULT. A
 * page that is not there, the kernel's half, the first address behind the user's. */
TEST(cleartid_at_a_bad_address, "the exit crashes when the word is unmapped",
     "kernel/proc/exit.c:/^task_leave_memory/")
{
    EQ(IN_CHILD(sys(SYS_set_tid_address, 8); sys(SYS_exit, 5)), EXITED(5));
    EQ(IN_CHILD(sys(SYS_set_tid_address, 0xffffffd600000000); sys(SYS_exit, 5)), EXITED(5));
    EQ(IN_CHILD(sys(SYS_set_tid_address, 0x4000000000); sys(SYS_exit_group, 5)), EXITED(5));
}

/* sched_setaffinity(2): the argument is a tid. Runtimes pin their threads one by one. */
TEST(affinity_is_each_threads_own, "sched_setaffinity(0) moves the whole process",
     "kernel/syscall/system.c:/^sys_sched_setaffinity/")
{
    unsigned long all[16] = { 0 }, now[16] = { 0 };
    pthread_t t;
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(all), all));
    EQ(pthread_create(&t, NULL, block_and_wait, NULL), 0);
    while (!result[0])
        sched_yield();
    unsigned long one = all[0] & -all[0];
    EQ(sys(SYS_sched_setaffinity, result[0], 8, &one), 0);
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(now), now));
    EQ(now[0], all[0]);
    OK(syscall(SYS_sched_getaffinity, result[0], sizeof(now), now));
    EQ(now[0], one);
    go[0] = 1;
    pthread_join(t, NULL);
}

/* Command 0 asks which others there are; liburcu falls back on ENOSYS. */
TEST(membarrier_is_absent_or_right, "membarrier answers something else", "kernel/syscall/list.h")
{
    long r = sys(SYS_membarrier, 0, 0, 0);
    TRUE(r == -ENOSYS || r >= 0);
}
