/* futex.c - the futex call itself: who waits, who is woken, what is refused.
 *
 * All locks of libc stand on it: uncontended they never come here, so what comes is about to
 * sleep or has to wake. Waiters are threads or children. That a waiter sleeps is proved by
 * moving it (asleep() below) or by waking it; a pause only makes the interesting order likely.
 * Locks themselves are in pthread.c, robust lists in threadend.c, signals during a wait in
 * restart.c. Source: futex(2). */

#include "fixture.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>

#define PRIVATE FUTEX_PRIVATE_FLAG
#define SOON_NS 20000000L  /* a time-out that a check can wait for */
#define MANY    0x7fffffff /* all that there are */
#define ASLEEP  99         /* result of a waiter that has not come back; no answer of the kernel */

/* 0 in every check that does not say otherwise, which is what waiters expect. */
static uint32_t word, other;

/* The raw call, in the order of futex(2); glibc has no wrapper. `time` is a number for requeues. */
static long
futex(uint32_t *at, int op, uint32_t value, const void *time, uint32_t *second, uint32_t mask)
{
    return sys(SYS_futex, at, op, value, time, second, mask);
}

/* A thread that waits once. */
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
#define settle() pause_ms(20)

/* Makes a waiter that is in its call soon; on return it is about to be, or there. */
static void
start(struct waiter *w, uint32_t *at, int op, uint32_t mask)
{
    w->at = at;
    w->op = op;
    w->mask = mask;
    w->tid = 0;
    w->result = ASLEEP;
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
        moved += sys(SYS_futex, &word, FUTEX_REQUEUE | flag, 0, MANY, &other, 0);
    EQ(sys(SYS_futex, &other, FUTEX_REQUEUE | flag, 0, MANY, &word, 0), n);
}

static void
join(struct waiter *w)
{
    EQ(pthread_join(w->thread, NULL), 0);
    EQ(w->result, 0);
}

/* The comparison is what makes a futex safe: a waker that came first has changed the word. */
TEST(value_differs, "a changed value sleeps", "kernel/proc/futex.c:/^futex_wait/")
{
    word = 1;
    ERR(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EAGAIN);
    ERR(futex(&word, FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0), EAGAIN);
    ERR(futex(&word, FUTEX_WAIT_BITSET, 2, NULL, NULL, -1), EAGAIN);
}

/* An unlock cannot know whether somebody still waits, so a wake that finds nobody is no error: its
 * result is 0. */
TEST(wake_of_nobody, "a wake without waiters is an error", "kernel/proc/futex.c:/^futex_requeue/")
{
    EQ(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    EQ(futex(&word, FUTEX_WAKE, MANY, NULL, NULL, 0), 0);
}

/* A mutex wakes one: all four would run for one lock. The answer is how many were woken. */
TEST(wake_counts, "more are woken than asked, or all", "kernel/proc/futex.c:/^futex_requeue/")
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

/* The two words lie in one page, and in one hash bucket where there are such. The key of a futex is
 * the address of its word. */
TEST(other_words_sleep_on, "waiters of the same page are woken",
     "kernel/proc/futex.c:/^futex_requeue/")
{
    struct waiter a, b;
    start(&a, &word, FUTEX_WAIT, 0);
    start(&b, &other, FUTEX_WAIT, 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&a);
    settle();
    EQ(b.result, ASLEEP);
    wake_all(&other, FUTEX_WAKE, 1);
    join(&b);
}

/* CLONE_CHILD_CLEARTID wakes without the flag, and pthread_join waits without it, on memory that
 * is private: that must have a key, too. Whether the two kinds meet each other is left open: on
 * Linux they do not, here they do. */
TEST(both_kinds_wake, "without the flag only shared memory has waiters",
     "kernel/proc/futex.c:/^key_of/")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT, 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&w);
    start(&w, &word, FUTEX_WAIT | PRIVATE, 0);
    wake_all(&word, FUTEX_WAKE | PRIVATE, 1);
    join(&w);
}

/* Never early, as sleeping is promised (nanosleep(2)); 0 looks once and does not sleep; a
 * nanosecond count of a whole second is none. */
TEST(relative_timeout, "the time-out is absolute, early, or none",
     "kernel/syscall/time.c:/^sys_futex/")
{
    struct timespec t = { 0, SOON_NS };
    long before = now_ns(CLOCK_MONOTONIC);
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), ETIMEDOUT);
    TRUE(now_ns(CLOCK_MONOTONIC) - before >= SOON_NS);
    t.tv_nsec = 0;
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), ETIMEDOUT);
    t.tv_nsec = 1000000000;
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), EINVAL);
    t = (struct timespec){ -1, 0 };
    ERR(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), EINVAL);
}

/* futex(2): FUTEX_WAIT_BITSET takes an absolute time, of CLOCK_MONOTONIC unless the flag says
 * otherwise. glibc's timed waits all use it, for a spurious wake-up must not start the time
 * again. At last a time long past. */
TEST(absolute_timeout, "WAIT_BITSET's time is relative, or of the wrong clock",
     "kernel/syscall/time.c:/^sys_futex/")
{
    static const clockid_t ids[] = { CLOCK_MONOTONIC, CLOCK_REALTIME };
    static const int flags[] = { 0, FUTEX_CLOCK_REALTIME };
    for (int i = 0; i < 2; i++) {
        long goal = now_ns(ids[i]) + SOON_NS;
        struct timespec t = { goal / 1000000000, goal % 1000000000 };
        ERR(futex(&word, FUTEX_WAIT_BITSET | flags[i], 0, &t, NULL, -1), ETIMEDOUT);
        TRUE(now_ns(ids[i]) >= goal);
        t = (struct timespec){ 1, 0 };
        ERR(futex(&word, FUTEX_WAIT_BITSET | flags[i], 0, &t, NULL, -1), ETIMEDOUT);
    }
}

/* One word can hold two queues this way, for example readers and writers. A plain wake has all
 * bits. A wait with a mask of 0 could never be woken, so it is refused. */
TEST(bitset_selects, "the mask is ignored", "kernel/proc/futex.c:/^futex_requeue/")
{
    struct waiter a, b;
    start(&a, &word, FUTEX_WAIT_BITSET, 1);
    start(&b, &word, FUTEX_WAIT_BITSET, 2);
    EQ(futex(&word, FUTEX_WAKE_BITSET, MANY, NULL, NULL, 4), 0);
    while (futex(&word, FUTEX_WAKE_BITSET, MANY, NULL, NULL, 2) != 1)
        sched_yield();
    join(&b);
    EQ(a.result, ASLEEP);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&a);
    ERR(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
    ERR(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL);
}

/* A broadcast wakes one and moves the others to the mutex: all would wake for nothing. They then
 * sleep on the other word alone. */
TEST(requeue_moves_waiters, "requeued waiters are lost or woken (musl's conditions)",
     "kernel/proc/futex.c:/^futex_requeue/")
{
    struct waiter w[3];
    for (int i = 0; i < 3; i++)
        start(&w[i], &word, FUTEX_WAIT | PRIVATE, 0);
    asleep(3, PRIVATE);
    /* Wake one, move the others. */
    EQ(sys(SYS_futex, &word, FUTEX_REQUEUE | PRIVATE, 1, MANY, &other, 0), 3);
    EQ(futex(&word, FUTEX_WAKE | PRIVATE, MANY, NULL, NULL, 0), 0);
    EQ(futex(&other, FUTEX_WAKE | PRIVATE, MANY, NULL, NULL, 0), 2);
    for (int i = 0; i < 3; i++)
        join(&w[i]);
}

/* The word has changed since the caller looked: whoever waits now was not meant. */
TEST(cmp_requeue_compares, "CMP_REQUEUE moves although the value differs",
     "kernel/proc/futex.c:/^futex_requeue/")
{
    struct waiter w;
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 0, MANY, &other, 5), EAGAIN);
    start(&w, &word, FUTEX_WAIT, 0);
    asleep(1, 0);
    EQ(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 0, MANY, &other, 0), 1);
    EQ(futex(&other, FUTEX_WAKE, MANY, NULL, NULL, 0), 1);
    join(&w);
}

/* A word that is not aligned could lie in two pages. FUTEX_CLOCK_REALTIME is for waits;
 * futex(2), ENOSYS. */
TEST(futex_refuses, "an odd address or an unknown operation is taken",
     "kernel/syscall/time.c:/^sys_futex/")
{
    ERR(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
    ERR(futex((uint32_t *)((char *)&word + 2), FUTEX_WAKE, 1, NULL, NULL, 0), EINVAL);
    ERR(futex(&word, 77, 0, NULL, NULL, 0), ENOSYS);
    ERR(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), ENOSYS);
    /* A requeue has two counts, and neither may be negative: as a count of waiters it would mean
     * all. */
    uint32_t to = 0;
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, -1, 1, &to, word), EINVAL);
    ERR(sys(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, -1, &to, word), EINVAL);
    ERR(sys(SYS_futex, &word, FUTEX_REQUEUE, 1, -1, &to, 0), EINVAL);
}

/* The child waits on a page that nobody has touched: the key must not need a frame. A semaphore
 * in shared memory (sem_open) is such a word. */
TEST(shared_between_processes, "a shared page has another key in each process",
     "kernel/proc/futex.c:/^key_of/")
{
    uint32_t *shared = shared_page();
    pid_t pid = OK(fork());
    if (pid == 0) {
        /* Never touched by the parent before: the page comes in here. */
        EQ(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
        _exit(0);
    }
    wake_all(shared, FUTEX_WAKE, 1);
    EQ(STATUS(pid), 0);
}

/* After fork both processes have a word at this address, and still one frame, but the two words are
 * different futexes. */
TEST(private_memory_is_not_shared, "a wake in the child wakes the parent's waiter",
     "kernel/proc/futex.c:/^key_of/")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT, 0);
    EQ(IN_CHILD(EQ(futex(&word, FUTEX_WAKE, MANY, NULL, NULL, 0), 0)), 0);
    wake_all(&word, FUTEX_WAKE, 1);
    join(&w);
}

/* A key by the frame would be another one after the copy, and the waiter would sleep for ever. */
TEST(wake_after_copy_on_write, "the key is the frame: it changes while somebody waits",
     "kernel/proc/futex.c:/^key_of/")
{
    struct waiter w;
    start(&w, &word, FUTEX_WAIT | PRIVATE, 0);
    /* The child keeps the frame until the pipe ends, so the first write here takes a new one. */
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
    EQ(STATUS(pid), 0);
}

/* The kernel only reads (futex(2), EACCES). A constant that never changes may be waited for with
 * a time-out. */
TEST(word_in_read_only_memory, "FUTEX_WAIT needs write access", "kernel/proc/futex.c:/^futex_wait/")
{
    uint32_t *p = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);
    ERR(futex(p, FUTEX_WAIT | PRIVATE, 1, NULL, NULL, 0), EAGAIN);
    static const uint32_t constant = 7;
    ERR(futex((uint32_t *)&constant, FUTEX_WAIT | PRIVATE, 1, NULL, NULL, 0), EAGAIN);
}

/* One side of two gates, each of which lets one through for each time that it is set to 1. */
enum { ROUNDS = 3000 };

static void *
pass(void *arg)
{
    uint32_t *gates = (uint32_t *)arg;
    for (int i = 0; i < ROUNDS; i++) {
        while (__atomic_exchange_n(&gates[0], 0, __ATOMIC_SEQ_CST) == 0)
            futex(&gates[0], FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0);
        __atomic_store_n(&gates[1], 1, __ATOMIC_SEQ_CST);
        futex(&gates[1], FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0);
    }
    return NULL;
}

/* Two threads let each other through by turns. A wake is lost if the look at the word and the
 * sleep are not one step: both then sleep for ever, and the alarm of check.c tells. */
TEST(no_wake_is_lost, "the value is compared before the waiter is queued",
     "kernel/proc/futex.c:/^futex_wait/")
{
    uint32_t gates[2] = { 0, 0 };
    pthread_t t;
    EQ(pthread_create(&t, NULL, pass, gates), 0);
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_store_n(&gates[0], 1, __ATOMIC_SEQ_CST);
        futex(&gates[0], FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0);
        while (__atomic_exchange_n(&gates[1], 0, __ATOMIC_SEQ_CST) == 0)
            futex(&gates[1], FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0);
    }
    EQ(pthread_join(t, NULL), 0);
}
