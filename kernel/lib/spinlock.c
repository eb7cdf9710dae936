/* spinlock.c - ticket locks. See spinlock.h for the rules and the order.
 *
 * Like the counter of a bakery: take the next number, wait until it is called. Two words and two
 * orders are the whole of it: acquire when our number is called, so that nothing of the critical
 * section is read before; release when the next one is called, so that all of it is seen.
 * Source: RISC-V unprivileged ISA, "A" and Zihintpause; Mellor-Crummey and Scott 1991, section 2. */

#include "lib/spinlock.h"
#include "debug/debug.h"
#include "debug/panic.h"
#include "lib/print.h"
#include "riscv/hart.h"

void
spin_init(struct spinlock *l, const char *name)
{
    *l = (struct spinlock)SPINLOCK_INIT(name);
}

bool
spin_held(const struct spinlock *l)
{
    return __atomic_load_n(&l->holder, __ATOMIC_RELAXED) == (u64)hart_self();
}

/* `pause`, spelled as the fence it is for assemblers that do not know Zihintpause. */
static void
pause(void)
{
    __asm__ volatile(".word 0x0100000f" ::: "memory");
}

static void
wait_for_turn(const struct spinlock *l, u32 ticket)
{
    if (spin_held(l))
        panic("this hart takes lock '%s' twice", l->name);
    while (__atomic_load_n(&l->now_serving, __ATOMIC_ACQUIRE) != ticket) {
        panic_stop_if_asked(); /* interrupts are off: nobody else can tell this hart to stop */
        pause();
    }
}

void
spin_lock(struct spinlock *l)
{
    debug_lock_wanted(l);
    u32 ticket = __atomic_fetch_add(&l->next_ticket, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(&l->now_serving, __ATOMIC_ACQUIRE) != ticket)
        wait_for_turn(l, ticket);
    __atomic_store_n(&l->holder, (u64)hart_self(), __ATOMIC_RELAXED);
    debug_lock_taken(l);
}

void
spin_unlock(struct spinlock *l)
{
    debug_lock_released(l);
    __atomic_store_n(&l->holder, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&l->now_serving, l->now_serving + 1, __ATOMIC_RELEASE);
}
