/* file_poll.c - ppoll and pselect6: user structures to a set of files to wait for, and back.
 *
 * Source: poll(2), select(2). On a signal the time that is left is written back, as Linux does. */
#include <asm/errno.h>
#include <linux/posix_types.h>
#include "fs/poll.h"
#include "mm/usercopy.h"
#include "syscall/file.h"
#include "time/clock.h"

/* What both calls have in common. */
struct poll_call {
    struct list set;
    u64 timeout_addr; /* struct timespec; 0: for ever */
    u64 deadline_ticks;
    bool masked;
};

static s64
poll_call_begin(struct poll_call *c, u64 timeout_addr, u64 mask_addr, u64 mask_size)
{
    struct timespec64 ts;
    sigset mask;
    *c = (struct poll_call){ LIST_INIT(c->set), timeout_addr, ~0UL, mask_addr != 0 };
    if (timeout_addr) {
        if (copy_from_user(&ts, timeout_addr, sizeof(ts)))
            return -EFAULT;
        if (ts.tv_sec < 0 || (u64)ts.tv_nsec >= NSEC_PER_SEC)
            return -EINVAL;
        c->deadline_ticks = deadline_after(&ts);
    }
    if (!mask_addr)
        return 0;
    if (mask_size != sizeof(mask))
        return -EINVAL;
    if (copy_from_user(&mask, mask_addr, sizeof(mask)))
        return -EFAULT;
    signal_mask_temporarily(mask);
    return 0;
}

/* A signal keeps the mask of the call until its handler has been chosen (delivery puts the old one
 * back); every other end restores it here. */
static s64
poll_call_end(struct poll_call *c, s64 result)
{
    u64 now = rdtime();
    u64 left_ns = now < c->deadline_ticks ? ticks_to_ns(c->deadline_ticks - now) : 0;
    struct timespec64 left = { (s64)(left_ns / NSEC_PER_SEC), (s64)(left_ns % NSEC_PER_SEC) };
    poll_end(&c->set);
    if (c->timeout_addr && copy_to_user(c->timeout_addr, &left, sizeof(left)))
        c->timeout_addr = 0; /* a program may keep its time in read-only memory */
    if (result == -EINTR)
        return -ERESTARTNOHAND;
    if (c->masked)
        signal_mask_restore();
    return result;
}

/* A negative descriptor is passed over; a closed one is an answer of its own (POLLNVAL). Of the
 * structures only revents is written: another thread may be using the rest. */
s64
sys_ppoll(const u64 *arg)
{
    u32 n = (u32)arg[1];
    struct poll_call c;
    struct poll_entry *e;
    struct pollfd p;
    s64 result = poll_call_begin(&c, arg[2], arg[3], arg[4]);
    if (result)
        return result;
    if (n > MAX_FDS)
        result = -EINVAL;
    for (u32 i = 0; i < n && !result; i++) {
        if (copy_from_user(&p, arg[0] + i * sizeof(p), sizeof(p)))
            result = -EFAULT;
        else if (!(e = poll_add(&c.set, p.fd, file_of((u32)p.fd),
                                (u16)p.events | POLLERR | POLLHUP)))
            result = -ENOMEM;
        else if (p.fd >= 0 && !e->file)
            e->ready = POLLNVAL;
    }
    result = result ?: poll_any(&c.set, c.deadline_ticks);
    u64 revents = arg[0] + offsetof(struct pollfd, revents);
    list_for_each (e, &c.set, link) {
        if (result >= 0 && copy_to_user(revents, &e->ready, sizeof(e->ready)))
            result = -EFAULT;
        revents += sizeof(p);
    }
    return poll_call_end(&c, result);
}

/* --- pselect6 -------------------------------------------------------------------------------- */
#define SETS 3 /* read, write, exceptional */

/* What makes a member of each set ready. A hang-up makes readable, an error both. Nothing here is
 * ever exceptional. */
static const u32 means[SETS] = { POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI };

/* Of each set that is given, the bits below n. */
static s64
fetch_sets(struct list *set, const u64 *addr, u32 n)
{
    __kernel_fd_set sets[SETS] = { 0 };
    for (u32 k = 0; k < SETS; k++)
        if (addr[k] && copy_from_user(&sets[k], addr[k], (n + 63) / 64 * 8))
            return -EFAULT;
    for (u32 fd = 0; fd < n; fd++) {
        u32 wanted = 0;
        for (u32 k = 0; k < SETS; k++)
            wanted |= sets[k].fds_bits[fd / 64] >> fd % 64 & 1 ? means[k] : 0;
        struct poll_entry *e = wanted ? poll_add(set, (int)fd, file_of(fd), wanted) : NULL;
        if (wanted && (!e || !e->file))
            return e ? -EBADF : -ENOMEM;
    }
    return 0;
}

/* What is ready, among the bits that were set before; the number of them. */
static s64
store_sets(struct list *set, const u64 *addr, u32 n)
{
    __kernel_fd_set sets[SETS] = { 0 };
    struct poll_entry *e;
    s64 count = 0;
    list_for_each (e, set, link)
        for (u32 k = 0; k < SETS; k++)
            if ((e->wanted & means[k]) == means[k] && (e->ready & means[k])) {
                sets[k].fds_bits[e->fd / 64] |= 1UL << e->fd % 64;
                count++;
            }
    for (u32 k = 0; k < SETS; k++)
        if (addr[k] && copy_to_user(addr[k], &sets[k], (n + 63) / 64 * 8))
            return -EFAULT;
    return count;
}

s64
sys_pselect6(const u64 *arg)
{
    u64 mask[2] = { 0, 0 }; /* address and size */
    u32 n = MIN((u32)arg[0], MAX_FDS);
    struct poll_call c;
    if ((int)arg[0] < 0)
        return -EINVAL;
    if (arg[5] && copy_from_user(mask, arg[5], sizeof(mask)))
        return -EFAULT;
    s64 result = poll_call_begin(&c, arg[4], mask[0], mask[1]);
    if (result)
        return result;
    result = fetch_sets(&c.set, arg + 1, n) ?: poll_any(&c.set, c.deadline_ticks);
    return poll_call_end(&c, result < 0 ? result : store_sets(&c.set, arg + 1, n));
}
