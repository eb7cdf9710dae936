/* torn.c - the clock under storm: readers on all harts while it is set and its rate changes.
 *
 * Run with the kernel word clock.slew=PPM (tests/host/test_guest.py), the rate changes at each
 * tick. No read may be torn or step back, on one hart or from one hart to another. */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define SECOND  1000000000L
#define ROUNDS  60000
#define READERS 4

static volatile int stop;
static long global_last;

static long
now(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    if (t.tv_nsec < 0 || t.tv_nsec >= SECOND)
        FAIL("expected nanoseconds below one second, seen %ld", t.tv_nsec);
    return t.tv_sec * SECOND + t.tv_nsec;
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

TEST(monotonic_across_harts, "time steps back from one hart to another",
     "vdso (reader), kernel/vdso (writer): order of the fences")
{
    readers(CLOCK_MONOTONIC);
    readers(CLOCK_BOOTTIME);
    readers(CLOCK_MONOTONIC_RAW);
}

TEST(coarse_across_harts, "a coarse clock steps back", "vdso (reader), kernel/vdso (writer)")
{
    readers(CLOCK_MONOTONIC_COARSE);
    readers(CLOCK_REALTIME_COARSE);
}

/* Two epochs whose seconds and nanoseconds have nothing in common. */
static const struct timespec epochs[2] = { { 1000000000, 0 }, { 3000000000, 500000000 } };

static void *
set_the_clock(void *arg)
{
    for (int i = 0; !stop; i++) {
        EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &epochs[i % 2]), 0);
        for (int k = 0; k < 20; k++)
            sched_yield();
    }
    return NULL;
}

static void *
read_epochs(void *arg)
{
    clockid_t id = (long)arg;
    for (int i = 0; i < ROUNDS; i++) {
        long t = now(id), first = epochs[0].tv_sec * SECOND;
        long second = epochs[1].tv_sec * SECOND + epochs[1].tv_nsec;
        if (!(t >= first && t < first + 120 * SECOND) &&
            !(t >= second && t < second + 120 * SECOND))
            FAIL("expected clock %d near one of two epochs, seen %ld ns: torn", id, t);
    }
    return NULL;
}

TEST(realtime_is_never_torn, "a reader mixes two updates", "vdso (reader), kernel/vdso (writer)")
{
    static const long ids[READERS] = { CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI,
                                       CLOCK_REALTIME };
    pthread_t t[READERS], setter;
    struct timespec start;
    OK(clock_gettime(CLOCK_REALTIME, &start));
    EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &epochs[0]), 0);
    EQ(pthread_create(&setter, NULL, set_the_clock, NULL), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_create(&t[i], NULL, read_epochs, (void *)ids[i]), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
    stop = 1;
    pthread_join(setter, NULL);
    OK(clock_settime(CLOCK_REALTIME, &start));
}

TEST(monotonic_while_realtime_is_set, "clock_settime moves MONOTONIC", "kernel/time (timekeeper)")
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

TEST(call_and_vdso_under_storm, "the call reads other data than the vDSO", "kernel/time, vdso")
{
    pthread_t t[READERS];
    for (int i = 0; i < READERS; i++)
        EQ(pthread_create(&t[i], NULL, compare_with_call, NULL), 0);
    for (int i = 0; i < READERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
}

TEST(processes_agree, "each process has data of its own", "kernel/vdso (vvar)")
{
    long *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[READERS];
    for (int p = 0; p < READERS; p++)
        if ((pids[p] = OK(fork())) == 0) {
            for (int i = 0; i < ROUNDS / 2; i++) {
                long floor = __atomic_load_n(shared, __ATOMIC_ACQUIRE), t = now(CLOCK_MONOTONIC);
                TRUE(t >= floor);
                __atomic_compare_exchange_n(shared, &floor, t, false, __ATOMIC_ACQ_REL,
                                            __ATOMIC_ACQUIRE);
            }
            _exit(0);
        }
    for (int p = 0; p < READERS; p++)
        EQ(check_wait(__FILE__, __LINE__, pids[p]), 0);
}
