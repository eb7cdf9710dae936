/* timer.c - deadlines and the tick. See timer.h.
 *
 * Source: Privileged Architecture, "Sstc" (stimecmp); SBI specification, "Timer Extension". */

#include "time/timer.h"
#include <asm/errno.h>
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "riscv/sbi.h"
#include "sched/thread.h"
#include "time/clock.h"

#define NEVER       (~0UL)
#define FAR_SECONDS 3600

static struct spinlock lock = SPINLOCK_INIT("timers");
static struct list pending = LIST_INIT(pending); /* by deadline, earliest first */
static struct timer *firing[MAX_HARTS];          /* whose handler runs now */
static u64 first_deadline = NEVER;               /* of `pending`; read without the lock */
static u64 tick_ticks;

static void
program(u64 when)
{
    /* QEMU 7.2 multiplies the distance in 64 bits: what is far away would overflow and be now. */
    when = MIN(when, rdtime() + FAR_SECONDS * machine.timebase_hz);
    if (machine.has_sstc)
        csr_write(0x14d, when); /* stimecmp: assemblers of 2022 do not know the name */
    else
        sbi_set_timer(when);
}

/* Sets this hart's timer to its next tick or the first deadline, whichever comes first. */
static void
program_next(void)
{
    program(MIN(this_hart()->next_tick, __atomic_load_n(&first_deadline, __ATOMIC_SEQ_CST)));
}

/* After each change of the list. Lock held. */
static void
note_first_deadline(void)
{
    u64 first = NEVER;
    if (!list_empty(&pending))
        first = list_first(&pending, struct timer, link)->deadline_ticks;
    __atomic_store_n(&first_deadline, first, __ATOMIC_SEQ_CST);
}

/* A hart leaves its idle loop: its ticks begin again, and the coarse clocks catch up. */
static void
tick_again(void)
{
    clock_tick();
    timer_start_hart();
}

void
timer_init_system(void)
{
    tick_ticks = machine.timebase_hz / TICK_HZ;
    hart_busy_again = tick_again;
}

void
timer_start_hart(void)
{
    this_hart()->next_tick = rdtime() + tick_ticks;
    program_next();
}

void
timer_init(struct timer *t, void (*fire)(struct timer *t))
{
    list_init(&t->link);
    t->fire = fire;
}

void
timer_set(struct timer *t, u64 deadline_ticks)
{
    spin_lock(&lock);
    list_remove(&t->link);
    t->deadline_ticks = deadline_ticks;
    struct timer *other;
    struct list *at = &pending;
    list_for_each (other, &pending, link)
        if (other->deadline_ticks > deadline_ticks) {
            at = &other->link;
            break;
        }
    list_add_before(at, &t->link);
    note_first_deadline();
    spin_unlock(&lock);
    program_next(); /* this hart looks after it; ours may be the earliest now */
}

static bool
fires_elsewhere(struct timer *t)
{
    for (u32 i = 0; i < harts_online; i++)
        if (__atomic_load_n(&firing[i], __ATOMIC_ACQUIRE) == t && i != this_hart()->index)
            return true;
    return false;
}

void
timer_cancel(struct timer *t)
{
    spin_lock(&lock);
    list_remove(&t->link);
    note_first_deadline();
    spin_unlock(&lock);
    while (fires_elsewhere(t))
        ;
}

/* Takes the first timer that is due off the list, or returns NULL. */
static struct timer *
take_due(void)
{
    struct timer *t = NULL;
    u32 self = this_hart()->index;
    __atomic_store_n(&firing[self], NULL, __ATOMIC_RELEASE);
    if (rdtime() < __atomic_load_n(&first_deadline, __ATOMIC_SEQ_CST))
        return NULL; /* most ticks: without the lock */
    spin_lock(&lock);
    if (!list_empty(&pending) &&
        list_first(&pending, struct timer, link)->deadline_ticks <= rdtime()) {
        t = list_first(&pending, struct timer, link);
        list_remove(&t->link);
        note_first_deadline();
        __atomic_store_n(&firing[self], t, __ATOMIC_RELEASE);
    }
    spin_unlock(&lock);
    return t;
}

static void
tick(struct hart *h, u64 now)
{
    if (h->current == h->idle) {
        h->next_tick = NEVER; /* an idle hart sleeps until something happens */
        return;
    }
    h->next_tick += tick_ticks;
    if (h->next_tick <= now) /* late by more than a tick: do not run after the lost ones */
        h->next_tick = now + tick_ticks;
    clock_tick();
    if (runnable_waiting())
        __atomic_fetch_or(&h->current->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
}

void
timer_interrupt(void)
{
    struct timer *t;
    struct hart *h = this_hart();
    u64 now = rdtime();
    if (now >= h->next_tick)
        tick(h, now);
    while ((t = take_due()))
        t->fire(t);
    program_next();
}

/* --- a thread that waits for a moment -------------------------------------------------------- */

struct sleeper {
    struct timer timer;
    struct thread *thread;
};

static void
wake_sleeper(struct timer *t)
{
    thread_wake(container_of(t, struct sleeper, timer)->thread);
}

int
schedule_until(u64 deadline_ticks)
{
    if (interrupted())
        return -EINTR;
    if (deadline_ticks == NEVER) {
        schedule();
        return 0;
    }
    struct sleeper s = { .thread = current() };
    timer_init(&s.timer, wake_sleeper);
    timer_set(&s.timer, deadline_ticks);
    schedule();
    timer_cancel(&s.timer);
    return 0;
}
