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
#include "time/clock.h"

/* Names the word: private memory by space and address, shared memory by object and offset, so that
 * two processes that map one object meet, and a fork's copies do not. A waiter may outlive the
 * mapping, and then the object: hence both by number, which no later one gets, and not by address.
 * Words are aligned: the lowest bit of the offset tells the two kinds of numbers apart. */
struct futex_key {
    u64 owner;
    u64 offset;
};

struct futex_waiter {
    struct list link; /* empty when it was taken off by a wake-up */
    struct futex_key key;
    u32 bitset;
    bool woken;
    struct thread *thread; /* woken by name: who wakes it has chosen it */
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
        *key = (struct futex_key){ a->pager->number(a->object),
                                   (addr - a->start + (a->offset_pages << PAGE_SHIFT)) | 1 };
    else
        *key = (struct futex_key){ s->number, addr };
    return a ? 0 : -EFAULT;
}

/* Does the word hold what the caller has seen there? 0, -EAGAIN or -EFAULT. */
static int
compare(u64 addr, u32 expected)
{
    u32 value;
    int err = user_load_u32(addr, &value);
    if (!err && value != expected)
        err = -EAGAIN;
    return err;
}

/* A requeue only renames what a waiter waits for: it stays in its place of the list, and wakes in
 * order of its arrival. It spares a condition variable's broadcast the rush of all to one mutex. */
s64
futex_requeue(u64 addr, u32 n, u32 bitset, u64 addr2, u32 move, const u32 *expected)
{
    struct futex_key from, to;
    struct futex_waiter *w, *next;
    u64 done = 0;
    if (!bitset)
        return -EINVAL;
    if (expected) /* its page comes now: with the lock held nobody can wait for memory */
        fault_in(current()->space, addr, AREA_READ);
    spin_guard(&lock);
    int err = key_of(addr, &from);
    if (!err && move)
        err = key_of(addr2, &to);
    if (!err && expected)
        err = compare(addr, *expected);
    if (err)
        return err;
    list_for_each_safe (w, next, &waiters, link) {
        if (done == (u64)n + move)
            break;
        if (w->key.owner != from.owner || w->key.offset != from.offset || !(w->bitset & bitset))
            continue;
        done++;
        if (done > n) {
            w->key = to;
            continue;
        }
        list_remove(&w->link);
        /* It takes the lock once more before it goes on, so its record stays until then. */
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

/* futex_wait for restart_syscall, which keeps its arguments as words. */
static s64
wait_again(const u64 *arg)
{
    return futex_wait(arg[0], (u32)arg[1], (u32)arg[2], (int)arg[3], arg[4]);
}

/* After a signal a wait without an end can simply be called again, as the word decides; one with
 * an end goes on through restart_syscall until the same moment. A wake-up that comes together with
 * the signal counts: the waker has spent it on us. */
s64
futex_wait(u64 addr, u32 expected, u32 bitset, int clock, u64 at_ns)
{
    struct futex_waiter w = { .bitset = bitset, .thread = current() };
    int err;
    if (!bitset)
        return -EINVAL;
    do {
        spin_lock(&lock);
        err = key_of(addr, &w.key);
        err = err ?: compare(addr, expected);
        if (!err)
            list_add_tail(&waiters, &w.link);
        spin_unlock(&lock);
    } while (err == -EFAULT && fault_in(current()->space, addr, AREA_READ));
    if (err)
        return err;
    err = WAIT_UNTIL(&clock_waiters, __atomic_load_n(&w.woken, __ATOMIC_ACQUIRE),
                     clock_deadline_ticks(clock, at_ns));
    spin_lock(&lock);
    list_remove(&w.link);
    spin_unlock(&lock);
    if (w.woken)
        return 0;
    if (err != -EINTR)
        return err;
    if (at_ns == NEVER)
        return -ERESTARTSYS;
    current_task()->sig.restart =
        (struct restart){ wait_again, { addr, expected, bitset, (u64)clock, at_ns } };
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
    if (addr % sizeof(u32))
        return;
    do {
        seen = value;
        if ((seen & FUTEX_TID_MASK) != tid || !fault_in(space_current(), addr, AREA_WRITE))
            return;
    } while (user_cas_u32(addr, &value, (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED) ||
             seen != value);
    if (seen & FUTEX_WAITERS)
        futex_wake(addr, 1);
}

/* Bit 0 of a link marks a lock with priority inheritance, which we do not have. */
#define WITHOUT_MARK(link) ((u64)(link) & ~1UL)

/* The list is the program's own, in its memory, and may be anything: every step is a checked copy,
 * and the number of steps is limited: a list beyond the limit is a circle that somebody has tied.
 * What it calls pending is a lock that the task was just taking or giving up. */
void
robust_list_exit(struct task *t)
{
    struct robust_list_head head;
    if (!t->robust_list || copy_from_user(&head, t->robust_list, sizeof(head)))
        return;
    u64 word = (u64)head.futex_offset; /* how far the word of a lock is from its link */
    u64 pending = WITHOUT_MARK(head.list_op_pending);
    u64 entry = WITHOUT_MARK(head.list.next);
    for (u32 steps = 0; steps < ROBUST_LIST_LIMIT; steps++) {
        u64 next;
        if (!entry || entry == t->robust_list || copy_from_user(&next, entry, sizeof(next)))
            break;
        if (entry != pending)
            abandon(entry + word, (u32)t->tid);
        entry = WITHOUT_MARK(next);
    }
    if (pending)
        abandon(pending + word, (u32)t->tid);
}
