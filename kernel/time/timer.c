/* timer.c - deadlines and the tick. See timer.h.
 *
 * Source: Privileged Architecture, "Sstc" (stimecmp); SBI specification, "Timer Extension". */

#include "time/timer.h"
#include <asm/errno.h>
#include "dev/machine.h"
#include "riscv/sbi.h"
#include "sched/thread.h"
#include "time/clock.h"

#define NEVER       (~0UL)
#define FAR_SECONDS 3600

static struct spinlock lock = SPINLOCK_INIT("timers");
static struct list pending = LIST_INIT(pending); /* by deadline, earliest first */

/* Lock held. */
static u64
first_deadline(void)
{
    return list_empty(&pending) ? NEVER : list_first(&pending, struct timer, link)->deadline_ticks;
}

/* Sets this hart's timer to its next tick or the first deadline, whichever comes first. */
static void
program(void)
{
    spin_lock(&lock);
    u64 when = MIN(this_hart()->next_tick, first_deadline());
    spin_unlock(&lock);
    /* QEMU 7.2 multiplies the distance in 64 bits: what is far away would overflow and be now. */
    when = MIN(when, rdtime() + FAR_SECONDS * machine.timebase_hz);
    if (machine.has_sstc)
        csr_write(0x14d, when); /* stimecmp: assemblers of 2022 do not know the name */
    else
        sbi_set_timer(when);
}

/* The coarse clocks catch up with what passed without ticks. */
void
timer_start_hart(void)
{
    clock_tick();
    this_hart()->next_tick = rdtime() + machine.timebase_hz / TICK_HZ;
    program();
}

void
timer_init(struct timer *t, void (*fire)(struct timer *t))
{
    *t = (struct timer){ .link = LIST_INIT(t->link), .fire = fire };
}

void
timer_set(struct timer *t, u64 deadline_ticks)
{
    struct timer *other;
    struct list *at = &pending;
    spin_lock(&lock);
    list_remove(&t->link);
    t->deadline_ticks = deadline_ticks;
    list_for_each (other, &pending, link)
        if (other->deadline_ticks > deadline_ticks) {
            at = &other->link;
            break;
        }
    list_add_before(at, &t->link);
    spin_unlock(&lock);
    program(); /* this hart looks after it; ours may be the earliest now */
}

void
timer_cancel(struct timer *t)
{
    spin_lock(&lock);
    list_remove(&t->link);
    spin_unlock(&lock);
    while (__atomic_load_n(&t->firing, __ATOMIC_ACQUIRE))
        ;
}

/* Takes the first timer that is due off the list, or returns NULL. */
static struct timer *
take_due(void)
{
    spin_guard(&lock);
    if (first_deadline() > rdtime())
        return NULL;
    struct timer *t = list_first(&pending, struct timer, link);
    list_remove(&t->link);
    __atomic_fetch_add(&t->firing, 1, __ATOMIC_RELAXED);
    return t;
}

void
timer_interrupt(void)
{
    struct timer *t;
    struct hart *h = this_hart();
    u64 now = rdtime(), tick = machine.timebase_hz / TICK_HZ;
    if (current() == h->idle) {
        h->next_tick = NEVER; /* an idle hart sleeps until something happens */
    } else if (now >= h->next_tick) {
        h->next_tick += tick;
        if (h->next_tick <= now) /* late by more than a tick: do not run after the lost ones */
            h->next_tick = now + tick;
        clock_tick();
        __atomic_fetch_or(&current()->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
    }
    while ((t = take_due())) {
        t->fire(t);
        __atomic_fetch_sub(&t->firing, 1, __ATOMIC_RELEASE); /* from here on it may be gone */
    }
    program();
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
    struct sleeper s = { .thread = current() };
    timer_init(&s.timer, wake_sleeper);
    if (deadline_ticks != NEVER)
        timer_set(&s.timer, deadline_ticks);
    schedule();
    timer_cancel(&s.timer);
    return 0;
}
