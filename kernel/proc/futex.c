/* futex.c - waiting for a word of user memory. See futex.h.
 *
 * A hash of lists of waiters, under one lock: with at most 8 harts it is not worth splitting, and a
 * requeue needs two lists at once. The value is read with the lock held, so a waker that changes it
 * and then looks for waiters cannot slip in between.
 * Source: futex(2); <linux/futex.h>. */

#include "proc/futex.h"
#include <linux/futex.h>
#include "lib/errno.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "time/clock.h"

#define BUCKETS 64

/* Names the word: private memory by space and address, shared memory by object and offset, so that
 * two processes that map one object meet, and a fork's copies do not. */
struct futex_key {
    const void *owner;
    u64 offset;
};

struct futex_waiter {
    struct list link;
    struct futex_key key;
    struct thread *thread;
    u32 bitset;
    bool woken;
};

static struct spinlock lock = SPINLOCK_INIT("futex");
static struct list buckets[BUCKETS];

void
futex_init(void)
{
    for (u32 i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
}

static int
key_of(u64 addr, struct futex_key *key)
{
    struct space *s = current()->space;
    if (addr % sizeof(u32))
        return -EINVAL;
    spin_lock(&s->lock);
    struct area *a = space_find(s, addr);
    if (a && a->flags & AREA_SHARED)
        *key = (struct futex_key){ a->object, addr - a->start + (a->offset_pages << PAGE_SHIFT) };
    else
        *key = (struct futex_key){ s, addr };
    spin_unlock(&s->lock);
    return a ? 0 : -EFAULT;
}

static bool
same(const struct futex_key *a, const struct futex_key *b)
{
    return a->owner == b->owner && a->offset == b->offset;
}

static struct list *
bucket_of(const struct futex_key *key)
{
    u64 h = ((u64)key->owner >> 6 ^ key->offset >> 2) * 0x9e3779b97f4a7c15UL;
    return &buckets[h >> 58];
}

/* Wakes up to n matching waiters. Lock held. */
static u32
wake_matching(const struct futex_key *key, u32 n, u32 bitset)
{
    struct futex_waiter *w, *next;
    u32 woken = 0;
    list_for_each_safe (w, next, bucket_of(key), link) {
        if (woken == n)
            break;
        if (!same(&w->key, key) || !(w->bitset & bitset))
            continue;
        struct thread *t = w->thread;
        list_remove(&w->link);
        /* It takes the lock once more before it goes on, so thread and record stay until then. */
        __atomic_store_n(&w->woken, true, __ATOMIC_RELEASE);
        thread_wake(t);
        woken++;
    }
    return woken;
}

static s64
wake(u64 addr, u32 n, u32 bitset)
{
    struct futex_key key;
    int err = key_of(addr, &key);
    if (err)
        return err;
    if (!bitset)
        return -EINVAL;
    spin_lock(&lock);
    u32 woken = wake_matching(&key, n, bitset);
    spin_unlock(&lock);
    return woken;
}

void
futex_wake(u64 addr, u32 n)
{
    wake(addr, n, FUTEX_BITSET_MATCH_ANY);
}

/* --- waiting --------------------------------------------------------------------------------- */

static int
enqueue(struct futex_waiter *w, u64 addr, u32 expected)
{
    u32 value;
    spin_lock(&lock);
    int err = user_load_u32(addr, &value);
    if (!err && value != expected)
        err = -EAGAIN;
    if (!err)
        list_add_tail(bucket_of(&w->key), &w->link);
    spin_unlock(&lock);
    return err;
}

static void
dequeue(struct futex_waiter *w)
{
    spin_lock(&lock);
    list_remove(&w->link);
    spin_unlock(&lock);
}

static s64 wait_again(struct restart *r);

static s64
wait(u64 addr, u32 expected, u64 deadline, u32 bitset)
{
    struct futex_waiter w = { .thread = current(), .bitset = bitset };
    int err = key_of(addr, &w.key);
    if (!err && !bitset)
        err = -EINVAL;
    if (err)
        return err;
    list_init(&w.link);
    err = enqueue(&w, addr, expected);
    if (err)
        return err;
    while (wait_prepare(), !__atomic_load_n(&w.woken, __ATOMIC_ACQUIRE)) {
        err = deadline != ~0UL && rdtime() >= deadline ? -ETIMEDOUT : schedule_until(deadline);
        if (err)
            break;
    }
    current()->state = THREAD_RUNNABLE;
    dequeue(&w);
    if (w.woken || err != -EINTR)
        return w.woken ? 0 : err;
    if (deadline == ~0UL)
        return -ERESTARTSYS;
    current_task()->sig.restart = (struct restart){ .again = wait_again,
                                                    .addr = addr,
                                                    .deadline_ticks = deadline,
                                                    .value = expected,
                                                    .bitset = bitset };
    return -ERESTART_RESTARTBLOCK;
}

static s64
wait_again(struct restart *r)
{
    return wait(r->addr, r->value, r->deadline_ticks, r->bitset);
}

/* --- requeue --------------------------------------------------------------------------------- */

/* Wakes up to n waiters of addr and lets up to `move` others wait on addr2. How many both. */
static s64
requeue(u64 addr, u32 n, u32 move, u64 addr2, const u32 *expected)
{
    struct futex_key from, to;
    int err = key_of(addr, &from);
    if (!err)
        err = key_of(addr2, &to);
    if (err)
        return err;
    struct futex_waiter *w, *next;
    u32 value, woken = 0, moved = 0;
    spin_lock(&lock);
    if (expected && !(err = user_load_u32(addr, &value)) && value != *expected)
        err = -EAGAIN;
    if (!err)
        woken = wake_matching(&from, n, FUTEX_BITSET_MATCH_ANY);
    list_for_each_safe (w, next, bucket_of(&from), link) {
        if (err || moved == move || same(&from, &to))
            break;
        if (!same(&w->key, &from))
            continue;
        list_remove(&w->link);
        w->key = to;
        list_add_tail(bucket_of(&to), &w->link);
        moved++;
    }
    spin_unlock(&lock);
    return err ? err : (s64)woken + moved;
}

/* Changes the word at addr2, wakes n waiters of addr, and n2 of addr2 if the old value compares. */
static s64
wake_op(u64 addr, u32 n, u32 n2, u64 addr2, u32 code)
{
    int compares = futex_operate(addr2, code);
    s64 woken = compares < 0 ? compares : wake(addr, n, FUTEX_BITSET_MATCH_ANY);
    s64 more = compares <= 0 || woken < 0 ? 0 : wake(addr2, n2, FUTEX_BITSET_MATCH_ANY);
    return more < 0 ? more : woken + more;
}

/* The deadline of a wait in rdtime ticks: relative for WAIT, absolute for WAIT_BITSET. */
static int
deadline_of(int op, u64 timeout, u64 *deadline)
{
    struct timespec64 ts;
    *deadline = ~0UL;
    if (!timeout)
        return 0;
    if (copy_from_user(&ts, timeout, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (s64)NSEC_PER_SEC)
        return -EINVAL;
    if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
        *deadline = deadline_after(&ts);
    else
        *deadline = clock_deadline_ticks(op & FUTEX_CLOCK_REALTIME ? 0 : 1, &ts);
    return 0;
}

s64
futex_call(u64 addr, int op, u32 value, u64 timeout, u64 addr2, u32 value3)
{
    u64 deadline;
    int err;
    int command = op & FUTEX_CMD_MASK;
    if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        err = deadline_of(op, timeout, &deadline);
        if (err)
            return err;
        return wait(addr, value, deadline, command == FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : value3);
    case FUTEX_WAKE:
        return wake(addr, value, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return wake(addr, value, value3);
    case FUTEX_REQUEUE:
        return requeue(addr, value, (u32)timeout, addr2, NULL);
    case FUTEX_CMP_REQUEUE:
        return requeue(addr, value, (u32)timeout, addr2, &value3);
    case FUTEX_WAKE_OP:
        return wake_op(addr, value, (u32)timeout, addr2, value3);
    default:
        return -ENOSYS;
    }
}
