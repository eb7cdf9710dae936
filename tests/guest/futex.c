/* futex.c - the futex call itself: who waits, who is woken, what is refused.
 *
 * Source: futex(2). Waiters are threads or children. That a waiter sleeps is proved by moving it
 * (asleep() below) or by waking it; a pause only makes the interesting order likely. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define PRIVATE FUTEX_PRIVATE_FLAG

static uint32_t word, other;

static long
futex(uint32_t *at, int op, uint32_t value, const void *time, uint32_t *second, uint32_t mask)
{
    return sys(SYS_futex, at, op, value, time, second, mask);
}

struct waiter {
    pthread_t thread;
    volatile pid_t tid;
    uint32_t *at;
    int op;
    uint32_t mask;
    volatile long result;
};

static void *
wait_here(void *arg)
{
    struct waiter *w = arg;
    w->tid = sys(SYS_gettid);
    w->result = futex(w->at, w->op, 0, NULL, NULL, w->mask);
    return NULL;
}

/* Gives the waiters time to fall asleep. */
static void
settle(void)
{
    struct timespec ms = { 0, 20000000 };
    nanosleep(&ms, NULL);
}

static void
start(struct waiter *w, uint32_t *at, int op, uint32_t mask)
{
    w->at = at;
    w->op = op;
    w->mask = mask;
    w->tid = 0;
    w->result = 99;
    EQ(pthread_create(&w->thread, NULL, wait_here, w), 0);
    while (w->tid == 0)
        sched_yield();
    settle();
}

/* Wakes until `n` in all have been woken: a waiter that was not asleep yet comes later. */
static void
wake_all(uint32_t *at, int op, int n)
{
    for (int woken = 0; woken < n;) {
        long r = futex(at, op, n - woken, NULL, NULL, 0);
        TRUE(r >= 0);
        woken += r;
        sched_yield();
    }
}

/* Returns when `n` waiters sleep on word: all are moved to `other` and back. */
static void
asleep(int n, int flag)
{
    for (int moved = 0; moved < n; sched_yield())
        moved += sys(SYS_futex, &word, FUTEX_REQUEUE | flag, 0, 9, &other, 0);
    EQ(sys(SYS_futex, &other, FUTEX_REQUEUE | flag, 0, 9, &word, 0), n);
}

static void
join(struct waiter *w)
{
    EQ(pthread_join(w->thread, NULL), 0);
    EQ(w->result, 0);
}

TEST(value_differs, "a changed value sleeps", "kernel/proc (futex)")
{
    word = 1;
    ERR(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EAGAIN);
    ERR(futex(&word, FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0), EAGAIN);
    ERR(futex(&word, FUTEX_WAIT_BITSET, 2, NULL, NULL, -1), EAGAIN);
}

TEST(wake_of_nobody, "a wake without waiters is an error", "kernel/proc (futex)")
{
    EQ(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    EQ(futex(&word, FUTEX_WAKE, 0x7fffffff, NULL, NULL, 0), 0);
}

TEST(wake_counts, "more are woken than asked, or all", "kernel/proc (futex)")
{
    struct waiter w[4];
    for (int i = 0; i < 4; i++)
        start(&w[i], &word, FUTEX_WAIT | PRIVATE, 0);
    wake_all(&word, FUTEX_WAKE | PRIVATE, 1);
    settle();
    int woken = 0;
    for (int i = 0; i < 4; i++)
        woken += w[i].result == 0;
    EQ(woken, 1);
    wake_all(&word, FUTEX_WAKE | PRIVATE, 3);
    for (int i = 0; i < 4; i++)
        join(&w[i]);
}

TEST(other_words_sleep_on, "waiters of the same page are woken", "kernel/proc (futex)")
{
    struct waiter a, b;
    start(&a, &word, FUTEX_WAIT, 0);
    start(&b, &other, FUTEX_WAIT, 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&a);
    settle();
    EQ(b.result, 99);
    wake_all(&other, FUTEX_WAKE, 1);
    join(&b);
}

TEST(private_and_shared_meet, "CLEARTID wakes shared, join waits private: they never meet",
     "kernel/proc (futex): one key for both on private memory")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT, 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&w);
    start(&w, &word, FUTEX_WAIT | PRIVATE, 0);
    wake_all(&word, FUTEX_WAKE | PRIVATE, 1);
    join(&w);
}

TEST(relative_timeout, "the time-out is absolute, early, or none", "kernel/proc (futex)")
{
    struct timespec t = { 0, 20000000 }, a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), ETIMEDOUT);
    clock_gettime(CLOCK_MONOTONIC, &b);
    TRUE((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec >= 20000000);
    t.tv_nsec = 0;
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), ETIMEDOUT);
    t.tv_nsec = 1000000000;
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), EINVAL);
    t = (struct timespec){ -1, 0 };
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), EINVAL);
}

TEST(absolute_timeout, "WAIT_BITSET's time is relative, or of the wrong clock",
     "kernel/proc (futex)")
{
    static const clockid_t ids[] = { CLOCK_MONOTONIC, CLOCK_REALTIME };
    static const int flags[] = { 0, FUTEX_CLOCK_REALTIME };
    for (int i = 0; i < 2; i++) {
        struct timespec t, now;
        clock_gettime(ids[i], &t);
        long goal = t.tv_sec * 1000000000 + t.tv_nsec + 20000000;
        t = (struct timespec){ goal / 1000000000, goal % 1000000000 };
        ERR(futex(&word, FUTEX_WAIT_BITSET | flags[i], 0, &t, NULL, -1), ETIMEDOUT);
        clock_gettime(ids[i], &now);
        TRUE(now.tv_sec * 1000000000 + now.tv_nsec >= goal);
        t = (struct timespec){ 1, 0 };
        ERR(futex(&word, FUTEX_WAIT_BITSET | flags[i], 0, &t, NULL, -1), ETIMEDOUT);
    }
}

TEST(bitset_selects, "the mask is ignored", "kernel/proc (futex)")
{
    struct waiter a, b;
    start(&a, &word, FUTEX_WAIT_BITSET, 1);
    start(&b, &word, FUTEX_WAIT_BITSET, 2);
    EQ(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 4), 0);
    while (futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 2) != 1)
        sched_yield();
    join(&b);
    EQ(a.result, 99);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&a);
    ERR(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
    ERR(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL);
}

TEST(requeue_moves_waiters, "requeued waiters are lost or woken (musl's conditions)",
     "kernel/proc (futex)")
{
    struct waiter w[3];
    for (int i = 0; i < 3; i++)
        start(&w[i], &word, FUTEX_WAIT | PRIVATE, 0);
    asleep(3, PRIVATE);
    /* Wake one, move the others. */
    EQ(sys(SYS_futex, &word, FUTEX_REQUEUE | PRIVATE, 1, 9, &other, 0), 3);
    EQ(futex(&word, FUTEX_WAKE | PRIVATE, 9, NULL, NULL, 0), 0);
    EQ(futex(&other, FUTEX_WAKE | PRIVATE, 9, NULL, NULL, 0), 2);
    for (int i = 0; i < 3; i++)
        join(&w[i]);
}

TEST(cmp_requeue_compares, "CMP_REQUEUE moves although the value differs", "kernel/proc (futex)")
{
    struct waiter w;
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 0, 9, &other, 5), EAGAIN);
    start(&w, &word, FUTEX_WAIT, 0);
    asleep(1, 0);
    EQ(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 0, 9, &other, 0), 1);
    EQ(futex(&other, FUTEX_WAKE, 9, NULL, NULL, 0), 1);
    join(&w);
}

TEST(futex_refuses, "an odd address or an unknown operation is taken", "kernel/proc (futex)")
{
    ERR(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
    ERR(futex((uint32_t *)((char *)&word + 2), FUTEX_WAKE, 1, NULL, NULL, 0), EINVAL);
    ERR(futex(&word, 77, 0, NULL, NULL, 0), ENOSYS);
    ERR(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), ENOSYS);
    /* Of a requeue neither count may be negative; as a count of waiters it would mean all. */
    uint32_t to = 0;
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, -1, 1, &to, word), EINVAL);
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, -1, &to, word), EINVAL);
    ERR(sys(SYS_futex, &word, FUTEX_REQUEUE, 1, -1, &to, 0), EINVAL);
}

TEST(shared_between_processes, "a shared page has another key in each process",
     "kernel/proc (futex)")
{
    uint32_t *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = OK(fork());
    if (pid == 0) {
        /* Never touched by the parent before: the page comes in here. */
        EQ(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
        _exit(0);
    }
    wake_all(shared, FUTEX_WAKE, 1);
    EQ(check_wait(__FILE__, __LINE__, pid), 0);
}

TEST(private_memory_is_not_shared, "a wake in the child wakes the parent's waiter",
     "kernel/proc (futex)")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT, 0);
    EQ(IN_CHILD(EQ(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 0)), 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&w);
}

TEST(wake_after_copy_on_write, "the key is the frame: it changes while somebody waits",
     "kernel/proc (futex)")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT | PRIVATE, 0);
    /* fork makes the page copy-on-write; the write gives the parent a new frame. */
    int fds[2];
    char byte;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        close(fds[1]);
        _exit(read(fds[0], &byte, 1));
    }
    word = 1;
    word = 0;
    wake_all(&word, FUTEX_WAKE | PRIVATE, 1);
    join(&w);
    close(fds[1]);
    EQ(check_wait(__FILE__, __LINE__, pid), 0);
}

TEST(word_in_read_only_memory, "FUTEX_WAIT needs write access", "kernel/proc (futex)")
{
    uint32_t *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ERR(futex(p, FUTEX_WAIT | PRIVATE, 1, NULL, NULL, 0), EAGAIN);
    static const uint32_t constant = 7;
    ERR(futex((uint32_t *)&constant, FUTEX_WAIT | PRIVATE, 1, NULL, NULL, 0), EAGAIN);
}

static void *
pass(void *arg)
{
    uint32_t *gates = (uint32_t *)arg;
    for (int i = 0; i < 3000; i++) {
        while (__atomic_exchange_n(&gates[0], 0, __ATOMIC_SEQ_CST) == 0)
            futex(&gates[0], FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0);
        __atomic_store_n(&gates[1], 1, __ATOMIC_SEQ_CST);
        futex(&gates[1], FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0);
    }
    return NULL;
}

TEST(no_wake_is_lost, "the value is compared before the waiter is queued", "kernel/proc (futex)")
{
    uint32_t gates[2] = { 0, 0 };
    pthread_t t;
    EQ(pthread_create(&t, NULL, pass, gates), 0);
    for (int i = 0; i < 3000; i++) {
        __atomic_store_n(&gates[0], 1, __ATOMIC_SEQ_CST);
        futex(&gates[0], FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0);
        while (__atomic_exchange_n(&gates[1], 0, __ATOMIC_SEQ_CST) == 0)
            futex(&gates[1], FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0);
    }
    EQ(pthread_join(t, NULL), 0);
}
