/* timer.c - deadlines and the tick. See timer.h.
 *
 * Source: Privileged Architecture, "Sstc" (stimecmp); SBI specification, "Timer Extension". */

#include "time/timer.h"
#include <asm/errno.h>
#include "machine/machine.h"
#include "riscv/sbi.h"
#include "sched/thread.h"
#include "time/clock.h"

#define FAR_SECONDS 3600

static struct spinlock lock = SPINLOCK_INIT("timers");
static struct list pending; /* by deadline, earliest first */
/* The last one, which never comes: there is always a first deadline. */
static struct timer never = { .link = { &pending, &pending }, .deadline_ticks = NEVER };
static struct list pending = { &never.link, &never.link };

#define first_timer() list_first(&pending, struct timer, link)

/* Sets this hart's timer to its next tick or the first deadline, if that is earlier. Lock held. */
static void
program(void)
{
    /* QEMU 7.2 multiplies the distance in 64 bits: what is far away would overflow and be now. */
    u64 far = rdtime() + FAR_SECONDS * machine.timebase_hz;
    u64 when = MIN(MIN(this_hart()->next_tick, first_timer()->deadline_ticks), far);
    if (machine.has_sstc)
        csr_write(0x14d, when); /* stimecmp: assemblers of 2022 do not know the name */
    else
        sbi_set_timer(when);
}

void
timer_start_hart(void)
{
    clock_tick(); /* the coarse clocks catch up with what passed without ticks */
    spin_guard(&lock);
    this_hart()->next_tick = rdtime() + machine.timebase_hz / TICK_HZ;
    program();
}

void
timer_set(struct timer *t, u64 deadline_ticks)
{
    spin_guard(&lock);
    list_remove(&t->link);
    t->deadline_ticks = deadline_ticks;
    struct timer *later = first_timer();
    while (later->deadline_ticks < deadline_ticks)
        later = list_first(&later->link, struct timer, link);
    list_add_before(&later->link, &t->link);
    program(); /* this hart looks after it; ours may be the earliest now */
}

void
timer_cancel(struct timer *t)
{
    u32 firing;
    do {
        spin_guard(&lock);
        list_remove(&t->link);
        firing = t->firing;
    } while (firing);
}

void
timer_interrupt(void)
{
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
    spin_lock(&lock);
    for (struct timer *t; (t = first_timer())->deadline_ticks <= rdtime();) {
        list_remove(&t->link);
        t->firing++;
        spin_unlock(&lock);
        t->fire(t);
        spin_lock(&lock);
        t->firing--; /* whoever cancels waits for this, and may free it then */
    }
    program();
    spin_unlock(&lock);
}

static void
wake_sleeper(struct timer *t)
{
    thread_wake(t->sleeper);
}

int
schedule_until(u64 deadline_ticks)
{
    struct timer t = { .link = LIST_INIT(t.link), .fire = wake_sleeper, .sleeper = current() };
    if (interrupted())
        return -EINTR;
    if (deadline_ticks != NEVER)
        timer_set(&t, deadline_ticks);
    schedule();
    timer_cancel(&t);
    return 0;
}
