/* robust.c - a task dies with locks held: their words say so, and one waiter is woken.
 *
 * The list is the program's own, in its memory, and may be anything: every step is a checked copy,
 * and the number of steps is limited. Source: get_robust_list(2); <linux/futex.h>. */

#include <linux/futex.h>
#include "lib/errno.h"
#include "mm/usercopy.h"
#include "proc/futex.h"
#include "proc/process.h"

/* The word of a lock: if `tid` holds it, it is marked and somebody else may take it. */
static void
abandon(u64 addr, u32 tid)
{
    u32 seen, value;
    if (addr % sizeof(u32) || user_load_u32(addr, &value))
        return;
    do {
        if ((value & FUTEX_TID_MASK) != tid)
            return;
        seen = value;
        if (user_cas_u32(addr, &value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
            return;
    } while (seen != value);
    if (seen & FUTEX_WAITERS)
        futex_wake(addr, 1);
}

void
robust_list_exit(struct task *t)
{
    struct {
        u64 next;
        s64 futex_offset;
        u64 pending;
    } head;
    u64 entry, next;
    u32 steps = 0; /* a list beyond the limit is a circle that somebody has tied */
    if (!t->robust_list || copy_from_user(&head, t->robust_list, sizeof(head)))
        return;
    /* Bit 0 of a link marks a lock with priority inheritance, which we do not have. */
    for (entry = head.next & ~1UL; entry && entry != t->robust_list; entry = next & ~1UL) {
        if (++steps > ROBUST_LIST_LIMIT || copy_from_user(&next, entry, sizeof(next)))
            break;
        if (entry != (head.pending & ~1UL))
            abandon(entry + (u64)head.futex_offset, (u32)t->tid);
    }
    if (head.pending & ~1UL) /* it was just taking or giving up this one */
        abandon((head.pending & ~1UL) + (u64)head.futex_offset, (u32)t->tid);
}
