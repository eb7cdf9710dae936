/* file_poll.c - ppoll and pselect6: waiting for any of several files.
 *
 * Both make a list of entries, one for each file, with a waiter of its own, which stands in the
 * queue of the file for as long as the call lasts; so a file tells all who poll it with the one
 * wake-up that it has anyway. A change between the question and the sleep wakes us, because we
 * stand in the queue already. Source: poll(2), select(2). On a signal the time that is left is
 * written back, as Linux does. */

#include <asm/errno.h>
#include <linux/posix_types.h>
#include "fs/poll.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
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
    e->ready = (int)fd >= 0 && !e->file ? POLLNVAL : 0;
    return e->ready ? -EBADF : 0;
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

/* The number of ready entries; 0 at the deadline; -EINTR. Every file is asked once while we enter
 * its queue - mostly one is ready, and nobody waits - and again after each wake-up. From
 * wait_prepare on the thread is SLEEPING, so a change after the asking is not missed. */
static s64
wait_any(struct list *entries, u64 deadline_ticks)
{
    struct poll_entry *e;
    s64 ready, err = 0;
    bool enter = true;
    do {
        wait_prepare();
        ready = 0;
        list_for_each (e, entries, link) {
            u32 got = e->file ? file_poll(e->file, enter ? &e->waiter : NULL) : e->ready;
            /* Two more names for what files call POLLIN and POLLOUT. */
            got |= (got & POLLIN ? POLLRDNORM : 0) | (got & POLLOUT ? POLLWRNORM : 0);
            e->ready = got & (e->wanted | POLLNVAL);
            ready += e->ready != 0;
        }
        enter = false;
    } while (!ready && rdtime() < deadline_ticks && !(err = schedule_until(deadline_ticks)));
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
    int err = deadline_from_user(timeout_addr, RELATIVE, &deadline);
    if (!err && mask_addr)
        err = size == sizeof(mask) ? copy_from_user(&mask, mask_addr, size) : -EINVAL;
    if (err)
        return err;
    if (mask_addr)
        signal_set_mask(mask, true);
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

/* No entry is left out, so that the answers find their way back by counting. Of the structures only
 * revents is written: another thread may be using the rest. */
s64
sys_ppoll(const u64 *arg)
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

/* An entry for each bit, so one descriptor may have three: what is ready is what the call counts. A
 * hang-up makes readable, an error both. Nothing here is ever exceptional. The sets come back with
 * the bits of those alone that are ready; after a signal or an error as they were. */
s64
sys_pselect6(const u64 *arg)
{
    static const u32 means[] = { POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI };
    struct list entries at_scope_end(leave_all) = LIST_INIT(entries);
    __kernel_fd_set sets[ARRAY_SIZE(means)] = { 0 };
    u64 n = MIN((u32)arg[0], MAX_FDS), bytes = (n + 63) / 64 * 8, mask[2] = { 0, 0 };
    struct poll_entry *e;
    s64 err = 0;
    if (arg[5] && copy_from_user(mask, arg[5], sizeof(mask))) /* its address and size */
        return -EFAULT;
    if ((int)arg[0] < 0)
        return -EINVAL;
    for (u32 k = 0; k < ARRAY_SIZE(sets); k++) {
        if (arg[1 + k] && copy_from_user(&sets[k], arg[1 + k], bytes))
            return -EFAULT;
        for (u32 fd = 0; fd < n && !err; fd++)
            if (sets[k].fds_bits[fd / 64] >> fd % 64 & 1)
                err = poll_add(&entries, fd, means[k], k);
    }
    s64 result = err ?: poll_files(&entries, arg[4], mask[0], mask[1]);
    memset(sets, 0, sizeof(sets));
    list_for_each (e, &entries, link)
        if (e->ready)
            sets[e->set].fds_bits[e->fd / 64] |= 1UL << e->fd % 64;
    for (u32 k = 0; k < ARRAY_SIZE(sets) && result >= 0; k++)
        if (arg[1 + k] && copy_to_user(arg[1 + k], &sets[k], bytes))
            return -EFAULT;
    return result;
}
