/* restart.c - calls that a signal interrupts: begun again with SA_RESTART, EINTR without.
 *
 * Source: signal(7), "Interruption of system calls and library functions by signal handlers", which
 * lists the calls of each kind. A child keeps sending, so that no check depends on who is faster;
 * count >= 1 then says that the call was really interrupted. Stops and SIGCONT are in stop.c. */

#include "peer.h"
#include <linux/futex.h>
#include <time.h>

static volatile int count;

/* What start() has made: a pipe that the sender may end, and the sender. */
static int fds[2];
static pid_t sender;

static void
handler(int signal)
{
    count++;
}

/* SIGUSR1 with these flags, and a child that sends it every 5 ms until it is stopped. After
 * `bytes_after` signals it also writes a byte into fds[1], which ends a restarted read. */
static void
start(int flags, int bytes_after)
{
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    pid_t me = getpid();
    OK(sigaction(SIGUSR1, &a, NULL));
    OK(pipe(fds));
    sender = OK(fork());
    for (int i = 1; sender == 0; i++) {
        let_pass_ms(5);
        kill(me, SIGUSR1);
        if (i == bytes_after && write(fds[1], "x", 1) != 1)
            _exit(1);
    }
}

static void
stop(void)
{
    KILL_PEER(sender);
}

/* Programs that never heard of EINTR - most shell tools - live with timers and children because of
 * it. */
TEST(read_restarts, "SA_RESTART of read gives EINTR", "kernel/proc/deliver.c:/^restart_call/")
{
    char byte;
    start(SA_RESTART, 10);
    EQ(read(fds[0], &byte, 1), 1);
    EQ(byte, 'x');
    TRUE(count >= 1);
    stop();
}

/* A handler that sets a flag for the loop around the read is useless if the read goes on. */
TEST(read_gives_eintr, "without SA_RESTART read begins again",
     "kernel/proc/deliver.c:/^restart_call/")
{
    char byte;
    start(0, 0);
    FAILS(read(fds[0], &byte, 1), EINTR);
    TRUE(count >= 1);
    stop();
}

/* A shell waits for its child in wait4 while signals of other children come. */
TEST(wait_restarts, "SA_RESTART of wait4 gives EINTR", "kernel/proc/wait.c:/^process_wait/")
{
    start(SA_RESTART, 0);
    pid_t pid = OK(fork());
    if (pid == 0) {
        let_pass_ms(100);
        _exit(3);
    }
    int status;
    EQ(waitpid(pid, &status, 0), pid);
    EQ(status, EXITED(3));
    TRUE(count >= 1);
    stop();
}

/* signal(7): since Linux 2.6.22. Begun again it compares the word first, or it would sleep on after
 * a change that it has missed. */
TEST(futex_wait_restarts, "SA_RESTART of FUTEX_WAIT gives EINTR",
     "kernel/proc/futex.c:/^futex_wait/")
{
    int *word = shared_page();
    start(SA_RESTART, 0);
    pid_t pid = OK(fork());
    if (pid == 0) {
        let_pass_ms(100);
        *word = 1;
        _exit(sys(SYS_futex, word, FUTEX_WAKE, 1) < 0);
    }
    long r = sys(SYS_futex, word, FUTEX_WAIT, 0, 0);
    /* Begun again after the change it finds another value. */
    TRUE(r == 0 || r == -EAGAIN);
    EQ(*word, 1);
    TRUE(count >= 1);
    ENDS(pid, 0);
    stop();
}

/* signal(7): FUTEX_WAIT without a handler that says SA_RESTART ends with EINTR, as read does. */
TEST(futex_wait_gives_eintr, "FUTEX_WAIT sleeps on through a handler",
     "kernel/proc/futex.c:/^futex_wait/")
{
    int word = 0;
    start(0, 0);
    ERR(sys(SYS_futex, &word, FUTEX_WAIT, 0, 0), EINTR);
    stop();
}

/* The rest is told instead (nanosleep(2)). An hour, so that a restart is a hang and not just
 * late. */
TEST(nanosleep_never_restarts, "nanosleep begins again after a handler",
     "kernel/syscall/time.c:/^sys_clock_nanosleep/, kernel/proc/deliver.c:/^restart_call/")
{
    struct timespec hour = { 3600, 0 }, left = { 0, 0 };
    start(SA_RESTART, 0);
    FAILS(nanosleep(&hour, &left), EINTR);
    TRUE(left.tv_sec >= 3590 && left.tv_sec < 3600);
    stop();
}

/* The loop that every careful program has; each round loses a little, none may gain. Two signals at
 * least fall into 120 ms. */
TEST(sleep_in_full_steps, "the rest after EINTR is wrong: sleeps grow or shrink",
     "kernel/time/clock.c:/^deadline_left_ns/")
{
    struct timespec t = { 0, 120000000 }, a, b;
    start(0, 0);
    clock_gettime(CLOCK_MONOTONIC, &a);
    while (nanosleep(&t, &t) == -1)
        EQ(errno, EINTR);
    clock_gettime(CLOCK_MONOTONIC, &b);
    TRUE((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec >= 120000000);
    TRUE(count >= 2);
    stop();
}

/* Its only purpose is to end with the handler (sigsuspend(2)). */
TEST(sigsuspend_never_restarts, "sigsuspend begins again",
     "kernel/syscall/signal.c:/^sys_rt_sigsuspend/")
{
    sigset_t none;
    sigemptyset(&none);
    start(SA_RESTART, 0);
    FAILS(sigsuspend(&none), EINTR);
    stop();
}

/* Full, so the three bytes sleep until the child makes room. */
TEST(write_restarts, "SA_RESTART of a blocked write gives EINTR",
     "kernel/fs/pipe.c, kernel/syscall/file.c:/^transfer_result/")
{
    static char block[65536];
    start(SA_RESTART, 0);
    EQ(write(fds[1], block, sizeof(block)), sizeof(block));
    pid_t pid = OK(fork());
    if (pid == 0) {
        let_pass_ms(60);
        _exit(read(fds[0], block, 4096) != 4096);
    }
    EQ(write(fds[1], "abc", 3), 3);
    TRUE(count >= 1);
    ENDS(pid, 0);
    stop();
}

/* signal(7) speaks of handlers; a signal that is thrown away has none. Most processes get SIGCHLD
 * or SIGWINCH so. */
TEST(ignored_signal_does_not_interrupt, "an ignored signal gives EINTR",
     "kernel/proc/signal.c:/^signal_send/")
{
    char byte;
    start(0, 10);
    signal(SIGUSR1, SIG_IGN);
    EQ(read(fds[0], &byte, 1), 1);
    EQ(count, 0);
    stop();
}

/* A blocked signal becomes pending and changes nothing else. Only the byte ends the read. */
TEST(blocked_signal_does_not_interrupt, "a blocked signal gives EINTR",
     "kernel/proc/signal.c:/^signal_send/")
{
    char byte;
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    start(0, 10);
    OK(sigprocmask(SIG_BLOCK, &s, NULL));
    EQ(read(fds[0], &byte, 1), 1);
    stop();
}

/* The first argument and the result share one register on riscv, so the kernel must keep what a0
 * was. read is given a descriptor, a pointer and a length: a mistake in any of them fails. */
TEST(registers_of_a_restarted_call, "a0 is lost when the call begins again",
     "kernel/syscall/table.c:/^syscall_dispatch/, kernel/proc/deliver.c:/^restart_call/")
{
    char byte = 0;
    start(SA_RESTART, 10);
    /* The very same arguments must be found a second and a third time. */
    EQ(sys(SYS_read, fds[0], &byte, 1), 1);
    EQ(byte, 'x');
    stop();
}

static void
fast_handler(int signal)
{
    if (count++ == 0 && write(fds[1], "y", 1) != 1)
        FAIL("expected the pipe to take a byte, seen it full");
}

/* The handler itself makes the byte that the read waits for, and nobody will write another: begun
 * again, the call must look before it sleeps. */
TEST(handler_feeds_the_read, "the call is looked at again only after the next event",
     "kernel/proc/deliver.c:/^restart_call/")
{
    char byte;
    start(SA_RESTART, 0);
    struct sigaction a = { .sa_handler = fast_handler, .sa_flags = SA_RESTART };
    OK(sigaction(SIGUSR1, &a, NULL));
    EQ(read(fds[0], &byte, 1), 1);
    EQ(byte, 'y');
    stop();
}
