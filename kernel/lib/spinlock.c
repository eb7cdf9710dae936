/* spinlock.c - test and test-and-set. See spinlock.h for the rules and the order.
 *
 * One word: who holds the lock, 0 for nobody. It is taken by compare-and-swap and waited for by
 * reading. Taking is an acquire, so that nothing of the critical section is read before; giving up
 * is a release, so that the next holder sees all of it.
 *
 * Why not a ticket lock, which is fair? A hart of QEMU is a thread of its host, and with fewer host
 * processors than harts the next ticket often belongs to one that does not run: everybody waits for
 * it, a time slice for each hand-over, and the ticks come faster than that. Whoever runs takes
 * ours. Why no `pause` in the loop? QEMU leaves its translated code at each one and, while an
 * interrupt is pending, takes its global lock - which the holder of ours needs to set its timer.
 * Source: RISC-V unprivileged ISA, "A"; Mellor-Crummey and Scott 1991, section 2. */

#include "lib/spinlock.h"
#include "debug/debug.h"
#include "debug/panic.h"
#include "lib/print.h"
#include "riscv/hart.h"

struct spinlock *
spin_lock(struct spinlock *l)
{
    u64 holder = 0; /* what is expected; becomes who it is */
    u64 me = (u64)hart_self();
    debug_hook(lock_wanted, l);
    while (!__atomic_compare_exchange_n(&l->holder, &holder, me, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
        if (holder == me)
            panic("this hart takes lock '%s' twice", l->name);
        while (__atomic_load_n(&l->holder, __ATOMIC_RELAXED))
            panic_stop_if_asked(); /* interrupts are off: nobody else can tell this hart to stop */
        holder = 0;
    }
    return l;
}

void
spin_unlock(struct spinlock *l)
{
    debug_hook(lock_released, l);
    __atomic_store_n(&l->holder, 0, __ATOMIC_RELEASE);
}
