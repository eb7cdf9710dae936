/* poll.c - ppoll and pselect6: waiting for any of several files.
 *
 * Both make a list of entries, one for each file, with a waiter of its own, which stands in the
 * queue of the file for as long as the call lasts; so a file tells all who poll it with the one
 * wake-up that it has anyway. A change between the question and the sleep wakes us, because we
 * stand in the queue already. Source: poll(2), select(2). On a signal the time that is left is
 * written back, as Linux does. */

#include <asm/errno.h>
#include <asm/unistd.h>
#include <linux/posix_types.h>
#include "fs/poll.h"
#include "mm/kmalloc.h"
#include "proc/annex.h"
#include "syscall/file.h"
#include "time/clock.h"
#include "time/timer.h"

struct poll_entry {
    struct list link;
    struct file *file; /* one reference; NULL: `ready` stays as it is */
    u32 fd, set;       /* of pselect6: for which bit the entry stands */
    u32 wanted, ready; /* POLLIN ... */
    struct waiter waiter;
};

/* 0, -ENOMEM, -EBADF for a closed descriptor, which is an answer of its own then (POLLNVAL). A
 * negative one is passed over. */
static s64
poll_add(struct list *entries, u32 fd, u32 wanted, u32 set)
{
    struct poll_entry *e = kzalloc(sizeof(*e));
    if (!e)
        return -ENOMEM;
    *e = (struct poll_entry){ .file = file_of(fd), .fd = fd, .set = set, .wanted = wanted };
    list_add_tail(entries, &e->link);
    if (e->file || (int)fd < 0)
        return 0;
    e->ready = POLLNVAL;
    return -EBADF;
}

/* The end of a list, by whatever way the call is left. The waiters are in memory of ours that goes
 * now: none may stay in a queue. */
static void
leave_all(struct list *entries)
{
    struct poll_entry *e, *next;
    list_for_each_safe (e, next, entries, link) {
        if (e->waiter.thread)
            wait_leave(&e->waiter);
        file_put(e->file);
        kfree(e);
    }
}

/* Asks every file what holds now, and with `enter` puts the entry's waiter into its queue. Counts
 * the entries that are ready. */
static s64
ask_all(struct list *entries, bool enter)
{
    struct poll_entry *e;
    s64 ready = 0;
    list_for_each (e, entries, link) {
        if (e->file) {
            u32 bits = file_poll(e->file, enter ? &e->waiter : NULL);
            /* POLLRDNORM and POLLWRNORM are two more names for what files call POLLIN, POLLOUT. */
            bits |= bits & POLLIN ? POLLRDNORM : 0;
            bits |= bits & POLLOUT ? POLLWRNORM : 0;
            e->ready = bits & e->wanted;
        }
        ready += e->ready != 0;
    }
    return ready;
}

/* The number of ready entries; 0 at the deadline; -EINTR. Every file is asked once while we enter
 * its queue - mostly one is ready, and nobody waits - and again after each wake-up. From
 * wait_prepare on the thread is SLEEPING, so a change after the asking is not missed. This loop is
 * not WAIT_UNTIL, because it waits in many queues. */
static s64
wait_any(struct list *entries, u64 deadline_ticks)
{
    wait_prepare();
    s64 err = 0, ready = ask_all(entries, true);
    while (!ready && !err && rdtime() < deadline_ticks) {
        err = schedule_until(deadline_ticks);
        wait_prepare();
        ready = ask_all(entries, false);
    }
    thread_announce(THREAD_RUNNABLE);
    return ready ?: err;
}

/* What both calls do with their entries: waits for at most the time at `timeout_addr` (0: for
 * ever), and with the signal mask of `size` bytes at `mask_addr`, if there is one. A signal keeps
 * that mask until its handler has been chosen (delivery puts the old one back); every other end
 * restores it here. Between the two nothing is unblocked without being waited for: that is the
 * race which poll and sigprocmask one after the other would have (select(2)). */
static s64
poll_files(struct list *entries, u64 timeout_addr, u64 mask_addr, u64 size)
{
    sigset mask = 0;
    u64 deadline;
    int err = deadline_from_user(timeout_addr, &deadline);
    if (err)
        return err;
    if (mask_addr) {
        if (size != sizeof(mask))
            return -EINVAL;
        if (copy_from_user(&mask, mask_addr, size))
            return -EFAULT;
        signal_set_mask(mask, true);
    }
    s64 result = wait_any(entries, deadline);
    struct timespec64 ts = ns_to_timespec(deadline_left_ns(deadline));
    if (timeout_addr) /* fails without a word: a program may keep its time in read-only memory */
        copy_to_user(timeout_addr, &ts, sizeof(ts));
    if (result == -EINTR)
        return -ERESTARTNOHAND;
    if (mask_addr)
        signal_set_mask(current_task()->sig.saved_mask, false);
    return result;
}

/* Every structure gets an entry, also one that asks nothing, so that the answers find their way
 * back by counting. Only revents is written: another thread may be using the rest. */
static s64
ppoll(const u64 *arg)
{
    struct list entries at_scope_end(leave_all) = LIST_INIT(entries);
    struct poll_entry *e;
    struct pollfd p;
    u64 addr = arg[0];
    if ((u32)arg[1] > MAX_FDS)
        return -EINVAL;
    for (u32 n = (u32)arg[1]; n > 0; n--, addr += sizeof(p)) {
        if (copy_from_user(&p, addr, sizeof(p)))
            return -EFAULT;
        if (poll_add(&entries, (u32)p.fd, (u16)p.events | POLLERR | POLLHUP, 0) == -ENOMEM)
            return -ENOMEM;
    }
    s64 result = poll_files(&entries, arg[2], arg[3], arg[4]);
    addr = arg[0] + offsetof(struct pollfd, revents);
    list_for_each (e, &entries, link) {
        if (result >= 0 && copy_to_user(addr, &e->ready, sizeof(p.revents)))
            return -EFAULT;
        addr += sizeof(p);
    }
    return result;
}

/* What each of the three sets of pselect6 asks for. A hang-up makes readable, an error both.
 * Nothing here is ever exceptional. */
static const u32 set_means[] = { POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI };
#define SETS ARRAY_SIZE(set_means)

/* Makes an entry for each bit, so one descriptor may have three: what is ready is what the call
 * counts. Each set has the bits of n descriptors, in whole words. */
static s64
add_sets(struct list *entries, const u64 *set_addr, u32 n, u64 bytes)
{
    for (u32 set = 0; set < SETS; set++) {
        __kernel_fd_set bits = { 0 };
        if (set_addr[set] && copy_from_user(&bits, set_addr[set], bytes))
            return -EFAULT;
        for (u32 fd = 0; fd < n; fd++) {
            if (!(bits.fds_bits[fd / 64] >> fd % 64 & 1))
                continue;
            s64 err = poll_add(entries, fd, set_means[set], set);
            if (err)
                return err;
        }
    }
    return 0;
}

/* The sets come back with the bits of those alone that are ready. */
static s64
answer_sets(struct list *entries, const u64 *set_addr, u64 bytes)
{
    __kernel_fd_set sets[SETS] = { 0 };
    struct poll_entry *e;
    list_for_each (e, entries, link)
        if (e->ready)
            sets[e->set].fds_bits[e->fd / 64] |= 1UL << e->fd % 64;
    for (u32 set = 0; set < SETS; set++)
        if (answer_to_user(set_addr[set], &sets[set], bytes))
            return -EFAULT;
    return 0;
}

/* After a signal or an error the sets stay as they were. */
static s64
pselect6(const u64 *arg)
{
    struct list entries at_scope_end(leave_all) = LIST_INIT(entries);
    const u64 *set_addr = &arg[1]; /* readable, writable, exceptional; 0 for none */
    struct {
        u64 addr, size;
    } mask = { 0, 0 };
    if (arg[5] && copy_from_user(&mask, arg[5], sizeof(mask)))
        return -EFAULT;
    if ((int)arg[0] < 0)
        return -EINVAL;
    u32 n = (u32)MIN(arg[0] & 0xffffffff, MAX_FDS);
    u64 bytes = (n + 63) / 64 * 8;
    s64 err = add_sets(&entries, set_addr, n, bytes);
    if (err)
        return err;
    s64 result = poll_files(&entries, arg[4], mask.addr, mask.size);
    if (result < 0)
        return result;
    return answer_sets(&entries, set_addr, bytes) ?: result;
}

static const struct annex_call calls[] = { { __NR_ppoll, ppoll },
                                           { __NR_pselect6, pselect6 },
                                           { .call = NULL } };
static const struct annex events ANNEX = { .calls = calls };
