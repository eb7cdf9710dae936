/* alarm.c - setitimer(ITIMER_REAL), and so alarm(2): SIGALRM after some time, once or again and again.
 *
 * The timer lives in the process and goes with it (exit.c cancels it). */

#include <asm/signal.h>
#include "proc/process.h"

void
process_alarm(struct timer *t)
{
    struct process *p = container_of(t, struct process, alarm);
    spin_lock(&process_lock);
    signal_send_process(p, SIGALRM, NULL);
    /* From the last deadline, not from now: lateness does not add up. */
    if (p->alarm_interval_ticks && !p->exiting)
        timer_set(t, t->deadline_ticks + p->alarm_interval_ticks);
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
        p->alarm_interval_ticks = set->interval_ticks;
        if (set->value_ticks)
            timer_set(&p->alarm, now + set->value_ticks);
    }
    spin_unlock(&process_lock);
    /* Not under the lock: the handler, which cancelling waits for, takes it. */
    if (set && !set->value_ticks)
        timer_cancel(&p->alarm);
}
