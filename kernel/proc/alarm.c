/* alarm.c - setitimer(ITIMER_REAL), and so alarm(2): SIGALRM after a time, once or repeatedly.
 *
 * The timer lives in the process and goes with it (exit.c cancels it). The next period begins when
 * the signal of the last one is taken, and is no shorter than PERIOD_LEAST: a program that asks for
 * a signal a microsecond still gets on, and the machine has time for others. */

#include <asm/signal.h>
#include "proc/process.h"
#include "time/clock.h"

#define PERIOD_LEAST_NS 100000 /* a few times what a handler and its return cost */

void
process_alarm(struct timer *t)
{
    struct process *p = container_of(t, struct process, alarm);
    spin_lock(&process_lock);
    signal_send_process(p, SIGALRM, NULL);
    spin_unlock(&process_lock);
}

void
process_alarm_again(struct process *p)
{
    spin_lock(&process_lock);
    u64 period = p->alarm_interval_ticks, last = p->alarm.deadline_ticks, now = rdtime();
    u64 least = ns_to_ticks(PERIOD_LEAST_NS);
    /* From the last deadline, not from now: lateness does not add up. */
    if (period && last <= now && list_empty(&p->alarm.link) && !p->exiting)
        timer_set(&p->alarm, now + MAX(period - (now - last) % period, least));
    spin_unlock(&process_lock);
}

void
process_alarm_set(const struct alarm_setting *set, struct alarm_setting *old)
{
    struct process *p = current_process();
    u64 now = rdtime();
    spin_lock(&process_lock);
    bool armed = !list_empty(&p->alarm.link);
    old->value_ticks = armed ? MAX(p->alarm.deadline_ticks, now + 1) - now : 0;
    old->interval_ticks = p->alarm_interval_ticks;
    if (set) {
        p->alarm_interval_ticks = set->value_ticks ? set->interval_ticks : 0;
        if (set->value_ticks)
            timer_set(&p->alarm, now + set->value_ticks);
    }
    spin_unlock(&process_lock);
    /* Not under the lock: the handler, which cancelling waits for, takes it. */
    if (set && !set->value_ticks)
        timer_cancel(&p->alarm);
}
