/* clock.c - reading clocks: every id, by the vDSO and by the call, order and resolution.
 *
 * glibc's clock_gettime goes through the vDSO, sys() never does: the two must agree. The same
 * checks run with vdso=0 and with a slewed clock (tests/host/test_guest.py). Not here: what the
 * image looks like (vdso.c), torn reads (torn.c), setting clocks (settime.c), sleeping
 * (sleep.c). Source: clock_gettime(2), gettimeofday(2), getrusage(2), time(7). */

#include "fixture.h"
#include <sys/resource.h>
#include <sys/time.h>

#define SECOND 1000000000L
#define MS     1000000L

/* What Linux and Postern serve in the vDSO; CPU-time clocks always need the kernel. */
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

/* Reads the clock by libc, and so by the vDSO where there is one. */
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

/* Three reads in a row, one of each kind in the middle: a program may mix both, and time must
 * not run backwards between them. */
TEST(vdso_and_call_agree, "the two read different data, or only one is updated",
     "vdso/clock.c, kernel/time/clock.c:/^clock_read/")
{
    for (int round = 0; round < 200; round++)
        for (int i = 0; i < FAST; i++) {
            long a = by_vdso(fast[i]), b = by_call(fast[i]), c = by_vdso(fast[i]);
            if (a > b || b > c)
                FAIL("expected clock %d to grow over vDSO, call, vDSO; seen %ld %ld %ld", fast[i],
                     a, b, c);
        }
}

/* Half of the pause must be seen: a coarse clock may be read just after and just before its
 * tick. The upper bound is for a clock in the wrong unit. */
TEST(clocks_advance, "a clock stands still", "kernel/time/clock.c:/^clock_tick/")
{
    for (int i = 0; i < FAST; i++) {
        long a = by_vdso(fast[i]);
        pause_ms(30);
        long b = by_vdso(fast[i]);
        TRUE(b - a >= 15 * MS);
        TRUE(b - a < 100 * SECOND);
    }
}

/* 50,000 reads take in several ticks, at each of which the kernel exchanges base and multiplier:
 * a rounding that loses at the seam shows as a step back. CLOCK_REALTIME holds too, as nobody
 * sets it. */
TEST(never_steps_back, "a read is less than the one before", "vdso/clock.c, kernel/vdso/vvar.c")
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

/* Fine, coarse, fine: the coarse value is the last tick's, so at most the later fine one.
 * Programs stamp log lines with the one and compare with the other. */
TEST(coarse_is_never_ahead, "a coarse clock is ahead of the fine one, or seconds late",
     "vdso/clock.c, kernel/time/clock.c")
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

/* Two reads cost far less than a tick of at least 1 ms. One in ten may fall on a tick, or be
 * interrupted. */
TEST(coarse_moves_in_ticks, "a coarse clock moves at every read", "vdso/clock.c")
{
    int same = 0;
    for (int i = 0; i < 1000; i++)
        same += by_vdso(CLOCK_MONOTONIC_COARSE) == by_vdso(CLOCK_MONOTONIC_COARSE);
    TRUE(same > 900);
}

/* Boot was less than a day ago, and nothing has suspended the machine. The years catch a wrong
 * unit of the machine's clock. CLOCK_TAI is CLOCK_REALTIME until adjtimex sets the offset
 * (adjtimex(2)). */
TEST(relations, "MONOTONIC counts from 1970, or REALTIME from boot",
     "kernel/time/clock.c:/^clock_init/")
{
    long real = by_vdso(CLOCK_REALTIME), mono = by_vdso(CLOCK_MONOTONIC);
    long boot = by_vdso(CLOCK_BOOTTIME), raw = by_vdso(CLOCK_MONOTONIC_RAW);
    long tai = by_vdso(CLOCK_TAI);
    /* REALTIME is between the years 2020 and 2100. */
    TRUE(real > 1577836800 * SECOND && real < 4102444800 * SECOND);
    TRUE(mono >= 0 && mono < 86400 * SECOND);
    TRUE(boot >= mono && boot - mono < 10 * SECOND);
    TRUE(raw >= 0 && raw < mono + 10 * SECOND);
    /* TAI is REALTIME until somebody sets the offset. */
    TRUE(tai - real >= 0 && tai - real < 10 * SECOND);
}

/* NULL is allowed and only asks whether the id is good. 1 ns is what Linux says with
 * high-resolution timers, whatever the counter can do. */
TEST(getres, "the resolution is 0, or a coarse one is fine",
     "vdso/clock.c, kernel/syscall/time.c:/^sys_clock_getres/")
{
    struct timespec a, b;
    for (int i = 0; i < FAST; i++) {
        OK(clock_getres(fast[i], &a));
        EQ(sys(SYS_clock_getres, fast[i], &b), 0);
        EQ(ns(a), ns(b));
        bool coarse = fast[i] == CLOCK_REALTIME_COARSE || fast[i] == CLOCK_MONOTONIC_COARSE;
        if (coarse)
            TRUE(ns(a) >= MS && ns(a) <= 10 * MS); /* a tick: 1000 to 100 a second */
        else
            EQ(ns(a), 1);
        EQ(sys(SYS_clock_getres, fast[i], 0), 0);
        OK(clock_getres(fast[i], NULL));
    }
    EQ(sys(SYS_clock_getres, CLOCK_PROCESS_CPUTIME_ID, &a), 0);
    EQ(ns(a), 1);
}

/* 10 was given up by Linux, 12 to 15 are not given out, 16 is MAX_CLOCKS; a negative one names a
 * process' CPU clock, here of nobody. The last line: the id is looked at before the pointer. */
TEST(bad_ids, "an unknown id is read, or gives another errno by the vDSO",
     "kernel/syscall/time.c:/^sys_clock_gettime/, vdso/clock.c")
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

/* clockid_t is an int, so the kernel takes the low half of the register; who indexes a table by
 * all of it reads far behind its end. */
TEST(id_is_32_bits, "the upper half of the register counts",
     "kernel/syscall/time.c:/^sys_clock_gettime/")
{
    struct timespec t;
    EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC | 1L << 32, &t), 0);
}

/* Works until this thread has had `until_ns` of CPU time in all: however busy the machine is, that
 * much was its own. */
static void
burn(long until_ns)
{
    while (now_ns(CLOCK_THREAD_CPUTIME_ID) < until_ns)
        ;
}

/* User and system time of getrusage(2), in microseconds. */
static long
rusage_us(int who)
{
    struct rusage r;
    OK(getrusage(who, &r));
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 + r.ru_utime.tv_usec +
           r.ru_stime.tv_usec;
}

/* A thread that sleeps uses no CPU time, one that works does: profilers and benchmarks measure so.
 * 5 ms are left for the rounding of a tick. */
TEST(cpu_clocks, "CPU time counts sleep, or does not count work",
     "kernel/sched/schedule.c:/^thread_run_ticks/")
{
    long a = by_vdso(CLOCK_PROCESS_CPUTIME_ID), b = by_vdso(CLOCK_THREAD_CPUTIME_ID);
    TRUE(a > 0 && b > 0 && a < 50 * SECOND);
    pause_ms(50);
    TRUE(by_vdso(CLOCK_PROCESS_CPUTIME_ID) - a < 40 * MS);
    burn(b + 50 * MS);
    TRUE(by_vdso(CLOCK_PROCESS_CPUTIME_ID) - a >= 45 * MS);
}

/* libc makes such an id of the pid (clock_getcpuclockid(3)), so no list of fixed ids can hold
 * them. */
TEST(cpu_clock_of_a_process, "clock_getcpuclockid's ids are unknown",
     "kernel/syscall/time.c:/^sys_clock_gettime/")
{
    clockid_t id;
    struct timespec t;
    EQ(clock_getcpuclockid(getpid(), &id), 0);
    EQ(sys(SYS_clock_gettime, id, &t), 0);
    TRUE(ns(t) > 0);
}

/* Microseconds are cut and not rounded: rounded up, they would be ahead of CLOCK_REALTIME. */
TEST(gettimeofday_agrees, "gettimeofday is not REALTIME", "vdso/clock.c:/^__vdso_gettimeofday/")
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

/* Either pointer may be NULL, gettimeofday(2). The zone is obsolete but written: programs that
 * still look at it must find UTC. */
TEST(gettimeofday_arguments, "a NULL is written to",
     "vdso/clock.c:/^__vdso_gettimeofday/, kernel/syscall/time.c:/^sys_gettimeofday/")
{
    struct timezone z = { 1, 1 };
    EQ(sys(SYS_gettimeofday, 0, 0), 0);
    EQ(sys(SYS_gettimeofday, 0, &z), 0);
    EQ(z.tz_minuteswest, 0);
    EQ(z.tz_dsttime, 0);
}

/* time(2) has seconds alone, and a program may compare them with a timestamp from clock_gettime. */
TEST(time_agrees, "time() is seconds late or ahead", "vdso/clock.c:/^__vdso_time/")
{
    for (int i = 0; i < 1000; i++) {
        long a = by_vdso(CLOCK_REALTIME) / SECOND, t = time(NULL);
        long b = by_vdso(CLOCK_REALTIME) / SECOND;
        /* time() may read the coarse clock, a tick behind. */
        TRUE(t >= a - 1 && t <= b);
    }
}

TEST(getrusage_counts, "user time does not grow", "kernel/sched/schedule.c:/^thread_run_ticks/")
{
    struct rusage r;
    burn(120 * MS);
    TRUE(rusage_us(RUSAGE_SELF) >= 100000);
    FAILS(getrusage(99, &r), EINVAL);
    TRUE(rusage_us(RUSAGE_CHILDREN) >= 0);
}

/* getrusage(2) tells the time of children that have ended and been waited for. The shell's `time`
 * is made of it. */
TEST(time_of_children, "the time of waited children is not added", "kernel/proc/wait.c:/^look/")
{
    EQ(IN_CHILD(burn(100 * MS)), 0);
    TRUE(rusage_us(RUSAGE_CHILDREN) >= 80000);
}

/* fork(2): resource usage and CPU time counters are reset to zero in the child. */
TEST(child_starts_with_no_time, "CPU time is inherited by fork",
     "kernel/proc/process.c:/^process_create/")
{
    burn(100 * MS);
    EQ(IN_CHILD(TRUE(by_call(CLOCK_PROCESS_CPUTIME_ID) < 60 * MS)), 0);
}
