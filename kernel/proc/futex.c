/* futex.c - waiting for a word of user memory. See futex.h.
 *
 * One list of all waiters under one lock: a hash would pay with thousands of them. The value is
 * read with the lock held: a waker that changes it and then looks for waiters cannot slip in
 * between.
 * At the end: a task dies with locks held, and their words say so.
 * Source: futex(2), get_robust_list(2); <linux/futex.h>. */

#include "proc/futex.h"
#include <linux/futex.h>
#include "mm/usercopy.h"
#include "proc/process.h"

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
static struct list waiters = LIST_INIT(waiters); /* in order of arrival */

/* The area must exist, not the page: a word that was never touched can be waited for. */
static int
key_of(u64 addr, struct futex_key *key)
{
    struct space *s = current()->space;
    if (addr % sizeof(u32))
        return -EINVAL;
    spin_guard(&s->lock);
    struct area *a = space_find(s, addr);
    if (a && a->flags & AREA_SHARED)
        *key = (struct futex_key){ a->object, addr - a->start + (a->offset_pages << PAGE_SHIFT) };
    else
        *key = (struct futex_key){ s, addr };
    return a ? 0 : -EFAULT;
}

/* A requeue only renames what a waiter waits for: it stays in its place of the list, and wakes in
 * order of its arrival. It spares a condition variable's broadcast the rush of all to one mutex. */
s64
futex_requeue(u64 addr, u32 n, u32 bitset, u64 addr2, u32 move, const u32 *expected)
{
    struct futex_key from, to;
    struct futex_waiter *w, *next;
    u32 value;
    u64 done = 0;
    spin_guard(&lock);
    int err = bitset ? key_of(addr, &from) : -EINVAL;
    if (!err && move)
        err = key_of(addr2, &to);
    if (!err && expected)
        err = user_load_u32(addr, &value) ?: value == *expected ? 0 : -EAGAIN;
    if (err)
        return err;
    list_for_each_safe (w, next, &waiters, link) {
        if (done == (u64)n + move)
            break;
        if (w->key.owner != from.owner || w->key.offset != from.offset || !(w->bitset & bitset))
            continue;
        if (done++ >= n) {
            w->key = to;
            continue;
        }
        list_remove(&w->link);
        /* It takes the lock once more before it goes on, so thread and record stay until then. */
        __atomic_store_n(&w->woken, true, __ATOMIC_RELEASE);
        thread_wake(w->thread);
    }
    return (s64)done;
}

void
futex_wake(u64 addr, u32 n)
{
    futex_requeue(addr, n, FUTEX_BITSET_MATCH_ANY, 0, 0, NULL);
}

/* After a signal a wait without a deadline can simply be called again, as the word decides; one
 * with a relative deadline goes on through restart_syscall with what is left. A wake-up that comes
 * together with the signal counts: the waker has spent it on us. */
s64
futex_wait(const u64 *arg)
{
    u64 addr = arg[0], until = arg[2];
    struct futex_waiter w = { .thread = current(), .bitset = (u32)arg[3] };
    u32 value;
    list_init(&w.link);
    spin_lock(&lock);
    int err = w.bitset ? key_of(addr, &w.key) : -EINVAL;
    if (!err)
        err = user_load_u32(addr, &value) ?: value == (u32)arg[1] ? 0 : -EAGAIN;
    if (!err)
        list_add_tail(&waiters, &w.link);
    spin_unlock(&lock);
    while (!err && (wait_prepare(), !__atomic_load_n(&w.woken, __ATOMIC_ACQUIRE)))
        err = rdtime() >= until ? -ETIMEDOUT : schedule_until(until);
    thread_announce(THREAD_RUNNABLE);
    spin_lock(&lock);
    list_remove(&w.link);
    spin_unlock(&lock);
    if (w.woken || err != -EINTR)
        return w.woken ? 0 : err;
    if (until == ~0UL)
        return -ERESTARTSYS;
    current_task()->sig.restart = (struct restart){ futex_wait, { addr, arg[1], until, arg[3] } };
    return -ERESTART_RESTARTBLOCK;
}

/* --- robust lists ---------------------------------------------------------------------------- */

/* The word of a lock: if `tid` holds it, it is marked and somebody else may take it. Other threads
 * change the word meanwhile, so it is compared and swapped until it stood still; the first guess is
 * that nobody waits. */
static void
abandon(u64 addr, u32 tid)
{
    u32 seen, value = tid;
    do {
        seen = value;
        if (addr % sizeof(u32) || (seen & FUTEX_TID_MASK) != tid ||
            user_cas_u32(addr, &value, (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
            return;
    } while (seen != value);
    if (seen & FUTEX_WAITERS)
        futex_wake(addr, 1);
}

/* The list is the program's own, in its memory, and may be anything: every step is a checked copy,
 * and the number of steps is limited. */
void
robust_list_exit(struct task *t)
{
    u64 head[3]; /* first link, how far a link's word is from it, link just taken or given up */
    u64 entry, next;
    u32 steps = 0; /* a list beyond the limit is a circle that somebody has tied */
    if (!t->robust_list || copy_from_user(head, t->robust_list, sizeof(head)))
        return;
    /* Bit 0 of a link marks a lock with priority inheritance, which we do not have. */
    u64 pending = head[2] & ~1UL;
    for (entry = head[0] & ~1UL; entry && entry != t->robust_list; entry = next & ~1UL) {
        if (++steps > ROBUST_LIST_LIMIT || copy_from_user(&next, entry, sizeof(next)))
            break;
        if (entry != pending)
            abandon(entry + head[1], (u32)t->tid);
    }
    if (pending)
        abandon(pending + head[1], (u32)t->tid);
}
