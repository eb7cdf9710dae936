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

static struct spinlock lock = SPINLOCK_INIT("timers");
static struct list pending = LIST_INIT(pending); /* by deadline, earliest first */
static struct timer *firing[MAX_HARTS];          /* whose handler runs now */
static u64 tick_ticks;

static void
program(u64 when)
{
    if (machine.has_sstc)
        csr_write(0x14d, when); /* stimecmp: assemblers of 2022 do not know the name */
    else
        sbi_set_timer(when);
}

/* Sets this hart's timer to its next tick or the first deadline. Lock held. */
static void
program_next(void)
{
    u64 when = this_hart()->next_tick;
    if (!list_empty(&pending))
        when = MIN(when, list_first(&pending, struct timer, link)->deadline_ticks);
    program(when);
}

void
timer_init_system(void)
{
    tick_ticks = machine.timebase_hz / TICK_HZ;
}

void
timer_start_hart(void)
{
    this_hart()->next_tick = rdtime() + tick_ticks;
    program(this_hart()->next_tick);
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
    program_next(); /* this hart looks after it; ours may be the earliest now */
    spin_unlock(&lock);
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
    spin_unlock(&lock);
    while (fires_elsewhere(t))
        ;
}

/* Takes the first timer that is due off the list, or returns NULL. */
static struct timer *
take_due(void)
{
    struct timer *t = NULL;
    spin_lock(&lock);
    if (!list_empty(&pending)) {
        t = list_first(&pending, struct timer, link);
        if (t->deadline_ticks > rdtime())
            t = NULL;
        else
            list_remove(&t->link);
    }
    __atomic_store_n(&firing[this_hart()->index], t, __ATOMIC_RELEASE);
    spin_unlock(&lock);
    return t;
}

static void
tick(struct hart *h, u64 now)
{
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
    spin_lock(&lock);
    program_next();
    spin_unlock(&lock);
}

/* --- a thread that waits for a moment ------------------------------------------------------------- */

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
    if (deadline_ticks == ~0UL) {
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

u64
deadline_after(const struct timespec64 *ts)
{
    u64 now = rdtime(), seconds = MIN((u64)ts->tv_sec, 1UL << 33); /* 272 years: for ever */
    return now + ns_to_ticks(seconds * NSEC_PER_SEC + (u64)ts->tv_nsec);
}
