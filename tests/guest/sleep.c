/* sleep.c - sleeping: nanosleep, clock_nanosleep, absolute times, refusals, order.
 *
 * Only lower bounds of time decide: a loaded machine may always be late. What signals do to a sleep
 * is in restart.c and stop.c, what setting the clock does in settime.c. Source: nanosleep(2),
 * clock_nanosleep(2). */

#include "peer.h"
#include <time.h>

#define SECOND 1000000000L
#define MS     1000000L

static struct timespec
spec(long ns)
{
    return (struct timespec){ ns / SECOND, ns % SECOND };
}

/* The lengths go from nothing, over less than a tick of the clock, to several ticks of the
 * scheduler. Rounding must always go up. */
TEST(sleeps_long_enough, "a sleep ends early", "kernel/time/clock.c:/^deadline_after/")
{
    static const long lengths[] = { 0, 1, 1000, 100000, 1 * MS, 10 * MS, 37 * MS };
    for (int i = 0; i < 7; i++) {
        struct timespec t = spec(lengths[i]), left = { 77, 77 };
        long a = now_ns(CLOCK_MONOTONIC);
        EQ(sys(SYS_nanosleep, &t, &left), 0);
        TRUE(now_ns(CLOCK_MONOTONIC) - a >= lengths[i]);
        /* The rest is written only after EINTR. */
        EQ(left.tv_sec, 77);
        EQ(sys(SYS_nanosleep, &t, 0), 0);
    }
}

/* Nanoseconds are 0 to 999,999,999; time does not run backwards. */
TEST(nanosleep_refuses, "a bad time sleeps", "kernel/syscall/time.c:/^time_from_user/")
{
    static const struct timespec bad[] = { { 0, SECOND }, { 0, -1 }, { -1, 0 }, { 0, 1L << 40 } };
    for (int i = 0; i < 4; i++) {
        ERR(sys(SYS_nanosleep, &bad[i], 0), EINVAL);
        ERR(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad[i], 0), EINVAL);
    }
    struct timespec t = { 0, 0 };
    ERR(sys(SYS_clock_nanosleep, 99, 0, &t, 0), EINVAL);
}

/* clock_nanosleep(2): clocks that nobody can set an alarm on are EOPNOTSUPP, the thread's own CPU
 * time can never be reached asleep. */
TEST(clock_nanosleep_ids, "a clock that cannot be slept on is taken",
     "kernel/syscall/time.c:/^sys_clock_nanosleep/")
{
    static const clockid_t yes[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI };
    static const clockid_t no[] = { CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                    CLOCK_MONOTONIC_COARSE };
    struct timespec t = spec(2 * MS);
    for (int i = 0; i < 4; i++) {
        long a = now_ns(CLOCK_MONOTONIC);
        EQ(sys(SYS_clock_nanosleep, yes[i], 0, &t, 0), 0);
        TRUE(now_ns(CLOCK_MONOTONIC) - a >= 2 * MS);
        EQ(sys(SYS_clock_nanosleep, yes[i], ~TIMER_ABSTIME, &t, 0), 0); /* as if without flags */
        TRUE(now_ns(CLOCK_MONOTONIC) - a >= 4 * MS);
    }
    for (int i = 0; i < 3; i++)
        ERR(sys(SYS_clock_nanosleep, no[i], 0, &t, 0), EOPNOTSUPP);
    ERR(sys(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, 0), EOPNOTSUPP);
}

/* The second call finds the goal in the past, the third one 1970 or the boot. */
TEST(absolute_times, "TIMER_ABSTIME is relative, or the past sleeps for ever",
     "kernel/time/clock.c:/^clock_deadline_ticks/")
{
    static const clockid_t ids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME };
    for (int i = 0; i < 3; i++) {
        long goal = now_ns(ids[i]) + 20 * MS;
        struct timespec t = spec(goal);
        EQ(sys(SYS_clock_nanosleep, ids[i], TIMER_ABSTIME, &t, 0), 0);
        TRUE(now_ns(ids[i]) >= goal);
        EQ(sys(SYS_clock_nanosleep, ids[i], TIMER_ABSTIME, &t, 0), 0);
        t = (struct timespec){ 0, 0 };
        EQ(sys(SYS_clock_nanosleep, ids[i], TIMER_ABSTIME, &t, 0), 0);
    }
}

static void
handler(int signal)
{
}

/* The goal itself is what the caller repeats; only a relative sleep has a rest. */
TEST(absolute_sleep_leaves_no_rest, "an absolute sleep writes the rest",
     "kernel/syscall/time.c:/^sys_clock_nanosleep/")
{
    struct sigaction a = { .sa_handler = handler };
    struct timespec t = spec(now_ns(CLOCK_MONOTONIC) + 3600 * SECOND), left = { 77, 77 };
    OK(sigaction(SIGUSR1, &a, NULL));
    pid_t pid = peer_nags(SIGUSR1, 5);
    ERR(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, &left), EINTR);
    EQ(left.tv_sec, 77);
    t = spec(3600 * SECOND);
    ERR(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, &left), EINTR);
    TRUE(left.tv_sec <= 3600 && left.tv_sec > 3500);
    KILL_PEER(pid);
}

/* `sleep infinity` asks for the largest timespec. 2^33 seconds fit into 63 bits of nanoseconds, the
 * sum with a clock of today does not. */
TEST(very_long_sleeps, "a sleep of centuries overflows and ends at once",
     "kernel/time/clock.c:/^deadline_after/")
{
    static const struct timespec longs[] = { { 1L << 33, 0 }, { 0x7fffffffffffffff, 999999999 } };
    for (int i = 0; i < 2; i++) {
        pid_t pid = OK(fork());
        if (pid == 0)
            _exit(sys(SYS_nanosleep, &longs[i], 0) != 0);
        let_pass_ms(30);
        EQ(waitpid(pid, NULL, WNOHANG), 0);
        KILL_PEER(pid);
    }
}

/* 5 and 12 have no common divisor, so i * 5 % 12 starts each of them once, in no order. */
TEST(sleepers_wake_in_order, "timers are not ordered by their time",
     "kernel/time/timer.c:/^timer_set/")
{
    enum { N = 12 };
    int fds[2];
    OK(pipe(fds));
    long start = now_ns(CLOCK_MONOTONIC) + 50 * MS;
    /* Started in another order than they wake. */
    for (int i = 0; i < N; i++) {
        char me = (i * 5) % N;
        if (OK(fork()) == 0) {
            struct timespec t = spec(start + me * 40 * MS);
            sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
            _exit(write(fds[1], &me, 1) != 1);
        }
    }
    for (int i = 0; i < N; i++) {
        char who = -1;
        EQ(read(fds[0], &who, 1), 1);
        /* Neighbours may overtake each other on the way to the pipe of a loaded machine. */
        TRUE(who >= i - 2 && who <= i + 2);
    }
}

/* 60 at once, with seven lengths: many wake in the same tick. */
TEST(many_sleepers, "the timer list is full, or one is lost",
     "kernel/time/timer.c:/^timer_interrupt/")
{
    enum { N = 60 };
    pid_t pids[N];
    for (int i = 0; i < N; i++) {
        pids[i] = OK(fork());
        if (pids[i] == 0) {
            struct timespec t = spec((i % 7 + 1) * MS);
            for (int k = 0; k < 5; k++)
                EQ(sys(SYS_nanosleep, &t, 0), 0);
            _exit(0);
        }
    }
    for (int i = 0; i < N; i++)
        ENDS(pids[i], 0);
}
