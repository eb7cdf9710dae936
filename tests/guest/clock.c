/* clock.c - reading clocks: every id, by the vDSO and by the call, order and resolution.
 *
 * glibc's clock_gettime goes through the vDSO, sys() never does: the two must agree. Source:
 * clock_gettime(2), time(7). */
#include "check.h"
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#define SECOND 1000000000L

static const clockid_t fast[] = { CLOCK_REALTIME,
                                  CLOCK_MONOTONIC,
                                  CLOCK_MONOTONIC_RAW,
                                  CLOCK_REALTIME_COARSE,
                                  CLOCK_MONOTONIC_COARSE,
                                  CLOCK_BOOTTIME,
                                  CLOCK_TAI };
#define FAST 7

static long
ns(struct timespec t)
{
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* By libc, so by the vDSO where there is one. */
static long
by_vdso(clockid_t id)
{
    struct timespec t;
    OK(clock_gettime(id, &t));
    TRUE(t.tv_nsec >= 0 && t.tv_nsec < SECOND);
    return ns(t);
}

static long
by_call(clockid_t id)
{
    struct timespec t;
    EQ(sys(SYS_clock_gettime, id, &t), 0);
    TRUE(t.tv_nsec >= 0 && t.tv_nsec < SECOND);
    return ns(t);
}

TEST(vdso_and_call_agree, "the two read different data, or only one is updated",
     "vdso, kernel/time (timekeeper)")
{
    for (int round = 0; round < 200; round++)
        for (int i = 0; i < FAST; i++) {
            long a = by_vdso(fast[i]), b = by_call(fast[i]), c = by_vdso(fast[i]);
            if (a > b || b > c)
                FAIL("expected clock %d to grow over vDSO, call, vDSO; seen %ld %ld %ld", fast[i],
                     a, b, c);
        }
}

TEST(clocks_advance, "a clock stands still", "kernel/time (timekeeper)")
{
    for (int i = 0; i < FAST; i++) {
        long a = by_vdso(fast[i]);
        struct timespec t = { 0, 30000000 };
        nanosleep(&t, NULL);
        long b = by_vdso(fast[i]);
        TRUE(b - a >= 15000000);
        TRUE(b - a < 100 * SECOND);
    }
}

TEST(never_steps_back, "a read is less than the one before", "vdso (reader), kernel/vdso (writer)")
{
    for (int i = 0; i < FAST; i++) {
        long last = by_vdso(fast[i]);
        for (int k = 0; k < 50000; k++) {
            struct timespec t;
            clock_gettime(fast[i], &t);
            if (ns(t) < last)
                FAIL("expected clock %d not below %ld, seen %ld", fast[i], last, ns(t));
            last = ns(t);
        }
    }
}

TEST(coarse_is_never_ahead, "a coarse clock is ahead of the fine one, or seconds late",
     "vdso, kernel/time")
{
    static const clockid_t pairs[2][2] = { { CLOCK_REALTIME_COARSE, CLOCK_REALTIME },
                                           { CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC } };
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < 20000; i++) {
            long before = by_vdso(pairs[p][1]), coarse = by_vdso(pairs[p][0]);
            long fine = by_vdso(pairs[p][1]);
            if (coarse > fine)
                FAIL("expected coarse %ld at or below fine %ld of clock %d", coarse, fine,
                     pairs[p][0]);
            /* Up to a tick late; a loaded machine may miss some ticks. */
            if (coarse < before - SECOND)
                FAIL("expected coarse close below fine, seen %ld ns late", before - coarse);
        }
}

TEST(coarse_moves_in_ticks, "a coarse clock moves at every read", "vdso")
{
    int same = 0;
    for (int i = 0; i < 1000; i++)
        same += by_vdso(CLOCK_MONOTONIC_COARSE) == by_vdso(CLOCK_MONOTONIC_COARSE);
    TRUE(same > 900);
}

TEST(relations, "MONOTONIC counts from 1970, or REALTIME from boot", "kernel/time")
{
    long real = by_vdso(CLOCK_REALTIME), mono = by_vdso(CLOCK_MONOTONIC);
    long boot = by_vdso(CLOCK_BOOTTIME), raw = by_vdso(CLOCK_MONOTONIC_RAW);
    long tai = by_vdso(CLOCK_TAI);
    /* After 2020, before 2100. */
    TRUE(real > 1577836800 * SECOND && real < 4102444800 * SECOND);
    TRUE(mono >= 0 && mono < 86400 * SECOND);
    TRUE(boot >= mono && boot - mono < 10 * SECOND);
    TRUE(raw >= 0 && raw < mono + 10 * SECOND);
    /* TAI is REALTIME until somebody sets the offset. */
    TRUE(tai - real >= 0 && tai - real < 10 * SECOND);
}

TEST(getres, "the resolution is 0, or a coarse one is fine", "vdso, kernel/syscall")
{
    struct timespec a, b;
    for (int i = 0; i < FAST; i++) {
        OK(clock_getres(fast[i], &a));
        EQ(sys(SYS_clock_getres, fast[i], &b), 0);
        EQ(ns(a), ns(b));
        bool coarse = fast[i] == CLOCK_REALTIME_COARSE || fast[i] == CLOCK_MONOTONIC_COARSE;
        if (coarse)
            TRUE(ns(a) >= 1000000 && ns(a) <= 10000000);
        else
            EQ(ns(a), 1);
        EQ(sys(SYS_clock_getres, fast[i], 0), 0);
        OK(clock_getres(fast[i], NULL));
    }
    EQ(sys(SYS_clock_getres, CLOCK_PROCESS_CPUTIME_ID, &a), 0);
    EQ(ns(a), 1);
}

TEST(bad_ids, "an unknown id is read, or gives another errno by the vDSO", "kernel/syscall, vdso")
{
    static const clockid_t ids[] = { 10, 12, 13, 16, 31, 63, 99, 1000, 0x7fffffff, -1000000 };
    struct timespec t;
    for (int i = 0; i < 10; i++) {
        ERR(sys(SYS_clock_gettime, ids[i], &t), EINVAL);
        ERR(sys(SYS_clock_getres, ids[i], &t), EINVAL);
        FAILS(clock_gettime(ids[i], &t), EINVAL);
        FAILS(clock_getres(ids[i], &t), EINVAL);
    }
    ERR(sys(SYS_clock_gettime, 1000, 8), EINVAL);
}

TEST(id_is_32_bits, "the upper half of the register counts", "kernel/syscall")
{
    struct timespec t;
    EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC | 1L << 32, &t), 0);
}

static void
burn(long for_ns)
{
    struct timespec t;
    do
        OK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t));
    while (ns(t) < for_ns);
}

TEST(cpu_clocks, "CPU time counts sleep, or does not count work", "kernel/sched, kernel/time")
{
    struct timespec sleep = { 0, 50000000 };
    long a = by_vdso(CLOCK_PROCESS_CPUTIME_ID), b = by_vdso(CLOCK_THREAD_CPUTIME_ID);
    TRUE(a > 0 && b > 0 && a < 50 * SECOND);
    nanosleep(&sleep, NULL);
    TRUE(by_vdso(CLOCK_PROCESS_CPUTIME_ID) - a < 40000000);
    burn(b + 50000000);
    TRUE(by_vdso(CLOCK_PROCESS_CPUTIME_ID) - a >= 45000000);
    EQ(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &sleep), 0);
}

TEST(cpu_clock_of_a_process, "clock_getcpuclockid's ids are unknown", "kernel/syscall")
{
    clockid_t id;
    struct timespec t;
    EQ(clock_getcpuclockid(getpid(), &id), 0);
    if (sys(SYS_clock_gettime, id, &t) == 0)
        TRUE(ns(t) > 0);
}

TEST(gettimeofday_agrees, "gettimeofday is not REALTIME", "vdso")
{
    struct timeval v, w;
    for (int i = 0; i < 1000; i++) {
        long a = by_vdso(CLOCK_REALTIME) / 1000;
        OK(gettimeofday(&v, NULL));
        EQ(sys(SYS_gettimeofday, &w, 0), 0);
        long b = by_vdso(CLOCK_REALTIME) / 1000;
        TRUE(v.tv_usec >= 0 && v.tv_usec < 1000000);
        long first = v.tv_sec * 1000000 + v.tv_usec, second = w.tv_sec * 1000000 + w.tv_usec;
        TRUE(a <= first && first <= second && second <= b);
    }
}

TEST(gettimeofday_arguments, "a NULL is written to", "vdso, kernel/syscall")
{
    struct timezone z = { 1, 1 };
    EQ(sys(SYS_gettimeofday, 0, 0), 0);
    EQ(sys(SYS_gettimeofday, 0, &z), 0);
    EQ(z.tz_minuteswest, 0);
    EQ(z.tz_dsttime, 0);
}

TEST(time_agrees, "time() is seconds late or ahead", "vdso")
{
    for (int i = 0; i < 1000; i++) {
        long a = by_vdso(CLOCK_REALTIME) / SECOND, t = time(NULL);
        long b = by_vdso(CLOCK_REALTIME) / SECOND;
        /* time() may read the coarse clock, a tick behind. */
        TRUE(t >= a - 1 && t <= b);
    }
}

TEST(times_and_getrusage, "user time does not grow, or the unit is not 1/100 s",
     "kernel/syscall, kernel/sched")
{
    struct tms a, b;
    struct rusage r;
    clock_t t = times(&a);
    TRUE(t != (clock_t)-1);
    burn(120000000);
    clock_t u = times(&b);
    TRUE(u - t >= 10 && u - t < 6000);
    TRUE(b.tms_utime + b.tms_stime - a.tms_utime - a.tms_stime >= 8);
    OK(getrusage(RUSAGE_SELF, &r));
    TRUE(r.ru_utime.tv_sec * 1000000 + r.ru_utime.tv_usec + r.ru_stime.tv_sec * 1000000 +
             r.ru_stime.tv_usec >=
         100000);
    FAILS(getrusage(99, &r), EINVAL);
    OK(getrusage(RUSAGE_CHILDREN, &r));
}

TEST(time_of_children, "the time of waited children is not added", "kernel/proc (wait)")
{
    struct rusage r;
    struct tms t;
    EQ(IN_CHILD(burn(100000000)), 0);
    OK(getrusage(RUSAGE_CHILDREN, &r));
    TRUE(r.ru_utime.tv_sec * 1000000 + r.ru_utime.tv_usec + r.ru_stime.tv_sec * 1000000 +
             r.ru_stime.tv_usec >=
         80000);
    times(&t);
    TRUE(t.tms_cutime + t.tms_cstime >= 7);
}

TEST(child_starts_with_no_time, "CPU time is inherited by fork", "kernel/proc (fork)")
{
    burn(100000000);
    EQ(IN_CHILD(TRUE(by_call(CLOCK_PROCESS_CPUTIME_ID) < 60000000)), 0);
}
