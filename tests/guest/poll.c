/* poll.c - ppoll and pselect6: what is ready, waiting, time-outs, the mask, EINTR.
 *
 * riscv has no plain poll and no plain select: libc makes poll and pause of ppoll, select of
 * pselect6. Source: poll(2), select(2). */

#include "peer.h"
#include <poll.h>
#include <sys/select.h>
#include <time.h>

/* fds[0] reads what fds[1] writes. */
static int fds[2];

/* What is ready at once of these events. revents begins with all bits set: each must be written. */
static int
ready(int fd, short events)
{
    struct pollfd p = { fd, events, -1 };
    OK(poll(&p, 1, 0));
    return p.revents;
}

/* poll(2): HUP and ERR are told unasked. A shell's or server's loop reads until HUP comes alone:
 * with bytes left both IN and HUP must be there, or the last bytes are lost. */
TEST(pipe_states, "an end, room or bytes are not told", "kernel/fs/pipe.c:/^pipe_poll/")
{
    static char block[65536];
    OK(pipe(fds));
    EQ(ready(fds[0], POLLIN), 0);
    EQ(ready(fds[1], POLLOUT), POLLOUT);
    EQ(write(fds[1], "x", 1), 1);
    EQ(ready(fds[0], POLLIN), POLLIN);
    EQ(ready(fds[0], POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
    EQ(ready(fds[0], 0), 0);
    OK(fcntl(fds[1], F_SETFL, O_NONBLOCK));
    while (write(fds[1], block, sizeof(block)) > 0)
        ;
    EQ(ready(fds[1], POLLOUT), 0);
    /* A full pipe without a writer: bytes first, the end behind them. */
    close(fds[1]);
    EQ(ready(fds[0], POLLIN), POLLIN | POLLHUP);
    while (read(fds[0], block, sizeof(block)) > 0)
        ;
    EQ(ready(fds[0], POLLIN), POLLHUP);
    EQ(ready(fds[0], 0), POLLHUP);
}

/* poll(2): POLLERR on the writing end says that nobody reads. A write would give EPIPE. */
TEST(writer_without_reader, "POLLERR is missing", "kernel/fs/pipe.c:/^pipe_poll/")
{
    OK(pipe(fds));
    close(fds[0]);
    EQ(ready(fds[1], POLLOUT), POLLOUT | POLLERR);
}

/* poll(2) promises it; libevent and python's select take it as given. */
TEST(files_are_always_ready, "a regular file or /dev/null blocks", "kernel/fs/file.c:/^file_poll/")
{
    int file = OK(open("/tmp/poll", O_RDWR | O_CREAT | O_TRUNC, 0600));
    int null = OK(open("/dev/null", O_RDWR));
    EQ(ready(file, POLLIN | POLLOUT), POLLIN | POLLOUT);
    EQ(ready(null, POLLIN | POLLOUT), POLLIN | POLLOUT);
}

/* poll(2): an fd below 0 is passed over, which is how entries are switched off. Only NVAL counts as
 * ready here, so the time-out of a second must not pass. */
TEST(closed_fd_is_pollnval, "a closed fd is EBADF for the whole call",
     "kernel/annex/events/poll.c:/^poll_add/")
{
    struct pollfd p[3] = { { 77, POLLIN, -1 }, { -1, POLLIN, -1 }, { 0, 0, -1 } };
    EQ(poll(p, 2, 1000), 1);
    EQ(p[0].revents, POLLNVAL);
    EQ(p[1].revents, 0);
}

/* Entries, not descriptors: the same one twice counts twice. */
TEST(count_of_ready, "the number returned is not that of entries", "kernel/annex/events/poll.c")
{
    int more[2];
    OK(pipe(fds));
    OK(pipe(more));
    EQ(write(more[1], "x", 1), 1);
    struct pollfd p[4] = { { fds[0], POLLIN, 0 },
                           { fds[1], POLLOUT, 0 },
                           { more[0], POLLIN, 0 },
                           { more[0], POLLIN, 0 } };
    /* The time-out is for ever, but three entries are ready, so the call may not sleep at all. */
    EQ(poll(p, 4, -1), 3);
    EQ(p[0].revents, 0);
    EQ(p[3].revents, POLLIN);
}

/* poll(2): rounded up, so never early. Late is allowed: the machine may be loaded. */
TEST(timeout_passes, "a time-out returns too early, or never",
     "kernel/annex/events/poll.c, kernel/time/timer.c:/^schedule_until/")
{
    struct timespec a, b;
    OK(pipe(fds));
    struct pollfd p = { fds[0], POLLIN, -1 };
    clock_gettime(CLOCK_MONOTONIC, &a);
    EQ(poll(&p, 1, 50), 0);
    clock_gettime(CLOCK_MONOTONIC, &b);
    EQ(p.revents, 0);
    TRUE((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec >= 50000000);
    /* Nothing to look at: a plain sleep, as old programs write it. */
    EQ(poll(NULL, 0, 10), 0);
}

/* The byte comes while poll sleeps, so the pipe has to wake those who poll it and not only those
 * who read. */
TEST(woken_by_another_process, "a writer does not wake poll",
     "kernel/fs/pipe.c:/^pipe_poll/, kernel/annex/events/poll.c")
{
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        let_pass_ms(30);
        _exit(write(fds[1], "x", 1) != 1);
    }
    /* Asleep by the time the child writes, most likely; ready at once is right as well. */
    struct pollfd p = { fds[0], POLLIN, 0 };
    EQ(poll(&p, 1, -1), 1);
    EQ(p.revents, POLLIN);
    ENDS(pid, 0);
}

/* The child holds the last writing end; its exit is what closes it. */
TEST(woken_by_the_end, "closing the last writer does not wake poll",
     "kernel/fs/pipe.c:/^pipe_release/")
{
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        let_pass_ms(30);
        _exit(0);
    }
    close(fds[1]);
    struct pollfd p = { fds[0], POLLIN, 0 };
    EQ(poll(&p, 1, -1), 1);
    EQ(p.revents, POLLHUP);
    ENDS(pid, 0);
}

static volatile int caught;

static void
note(int signal)
{
    caught = signal;
}

/* signal(7) has poll among the calls that never begin again, SA_RESTART or not. */
TEST(a_signal_ends_it, "poll is restarted, or the handler waits",
     "kernel/annex/events/poll.c:/^poll_files/, kernel/proc/deliver.c:/^restart_call/")
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };
    OK(sigaction(SIGUSR1, &action, NULL));
    pid_t pid = peer_nags(SIGUSR1, 10);
    /* pause() is this call: EINTR whatever SA_RESTART says. */
    FAILS(poll(NULL, 0, -1), EINTR);
    EQ(caught, SIGUSR1);
    FAILS(pause(), EINTR);
    KILL_PEER(pid);
}

/* The reason why ppoll exists (select(2), "The pselect() system call"): a signal that comes between
 * a look at a flag and the sleep would be slept over. Mask and sleep must be one step. */
TEST(mask_during_the_call, "ppoll's mask is not put back, or comes too late",
     "kernel/annex/events/poll.c:/^poll_files/")
{
    struct sigaction action = { .sa_handler = note };
    sigset_t block, none, now;
    sigemptyset(&none);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    OK(sigaction(SIGUSR1, &action, NULL));
    OK(sigprocmask(SIG_BLOCK, &block, NULL));
    /* Pending from here on, and held back by the mask. */
    raise(SIGUSR1);
    EQ(caught, 0);
    /* Pending already: the call must not sleep. */
    FAILS(ppoll(NULL, 0, NULL, &none), EINTR);
    EQ(caught, SIGUSR1);
    OK(sigprocmask(0, NULL, &now));
    EQ(sigismember(&now, SIGUSR1), 1);
    /* The mask is put back too when the call ends in another way. */
    struct timespec zero = { 0, 0 };
    EQ(ppoll(NULL, 0, &zero, &none), 0);
    OK(sigprocmask(0, NULL, &now));
    EQ(sigismember(&now, SIGUSR1), 1);
}

/* poll(2), ERRORS. The size of the mask is the kernel's 8 bytes. */
TEST(ppoll_refuses, "a bad time, size or count is taken", "kernel/annex/events/poll.c:/^ppoll/")
{
    struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
    sigset_t none;
    sigemptyset(&none);
    ERR(sys(SYS_ppoll, 0, 0, &bad, 0, 8), EINVAL);
    ERR(sys(SYS_ppoll, 0, 0, &negative, 0, 8), EINVAL);
    ERR(sys(SYS_ppoll, 0, 0, 0, &none, 4), EINVAL);
    /* More entries than RLIMIT_NOFILE allows descriptors (poll(2), EINVAL). */
    ERR(sys(SYS_ppoll, 0, 1 << 20, 0, 0, 8), EINVAL);
}

/* poll takes nothing, so the event stays true for all: each of them must be woken. */
TEST(two_pollers, "one event wakes only one of two waiting processes",
     "kernel/sched/schedule.c:/^wake_all/")
{
    OK(pipe(fds));
    pid_t pids[3];
    for (int i = 0; i < 3; i++) {
        pids[i] = OK(fork());
        if (pids[i] == 0) {
            struct pollfd p = { fds[0], POLLIN, 0 };
            EQ(poll(&p, 1, -1), 1);
            EQ(p.revents, POLLIN);
            _exit(0);
        }
    }
    /* All three asleep. One that comes late finds the byte there, which is right too. */
    let_pass_ms(30);
    EQ(write(fds[1], "x", 1), 1);
    for (int i = 0; i < 3; i++)
        ENDS(pids[i], 0);
}

/* libc's select is pselect6. Its sets are in and out at once: a bit of a descriptor that is not
 * ready has to be taken away, and one ready in two sets counts twice. */
TEST(select_on_pipes, "pselect6 counts wrong, or leaves bits of fds that are not ready",
     "kernel/annex/events/poll.c:/^pselect6/")
{
    int fds[2];
    fd_set r, w;
    struct timeval zero = { 0, 0 }, short_time = { 0, 20000 };
    OK(pipe(fds));
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_SET(fds[0], &r);
    FD_SET(fds[1], &w);
    EQ(select(fds[1] + 1, &r, &w, NULL, &zero), 1);
    TRUE(!FD_ISSET(fds[0], &r) && FD_ISSET(fds[1], &w));
    EQ(write(fds[1], "x", 1), 1);
    FD_SET(fds[0], &r);
    EQ(select(fds[1] + 1, &r, &w, NULL, NULL), 2);
    FD_ZERO(&r);
    /* The sleep of programs older than nanosleep. */
    EQ(select(0, NULL, NULL, NULL, &short_time), 0);
    /* select fails as a whole for a descriptor that is not open; poll would tell it by POLLNVAL. */
    FD_SET(20, &r);
    FAILS(select(21, &r, NULL, NULL, &zero), EBADF);
    ERR(sys(SYS_pselect6, -1, 0, 0, 0, 0, 0), EINVAL);
}
