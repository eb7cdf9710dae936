/* file_poll.c - ppoll and pselect6: user structures to a set of files to wait for, and back.
 *
 * Source: poll(2), select(2). On a signal the time that is left is written back, as Linux does. */
#include <asm/errno.h>
#include <linux/posix_types.h>
#include "fs/poll.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "syscall/file.h"
#include "time/clock.h"

/* POLLRDNORM and POLLWRNORM mean the same as POLLIN and POLLOUT. */
static u32
wanted_bits(u32 events)
{
    return (events & (POLLIN | POLLRDNORM) ? POLLIN : 0) |
           (events & (POLLOUT | POLLWRNORM) ? POLLOUT : 0);
}

static u32
ready_bits(const struct poll_entry *e, u32 events)
{
    return (e->ready & (POLLERR | POLLHUP)) |
           (e->ready & POLLIN ? events & (POLLIN | POLLRDNORM) : 0) |
           (e->ready & POLLOUT ? events & (POLLOUT | POLLWRNORM) : 0);
}

/* Times and mask of both calls. */
struct limits {
    u64 timeout_addr; /* struct timespec; 0: for ever */
    u64 deadline_ticks;
    bool masked;
};

static s64
limits_begin(struct limits *l, u64 timeout_addr, u64 mask_addr, u64 mask_size)
{
    sigset mask;
    *l = (struct limits){ timeout_addr, ~0UL, mask_addr != 0 };
    int err = deadline_from_user(timeout_addr, RELATIVE, &l->deadline_ticks);
    if (err)
        return err;
    if (!mask_addr)
        return 0;
    if (mask_size != sizeof(mask))
        return -EINVAL;
    if (copy_from_user(&mask, mask_addr, sizeof(mask)))
        return -EFAULT;
    signal_set_mask(mask, true);
    return 0;
}

/* A signal keeps the mask of the call until its handler has been chosen (delivery puts the old one
 * back); every other end restores it here. */
static s64
limits_end(struct limits *l, s64 result)
{
    u64 now = rdtime();
    if (l->timeout_addr) {
        u64 left_ns = now < l->deadline_ticks ? ticks_to_ns(l->deadline_ticks - now) : 0;
        struct timespec64 left = { (s64)(left_ns / NSEC_PER_SEC), (s64)(left_ns % NSEC_PER_SEC) };
        if (copy_to_user(l->timeout_addr, &left, sizeof(left)))
            l->timeout_addr = 0; /* a program may keep its time in read-only memory */
    }
    if (result == -EINTR)
        return -ERESTARTNOHAND;
    if (l->masked)
        signal_set_mask(current_task()->sig.saved_mask, false);
    return result;
}

/* --- ppoll ----------------------------------------------------------------------------------- */
/* A negative descriptor is passed over; a closed one is an answer of its own (POLLNVAL). */
static s64
fetch_pollfds(struct poll_set *set, u64 addr)
{
    struct pollfd p;
    for (u32 i = 0; i < set->count; i++) {
        if (copy_from_user(&p, addr + i * sizeof(p), sizeof(p)))
            return -EFAULT;
        struct poll_entry *e = poll_entry(set, i);
        e->wanted = wanted_bits((u16)p.events);
        if (p.fd >= 0 && !(e->file = file_of((u32)p.fd)))
            e->ready = POLLNVAL;
    }
    return 0;
}

static s64
store_pollfds(struct poll_set *set, u64 addr)
{
    struct pollfd p;
    for (u32 i = 0; i < set->count; i++, addr += sizeof(p)) {
        struct poll_entry *e = poll_entry(set, i);
        if (copy_from_user(&p, addr, sizeof(p)))
            return -EFAULT;
        p.revents = (short)(e->ready == POLLNVAL ? POLLNVAL : ready_bits(e, (u16)p.events));
        if (copy_to_user(addr, &p, sizeof(p)))
            return -EFAULT;
    }
    return 0;
}

s64
sys_ppoll(const u64 *arg)
{
    struct poll_set set;
    struct limits l;
    s64 result = limits_begin(&l, arg[2], arg[3], arg[4]);
    if (result)
        return result;
    result = poll_set_create(&set, (u32)arg[1]);
    if (!result) {
        result = fetch_pollfds(&set, arg[0]);
        if (!result)
            result = poll_set_wait(&set, l.deadline_ticks);
        if (result >= 0 && store_pollfds(&set, arg[0]))
            result = -EFAULT;
        poll_set_destroy(&set);
    }
    return limits_end(&l, result);
}

/* --- pselect6 -------------------------------------------------------------------------------- */
#define SETS 3 /* read, write, exceptional */

typedef __kernel_fd_set fd_bits;

static bool
has(const fd_bits *bits, u32 fd)
{
    return bits->fds_bits[fd / 64] >> fd % 64 & 1;
}

/* Copies the first n bits of each set that is given. */
static s64
fetch_sets(fd_bits *sets, const u64 *addr, u32 n)
{
    for (int k = 0; k < SETS; k++)
        if (addr[k] && copy_from_user(&sets[k], addr[k], (n + 63) / 64 * 8))
            return -EFAULT;
    return 0;
}

static s64
fill_set(struct poll_set *set, const fd_bits *sets)
{
    for (u32 fd = 0; fd < set->count; fd++) {
        struct poll_entry *e = poll_entry(set, fd);
        e->wanted = (has(&sets[0], fd) ? POLLIN : 0) | (has(&sets[1], fd) ? POLLOUT : 0);
        if ((e->wanted || has(&sets[2], fd)) && !(e->file = file_of(fd)))
            return -EBADF;
    }
    return 0;
}

/* What is ready, in the bits that were set before; the number of them. A hang-up makes readable, an
 * error both. Nothing here is ever exceptional. */
static s64
store_sets(struct poll_set *set, fd_bits *sets, const u64 *addr)
{
    static const u32 means[SETS] = { POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, 0 };
    s64 count = 0;
    for (int k = 0; k < SETS; k++) {
        for (u32 fd = 0; fd < set->count; fd++) {
            if (has(&sets[k], fd) && (poll_entry(set, fd)->ready & means[k]))
                count++;
            else
                sets[k].fds_bits[fd / 64] &= ~(1UL << fd % 64);
        }
        if (addr[k] && copy_to_user(addr[k], &sets[k], (set->count + 63) / 64 * 8))
            return -EFAULT;
    }
    return count;
}

static s64
select_files(const u64 *arg, struct limits *l)
{
    u32 n = MIN((u32)arg[0], MAX_FDS);
    struct poll_set set;
    fd_bits *sets = kzalloc(SETS * sizeof(*sets));
    s64 result = sets ? fetch_sets(sets, arg + 1, n) : -ENOMEM;
    if (!result && !(result = poll_set_create(&set, n))) {
        result = fill_set(&set, sets);
        if (!result)
            result = poll_set_wait(&set, l->deadline_ticks);
        if (result >= 0)
            result = store_sets(&set, sets, arg + 1);
        poll_set_destroy(&set);
    }
    kfree(sets);
    return result;
}

s64
sys_pselect6(const u64 *arg)
{
    u64 mask[2] = { 0, 0 }; /* address and size */
    struct limits l;
    if ((int)arg[0] < 0)
        return -EINVAL;
    if (arg[5] && copy_from_user(mask, arg[5], sizeof(mask)))
        return -EFAULT;
    s64 result = limits_begin(&l, arg[4], mask[0], mask[1]);
    return result ? result : limits_end(&l, select_files(arg, &l));
}
