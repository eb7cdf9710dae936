/* torn.c - the clock under storm: readers on all harts while it is set and its rate changes.
 *
 * Run with the kernel word clock.slew=PPM (tests/host/test_guest.py), the rate changes at each
 * tick. No read may be torn or step back, on one hart or from one hart to another. The page and its
 * counters are described in vdso/vvar.h; plain reading is in clock.c. How the reader copes with a
 * page that is made by hand: tests/host/test_vdso_code.py. */

#include "peer.h"
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define SECOND  1000000000L
#define ROUNDS  60000
#define READERS 4

/* Nanoseconds: two clocks of one machine may be rounded apart. */
#define SLACK 1000

static volatile int stop;
static long global_last;

static long
in_ns(struct timespec t)
{
    return t.tv_sec * SECOND + t.tv_nsec;
}

static long
now(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    if (t.tv_nsec < 0 || t.tv_nsec >= SECOND)
        FAIL("expected nanoseconds below one second, seen %ld", t.tv_nsec);
    return in_ns(t);
}

/* The last time that any thread has seen: no later read may be below it. */
static void *
read_monotonic(void *arg)
{
    clockid_t id = (long)arg;
    for (int i = 0; i < ROUNDS; i++) {
        long floor = __atomic_load_n(&global_last, __ATOMIC_ACQUIRE), t = now(id);
        if (t < floor)
            FAIL("expected clock %d at or above %ld, seen %ld (%ld ns back)", id, floor, t,
                 floor - t);
        while (t > floor && !__atomic_compare_exchange_n(&global_last, &floor, t, false,
                                                         __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            ;
    }
    return NULL;
}

static void
readers(clockid_t id)
{
    pthread_t t[READERS];
    global_last = 0;
    for (int i = 0; i < READERS; i++)
        EQ(pthread_create(&t[i], NULL, read_monotonic, (void *)(long)id), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
}

/* POSIX: CLOCK_MONOTONIC never steps back. Databases order events of several threads by it. The
 * comparison goes through memory with acquire and release, so a lower time is the clock's mistake
 * and not a late store. Each of the three lines has counters of its own. */
TEST(monotonic_across_harts, "time steps back from one hart to another",
     "vdso/vvar.h:/^vvar_look/, kernel/vdso/vvar.c:/^vvar_begin_update/")
{
    /* One after the other: all four threads read one line at a time. */
    readers(CLOCK_MONOTONIC);
    readers(CLOCK_BOOTTIME);
    readers(CLOCK_MONOTONIC_RAW);
}

/* The kernel copies the coarse clocks from the fine ones at each update. All readers must see the
 * old copy or all of the new one. */
TEST(coarse_across_harts, "a coarse clock steps back",
     "vdso/clock.c:/^read_coarse/, kernel/time/clock.c")
{
    readers(CLOCK_MONOTONIC_COARSE);
    readers(CLOCK_REALTIME_COARSE);
}

/* Two epochs whose seconds and nanoseconds have nothing in common. */
static const struct timespec epochs[2] = { { 1000000000, 0 }, { 3000000000, 500000000 } };

/* What the setter did: `epoch` was set between the MONOTONIC times `before` and `after`. */
#define SETS 16384
struct set {
    volatile long before, after, epoch;
};
static struct set sets[SETS];
static long newest;

static void *
set_the_clock(void *arg)
{
    /* Sets the clock without a pause, because a reader has to meet the few instructions that change
     * the data. */
    for (long i = 0; !stop; i++) {
        struct set *s = &sets[i % SETS];
        *s = (struct set){ now(CLOCK_MONOTONIC), LONG_MAX, in_ns(epochs[i % 2]) };
        __atomic_store_n(&newest, i, __ATOMIC_RELEASE);
        EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &epochs[i % 2]), 0);
        s->after = now(CLOCK_MONOTONIC);
    }
    return NULL;
}

/* May a clock have shown `t` between the MONOTONIC times a and b? Looks at each setting that can
 * have been in force; at most half the ring, which the setter is not about to overwrite. */
static bool
explained(long t, long a, long b)
{
    long last = __atomic_load_n(&newest, __ATOMIC_ACQUIRE);
    for (long i = last; i >= 0 && i > last - SETS / 2; i--) {
        struct set s = sets[i % SETS];
        long least = a > s.after ? a - s.after : 0;
        if (t >= s.epoch + least - SLACK && t <= s.epoch + b - s.before + SLACK)
            return true;
        if (s.after < a)
            return false;
    }
    return true;
}

/* Takes a time between two readings of MONOTONIC, and asks whether any setting explains it. */
static void *
read_epochs(void *arg)
{
    clockid_t id = (long)arg;
    while (__atomic_load_n(&newest, __ATOMIC_ACQUIRE) < 2)
        sched_yield();
    for (int i = 0; i < ROUNDS; i++) {
        long a = now(CLOCK_MONOTONIC), t = now(id), b = now(CLOCK_MONOTONIC);
        if (!explained(t, a, b))
            FAIL("expected clock %d to show a time that was set, seen %ld ns: torn", id, t);
    }
    return NULL;
}

/* The setter jumps between two epochs 63 years apart, so a second of one with the nanoseconds of
 * the other was never shown by any clock. */
TEST(realtime_is_never_torn, "a reader mixes two updates",
     "vdso/vvar.h:/^vvar_look/, kernel/vdso/vvar.c:/^vvar_publish/")
{
    static const long ids[READERS] = { CLOCK_REALTIME, CLOCK_TAI, CLOCK_REALTIME, CLOCK_TAI };
    pthread_t t[READERS], setter;
    struct timespec start;
    OK(clock_gettime(CLOCK_REALTIME, &start));
    EQ(pthread_create(&setter, NULL, set_the_clock, NULL), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_create(&t[i], NULL, read_epochs, (void *)ids[i]), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
    stop = 1;
    pthread_join(setter, NULL);
    /* Near enough for the checks that follow; this one took seconds. */
    OK(clock_settime(CLOCK_REALTIME, &start));
}

/* An update writes every line; these change no value of MONOTONIC's. */
TEST(monotonic_while_realtime_is_set, "clock_settime moves MONOTONIC",
     "kernel/time/clock.c:/^clock_set_real/")
{
    pthread_t setter;
    struct timespec start;
    OK(clock_gettime(CLOCK_REALTIME, &start));
    EQ(pthread_create(&setter, NULL, set_the_clock, NULL), 0);
    readers(CLOCK_MONOTONIC);
    stop = 1;
    pthread_join(setter, NULL);
    OK(clock_settime(CLOCK_REALTIME, &start));
}

/* Each way to read must lie between two readings by the other. */
static void *
compare_with_call(void *arg)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        struct timespec t;
        long a = now(CLOCK_MONOTONIC);
        EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC, &t), 0);
        long b = t.tv_sec * SECOND + t.tv_nsec, c = now(CLOCK_MONOTONIC);
        if (a > b || b > c)
            FAIL("expected vDSO <= call <= vDSO, seen %ld %ld %ld", a, b, c);
    }
    return NULL;
}

/* The kernel's own readers use the page (docs/design.md), so call and vDSO may be mixed freely: a
 * library that has the one and a program that has the other must agree on an order. */
TEST(call_and_vdso_under_storm, "the call reads other data than the vDSO",
     "kernel/time/clock.c:/^clock_read/, vdso/clock.c")
{
    pthread_t t[READERS];
    for (int i = 0; i < READERS; i++)
        EQ(pthread_create(&t[i], NULL, compare_with_call, NULL), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
}

/* Four processes share one word, and each of them has mapped the page of the clocks for itself. */
TEST(processes_agree, "each process has data of its own", "kernel/vdso/image.c:/^vdso_map/")
{
    long *shared = shared_page();
    pid_t pids[READERS];
    for (int p = 0; p < READERS; p++) {
        pids[p] = OK(fork());
        if (pids[p] != 0)
            continue;
        for (int i = 0; i < ROUNDS / 2; i++) {
            long floor = __atomic_load_n(shared, __ATOMIC_ACQUIRE), t = now(CLOCK_MONOTONIC);
            TRUE(t >= floor);
            __atomic_compare_exchange_n(shared, &floor, t, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE);
        }
        _exit(0);
    }
    for (int p = 0; p < READERS; p++)
        ENDS(pids[p], 0);
}
