/* clockset.c - the clock is set while others wait: a moment of REALTIME moves, a length does not.
 *
 * All waits for a moment are here: the futex call, three of libc that stand on it, two sleeps. A
 * wait that is not told shows as one that sleeps an hour (check.c ends it) or that ends while its
 * clock shows less than the moment. What setting does to readers is in settime.c. Source: futex(2),
 * clock_settime(2), clock_nanosleep(2); POSIX on clock_settime. */

#include "peer.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#define SECOND 1000000000L
#define HOUR   (3600 * SECOND)
#define MS     1000000L

static uint32_t word; /* 0 in every check, which is what waiters expect */

static struct timespec
spec(long ns)
{
    return (struct timespec){ ns / SECOND, ns % SECOND };
}

static void
set(long ns)
{
    struct timespec t = spec(ns);
    EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &t), 0);
}

/* --- the waits: 0 if it ended as it should, else what came ----------------------------------- */

static long
futex_until(uint32_t *at, int op, const struct timespec *t)
{
    return sys(SYS_futex, at, op, 0, t, 0, FUTEX_BITSET_MATCH_ANY);
}

static long
futex_wait(const struct timespec *t)
{
    return futex_until(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, t) + ETIMEDOUT;
}

static long
sleep_realtime(const struct timespec *t)
{
    return sys(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, t, 0);
}

/* It shows what REALTIME shows, for nobody has told the kernel of leap seconds. */
static long
sleep_tai(const struct timespec *t)
{
    return sys(SYS_clock_nanosleep, CLOCK_TAI, TIMER_ABSTIME, t, 0);
}

static long
condition(const struct timespec *t)
{
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t c = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&m);
    return pthread_cond_timedwait(&c, &m, t) - ETIMEDOUT;
}

static long
semaphore(const struct timespec *t)
{
    sem_t s;
    sem_init(&s, 0, 0);
    return sem_timedwait(&s, t) == -1 ? errno - ETIMEDOUT : -1;
}

/* The second lock of a normal mutex waits for the first one's end, which does not come. */
static long
mutex(const struct timespec *t)
{
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&m);
    return pthread_mutex_timedlock(&m, t) - ETIMEDOUT;
}

typedef long wait_fn(const struct timespec *t);
static wait_fn *const waits[] = {
    futex_wait, sleep_realtime, sleep_tai, condition, semaphore, mutex
};
#define WAITS (sizeof(waits) / sizeof(*waits))

struct waiter {
    pthread_t thread;
    wait_fn *wait;
    long goal;           /* REALTIME, ns */
    volatile int coming; /* it is about to wait */
};

/* Ends when the wait does, and at once the clock shows the moment, or the wait was early. */
static void *
wait_here(void *arg)
{
    struct waiter *w = arg;
    struct timespec t = spec(w->goal);
    w->coming = 1;
    EQ(w->wait(&t), 0);
    TRUE(now_ns(CLOCK_REALTIME) >= w->goal);
    return NULL;
}

static void
start(struct waiter *w, wait_fn *wait, long goal)
{
    *w = (struct waiter){ .wait = wait, .goal = goal };
    EQ(pthread_create(&w->thread, NULL, wait_here, w), 0);
    while (!w->coming)
        sched_yield();
}

static void
join(struct waiter *w)
{
    EQ(pthread_join(w->thread, NULL), 0);
}

/* --- the checks ------------------------------------------------------------------------------ */

/* Two hours pass at once for all six. */
TEST(set_forwards_ends_waits, "a deadline was turned into ticks once: it is an hour away for ever",
     "kernel/time/clock.c:/^clock_set_real/, kernel/proc/futex.c:/^futex_wait/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    struct waiter w[WAITS];
    for (unsigned i = 0; i < WAITS; i++)
        start(&w[i], waits[i], now_ns(CLOCK_REALTIME) + HOUR);
    let_pass_ms(50);
    set(now_ns(CLOCK_REALTIME) + 2 * HOUR);
    for (unsigned i = 0; i < WAITS; i++)
        join(&w[i]);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* Each would be over after half a second, and the clock is put back by a second meanwhile. */
TEST(set_back_prolongs_waits, "a wait ends when its clock does not show the moment yet",
     "kernel/time/clock.c:/^clock_deadline_ticks/, kernel/proc/futex.c:/^futex_wait/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    struct waiter w[WAITS];
    for (unsigned i = 0; i < WAITS; i++)
        start(&w[i], waits[i], now_ns(CLOCK_REALTIME) + SECOND / 2);
    let_pass_ms(50);
    set(now_ns(CLOCK_REALTIME) - SECOND);
    for (unsigned i = 0; i < WAITS; i++)
        join(&w[i]);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* Another program sets it; this one waits in a process of its own, as programs do. */
TEST(other_process_sets_it, "only waits of the process that sets the clock are told",
     "kernel/time/clock.c:/^clock_set_real/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    pid_t pid = OK(fork());
    if (pid == 0) {
        struct timespec t = spec(now_ns(CLOCK_REALTIME) + HOUR);
        EQ(futex_wait(&t), 0);
        _exit(0);
    }
    let_pass_ms(50);
    set(now_ns(CLOCK_REALTIME) + 2 * HOUR);
    ENDS(pid, 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* A stop and SIGCONT end the wait and begin it again (restart_syscall). The moment is still one of
 * REALTIME then, and not what was left when it began. */
TEST(stopped_wait_keeps_its_moment, "a wait goes on for the ticks that were left",
     "kernel/proc/futex.c:/^wait_again/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    for (int when = 0; when < 2; when++) { /* set while it is stopped, and after it goes on */
        pid_t pid = OK(fork());
        if (pid == 0) {
            struct timespec t = spec(now_ns(CLOCK_REALTIME) + HOUR);
            EQ(futex_wait(&t), 0);
            _exit(0);
        }
        let_pass_ms(30);
        kill(pid, SIGSTOP);
        int status;
        EQ(waitpid(pid, &status, WUNTRACED), pid);
        if (when == 0)
            set(now_ns(CLOCK_REALTIME) + 2 * HOUR);
        kill(pid, SIGCONT);
        let_pass_ms(30);
        if (when == 1)
            set(now_ns(CLOCK_REALTIME) + 2 * HOUR);
        ENDS(pid, 0);
        set(now_ns(CLOCK_MONOTONIC) + offset);
    }
}

/* Lengths, and moments of the clock that nobody sets. An hour forwards ends none of them, an hour
 * back makes none longer. */
static void *
length_and_monotonic(void *arg)
{
    long from = now_ns(CLOCK_MONOTONIC), length = 100 * MS;
    struct timespec t = spec(length);
    ERR(futex_until(&word, FUTEX_WAIT, &t), ETIMEDOUT);
    TRUE(now_ns(CLOCK_MONOTONIC) - from >= length);
    long goal = now_ns(CLOCK_MONOTONIC) + length;
    t = spec(goal);
    ERR(futex_until(&word, FUTEX_WAIT_BITSET, &t), ETIMEDOUT);
    TRUE(now_ns(CLOCK_MONOTONIC) >= goal);
    return NULL;
}

TEST(lengths_do_not_mind, "setting REALTIME moves waits for MONOTONIC",
     "kernel/syscall/time.c:/^sys_futex/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    pthread_t t;
    EQ(pthread_create(&t, NULL, length_and_monotonic, NULL), 0);
    for (int i = 0; i < 8; i++) { /* the hour is there at one time, and away at the next */
        let_pass_ms(20);
        set(now_ns(CLOCK_MONOTONIC) + offset + (i % 2 ? 0 : HOUR));
    }
    EQ(pthread_join(t, NULL), 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* The setter comes at every place of the waiter's way to sleep: between the look at the clock and
 * the queue, too. One setting that is missed there is an hour of sleep. */
enum { ROUNDS = 1000 };
static volatile int begun, over;

static void *
waits_each_round(void *arg)
{
    for (int i = 1; i <= ROUNDS; i++) {
        struct timespec t = spec(now_ns(CLOCK_REALTIME) + HOUR);
        begun = i;
        EQ(waits[i % 2](&t), 0);
        over = i;
    }
    return NULL;
}

TEST(no_setting_is_missed, "the clock is set between the look at it and the sleep",
     "kernel/proc/futex.c:/^futex_wait/, kernel/time/timer.h:/^#define WAIT_UNTIL/")
{
    long offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
    pthread_t t;
    EQ(pthread_create(&t, NULL, waits_each_round, NULL), 0);
    for (int i = 1; i <= ROUNDS; i++) {
        while (begun < i)
            sched_yield();
        for (volatile int spin = i % 128 * 20; spin > 0; spin--)
            ;
        set(now_ns(CLOCK_REALTIME) + 2 * HOUR);
        while (over < i)
            sched_yield();
    }
    EQ(pthread_join(t, NULL), 0);
    set(now_ns(CLOCK_MONOTONIC) + offset);
}

/* What is past is over at once, what is no time is refused, and what is beyond all that a clock can
 * show is waited for until the end - or a wake-up, as here. */
TEST(moments_at_the_edge, "a huge moment overflows and is past, or a bad one is taken",
     "kernel/syscall/time.c:/^time_from_user/")
{
    static const struct timespec bad[] = { { 5, SECOND }, { 5, -1 }, { -1, 0 }, { INT64_MIN, 0 } };
    static const struct timespec huge[] = { { INT64_MAX, 0 },
                                            { INT64_MAX, SECOND - 1 },
                                            { INT64_MAX / SECOND, SECOND - 1 },
                                            { 1L << 34, 0 } };
    static const int flags[] = { 0, FUTEX_CLOCK_REALTIME };
    struct timespec past[] = { { 0, 0 }, spec(now_ns(CLOCK_MONOTONIC)) };
    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < 4; i++)
            ERR(futex_until(&word, FUTEX_WAIT_BITSET | flags[f], &bad[i]), EINVAL);
        for (int i = 0; i < 2; i++)
            ERR(futex_until(&word, FUTEX_WAIT_BITSET | flags[f], &past[i]), ETIMEDOUT);
    }
    uint32_t *shared = shared_page();
    for (int i = 0; i < 4 * 3; i++) {
        const int ops[] = { FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, FUTEX_WAIT_BITSET,
                            FUTEX_WAIT };
        pid_t pid = OK(fork());
        if (pid == 0) {
            EQ(futex_until(shared, ops[i % 3], &huge[i / 3]), 0);
            _exit(0);
        }
        while (sys(SYS_futex, shared, FUTEX_WAKE, 1) == 0)
            pause_ms(1);
        ENDS(pid, 0);
    }
}
