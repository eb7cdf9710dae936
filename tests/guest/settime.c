/* settime.c - setting the clock: REALTIME moves at once, MONOTONIC never.
 *
 * Each check puts REALTIME back by the MONOTONIC time that has passed. Reading under such changes
 * is torn.c. NTP's adjtimex is not there. Source: clock_settime(2), clock_nanosleep(2),
 * settimeofday(2). */

#include "peer.h"
#include <sys/time.h>
#include <time.h>

#define SECOND 1000000000L
/* Thirty years before 64 bits of nanoseconds are full: from here on Linux refuses, too. */
#define LATEST (INT64_MAX / SECOND - 30 * 365 * 86400L)

/* Sets REALTIME. By the raw call, because libc might refuse what the kernel has to refuse. */
static void
set(long ns)
{
    struct timespec t = { ns / SECOND, ns % SECOND };
    EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &t), 0);
}

/* The value is between a and a minute more. The machine may be slow, but a wrong clock is wrong by
 * years. */
static void
near(long value, long a)
{
    if (value < a || value > a + 60 * SECOND)
        FAIL("expected a time just above %ld, seen %ld", a, value);
}

/* Forwards, backwards and near 1970. Each way to read it is asked: vDSO, call, gettimeofday,
 * coarse, seconds, TAI - a second copy of the time that is renewed only at a tick shows here. */
TEST(realtime_moves_at_once, "the new time shows only at the next tick",
     "kernel/time/clock.c:/^clock_set_real/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    static const long goals[] = { 2000000000, 1000000000, 1234567890, 100000 };
    for (int i = 0; i < 4; i++) {
        set(goals[i] * SECOND + 5);
        struct timespec t;
        struct timeval v;
        near(now_ns(CLOCK_REALTIME), goals[i] * SECOND + 5);
        /* The kernel's own view, beside the vDSO's of the line above. */
        EQ(sys(SYS_clock_gettime, CLOCK_REALTIME, &t), 0);
        near(t.tv_sec * SECOND + t.tv_nsec, goals[i] * SECOND + 5);
        gettimeofday(&v, NULL);
        /* Microseconds, ticks and seconds are rounded down. */
        near(v.tv_sec * SECOND + v.tv_usec * 1000, goals[i] * SECOND);
        near(now_ns(CLOCK_REALTIME_COARSE), goals[i] * SECOND);
        near(time(NULL) * SECOND, goals[i] * SECOND - 1 * SECOND);
        near(now_ns(CLOCK_TAI), goals[i] * SECOND);
    }
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* Every time-out in every program is measured by it. 100 million seconds forwards between b and
 * c. */
TEST(monotonic_never_jumps, "MONOTONIC or BOOTTIME is moved along",
     "kernel/time/clock.c:/^clock_set_real/")
{
    static const clockid_t ids[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC_RAW,
                                     CLOCK_BOOTTIME };
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < 4; i++) {
        long a = now_ns(ids[i]);
        set(1500000000 * SECOND);
        long b = now_ns(ids[i]);
        set(1600000000 * SECOND + 999999999);
        long c = now_ns(ids[i]);
        TRUE(a <= b && b <= c && c - a < 60 * SECOND);
    }
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* The child has mapped the page of the clocks before it is changed. */
TEST(other_processes_see_it, "each process has its own clock", "kernel/vdso/image.c:/^vdso_map/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    int to[2];
    char byte;
    OK(pipe(to));
    pid_t pid = OK(fork());
    if (pid == 0) {
        EQ(read(to[0], &byte, 1), 1);
        near(now_ns(CLOCK_REALTIME), 1700000000 * SECOND);
        _exit(0);
    }
    set(1700000000 * SECOND);
    EQ(write(to[1], "x", 1), 1);
    ENDS(pid, 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* clock_settime(2): only REALTIME can be set here; which of the errors the others give differs
 * between kernels. A refused time must leave the clock alone. */
TEST(settime_refuses, "a bad time or another clock is set",
     "kernel/syscall/time.c:/^sys_clock_settime/")
{
    static const clockid_t ids[] = { CLOCK_MONOTONIC,
                                     CLOCK_MONOTONIC_RAW,
                                     CLOCK_REALTIME_COARSE,
                                     CLOCK_MONOTONIC_COARSE,
                                     CLOCK_BOOTTIME,
                                     CLOCK_TAI,
                                     CLOCK_PROCESS_CPUTIME_ID,
                                     99,
                                     -1000 };
    /* The last three leave no thirty years in which 64 bits of nanoseconds last. */
    static const struct timespec bad[] = { { 5, SECOND },    { 5, -1 },     { -1, 0 },
                                           { INT64_MIN, 0 }, { LATEST, 0 }, { INT64_MAX, 0 },
                                           { 1L << 34, 999 } };
    struct timespec good = { 1500000000, 0 };
    long before = now_ns(CLOCK_REALTIME);
    for (int i = 0; i < 9; i++) {
        long r = sys(SYS_clock_settime, ids[i], &good);
        TRUE(r == -EINVAL || r == -EPERM || r == -EOPNOTSUPP);
    }
    for (int i = 0; i < 7; i++)
        ERR(sys(SYS_clock_settime, CLOCK_REALTIME, &bad[i]), EINVAL);
    /* The clock comes first, then the address, then what is there. */
    ERR(sys(SYS_clock_settime, CLOCK_MONOTONIC, 8), EINVAL);
    ERR(sys(SYS_clock_settime, CLOCK_REALTIME, 8), EFAULT);
    /* Good times for wrong clocks and bad times for the right one: nothing may have moved. */
    near(now_ns(CLOCK_REALTIME), before);
}

/* The last second that can be set, and a little after it. */
TEST(latest_time_is_taken, "a time is refused that has its thirty years",
     "kernel/time/clock.c:/^clock_set_real/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    set(LATEST * SECOND - 1);
    near(now_ns(CLOCK_REALTIME), LATEST * SECOND - 1);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* The time of the boot is REALTIME less MONOTONIC (btime in Linux' /proc/stat), and may not be
 * before 1970. */
TEST(before_the_boot_is_refused, "REALTIME is set to less than MONOTONIC shows",
     "kernel/time/clock.c:/^clock_set_real/")
{
    long before = now_ns(CLOCK_REALTIME), offset = before - now_ns(CLOCK_MONOTONIC);
    struct timespec zero = { 0, 0 }, none = { 0, 1 };
    struct timeval old = { 0, 1 };
    long mono = now_ns(CLOCK_MONOTONIC);
    struct timespec just = { mono / SECOND, mono % SECOND };
    ERR(sys(SYS_clock_settime, CLOCK_REALTIME, &zero), EINVAL);
    ERR(sys(SYS_clock_settime, CLOCK_REALTIME, &none), EINVAL);
    ERR(sys(SYS_clock_settime, CLOCK_REALTIME, &just), EINVAL); /* by now it is a little later */
    ERR(sys(SYS_settimeofday, &old, 0), EINVAL);
    near(now_ns(CLOCK_REALTIME), before);
    set(now_ns(CLOCK_MONOTONIC) + 60 * SECOND);
    near(now_ns(CLOCK_REALTIME), now_ns(CLOCK_MONOTONIC));
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* The zone alone leaves the clock as it is. More than fifteen hours from Greenwich nobody lives,
 * says Linux. */
TEST(settimeofday_zone, "a time zone is not looked at", "kernel/syscall/time.c:/^sys_settimeofday/")
{
    static const struct timezone none = { 0, 0 }, far[] = { { 901, 0 }, { -901, 0 } };
    struct timeval v = { 1400000000, 0 }, bad[] = { { -1, 0 }, { 5, -1 }, { 5, 1000001 } };
    long before = now_ns(CLOCK_REALTIME);
    EQ(sys(SYS_settimeofday, 0, 0), 0);
    EQ(sys(SYS_settimeofday, 0, &none), 0);
    ERR(sys(SYS_settimeofday, 0, 8), EFAULT);
    ERR(sys(SYS_settimeofday, 8, 0), EFAULT);
    ERR(sys(SYS_settimeofday, &v, 8), EFAULT);
    for (int i = 0; i < 2; i++) {
        ERR(sys(SYS_settimeofday, 0, &far[i]), EINVAL);
        ERR(sys(SYS_settimeofday, &v, &far[i]), EINVAL);
    }
    for (int i = 0; i < 3; i++)
        ERR(sys(SYS_settimeofday, &bad[i], 0), EINVAL);
    near(now_ns(CLOCK_REALTIME), before);
}

/* settimeofday(2) is the older call for the same. Microseconds are 0 to 999,999. */
TEST(settimeofday_sets_too, "settimeofday is missing or takes bad microseconds",
     "kernel/syscall/time.c:/^sys_settimeofday/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    struct timeval v = { 1400000000, 500000 }, bad = { 1400000000, 1000000 };
    long r = sys(SYS_settimeofday, &v, 0);
    if (r == -ENOSYS)
        return;
    EQ(r, 0);
    near(now_ns(CLOCK_REALTIME), 1400000000 * SECOND + 500000000);
    ERR(sys(SYS_settimeofday, &bad, 0), EINVAL);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* POSIX, clock_nanosleep: a relative sleep is a length of time, whatever is done to the clock. */
TEST(relative_sleep_does_not_mind, "a sleep ends early when the clock is set forward",
     "kernel/syscall/time.c:/^sys_clock_nanosleep/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC), a = now_ns(CLOCK_MONOTONIC);
    pid_t pid = OK(fork());
    if (pid == 0) {
        struct timespec t = { 0, 200000000 };
        EQ(sys(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &t, 0), 0);
        /* Measured by the clock that nobody sets. */
        TRUE(now_ns(CLOCK_MONOTONIC) - a >= 200000000);
        _exit(0);
    }
    /* The child sleeps by now, most likely; if not, the check is only easier. */
    let_pass_ms(30);
    set(now_ns(CLOCK_REALTIME) + 1000 * SECOND);
    ENDS(pid, 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* POSIX goes on: an absolute sleep follows the clock. cron sleeps until a date, and here the date
 * has come. */
TEST(absolute_sleep_follows_the_clock, "an absolute REALTIME sleep keeps its old end",
     "kernel/time/clock.c:/^clock_set_real/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    pid_t pid = OK(fork());
    if (pid == 0) {
        long goal = now_ns(CLOCK_REALTIME) + 3600 * SECOND;
        struct timespec t = { goal / SECOND, goal % SECOND };
        EQ(sys(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &t, 0), 0);
        _exit(0);
    }
    let_pass_ms(30);
    /* An hour passes at once: the sleeper wakes. */
    set(now_ns(CLOCK_REALTIME) + 3601 * SECOND);
    ENDS(pid, 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}
