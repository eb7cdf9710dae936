/* signal.c - sending: from kill, from the kernel, from a fault; actions and masks. See signal.h.
 *
 * What is pending and who can take it changes under process_lock only, so a signal and a change of
 * mask never pass each other unseen. Source: signal(7), kill(2), sigaction(2); order of events as
 * in Linux kernel/signal.c. */

#include "proc/signal.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "time/clock.h"

void
signals_reset(struct signals *s)
{
    spin_guard(&process_lock);
    for (int i = 0; i < SIGNALS; i++) {
        bool ignored = s->action[i].handler == (u64)SIG_IGN;
        s->action[i] = (struct sig_action){ .handler = ignored ? (u64)SIG_IGN : (u64)SIG_DFL };
    }
}

/* --- sending --------------------------------------------------------------------------------- */

/* The bit first, then the wake-up: a task that looks in between finds the bit. */
void
task_prod(struct task *t)
{
    __atomic_fetch_or(&t->thread->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
    thread_interrupt(t->thread);
}

/* Each signal is offered to one task that does not block it, the oldest one first; all of them
 * would wake up for nothing. Who has been offered one and blocks it, or ends, before it looks,
 * hands over again: so it cannot lie there while somebody could take it. */
void
signal_hand_over(struct process *p)
{
    sigset set = p->sig.pending.set;
    struct task *t;
    for_each_task (t, p)
        if (set & ~t->sig.mask) {
            task_prod(t);
            set &= t->sig.mask;
        }
}

/* Would it do nothing if it were taken now? A blocked one is kept: the action may change, or
 * sigwait(3) waits for it. */
static bool
is_ignored(const struct process *p, sigset mask, int signo)
{
    u64 handler = p->sig.action[signo - 1].handler;
    bool by_default = handler == (u64)SIG_DFL;
    if (p->pid == 1 && by_default)
        return true; /* process 1 cannot be killed by accident */
    if (mask & SIG_BIT(signo))
        return false;
    return handler == (u64)SIG_IGN || (by_default && SIG_BIT(signo) & IGNORED_BY_DEFAULT);
}

/* What is pending of these is forgotten, for the process and for each of its tasks. */
static void
forget(struct process *p, sigset which)
{
    struct task *t;
    pending_forget(&p->sig.pending, which);
    for_each_task (t, p)
        pending_forget(&t->sig.pending, which);
}

/* Does it end the process at once? So it is on Linux if the action is to end it and a task that may
 * take it does not block it. Left to that task, it would come too late for what the others do
 * meanwhile: a fork, for one, whose child nobody would send it to. */
static bool
ends_at_once(struct process *p, const struct task *t, int signo)
{
    struct task *taker;
    if (signo == SIGKILL)
        return true; /* never pending: nothing could stand in its way */
    if (p->sig.action[signo - 1].handler != (u64)SIG_DFL || p->stop_signal ||
        SIG_BIT(signo) & (STOPS | IGNORED_BY_DEFAULT))
        return false;
    for_each_task (taker, p)
        if ((!t || t == taker) && !(taker->sig.mask & SIG_BIT(signo)))
            return true;
    return false;
}

int
signal_send(struct process *p, struct task *t, int signo, const struct sig_info *info)
{
    if (signo < 0 || signo > SIGNALS)
        return -EINVAL;
    if (!signo || p->exiting)
        return 0;
    /* SIGCONT wakes the stopped and cancels stops, and the other way round, even if blocked. */
    if (signo == SIGCONT) {
        forget(p, STOPS);
        process_stop(p, 0);
    } else if (SIG_BIT(signo) & STOPS) {
        forget(p, SIG_BIT(SIGCONT));
    }
    /* For a process the mask of its first task decides, as on Linux: if others block it, they still
     * could not do more with it than forget it. */
    struct task *judge = t ? t : list_first(&p->tasks, struct task, link);
    if (is_ignored(p, judge->sig.mask, signo))
        return 0;
    if (ends_at_once(p, t, signo)) {
        process_kill_tasks(p, signo); /* the low byte of a wait status */
        return 0;
    }
    int err = pending_add(t ? &t->sig.pending : &p->sig.pending, signo, info);
    if (err)
        return err;
    wake_all(&p->sig.waiters); /* those block what they wait for */
    if (!t)
        signal_hand_over(p);
    else if (!(t->sig.mask & SIG_BIT(signo)))
        task_prod(t);
    return 0;
}

/* The last answer stands for all: what can go wrong is the same for each of them. */
int
signal_send_members(int pgrp, int signo, const struct sig_info *info)
{
    struct process *p;
    int err = -ESRCH;
    for_each_process (p) {
        bool in_everybody = p->pid != 1 && p != current_process(); /* kill(2), -1 */
        if (pgrp ? p->pgrp == pgrp : in_everybody)
            err = signal_send(p, NULL, signo, info);
    }
    return err;
}

void
signal_fault(int signo, int code, u64 addr)
{
    struct task *t = current_task();
    struct process *p = t->process;
    struct sig_info info = { .signo = signo, .code = code, .addr = addr };
    spin_lock(&process_lock);
    struct sig_action *a = &p->sig.action[signo - 1];
    /* Blocked or ignored it would come again at once, for ever: it kills instead. */
    if (a->handler == (u64)SIG_IGN || t->sig.mask & SIG_BIT(signo)) {
        *a = (struct sig_action){ 0 };
        t->sig.mask &= ~SIG_BIT(signo);
    }
    bool ends = a->handler == (u64)SIG_DFL && !p->exiting;
    if (ends)
        process_kill_tasks(p, signo); /* at once: so a process has one fault that ended it */
    else
        pending_add(&t->sig.pending, signo, &info);
    task_prod(t);
    spin_unlock(&process_lock);
    for_each_annex (annex)
        if (ends && annex->crash)
            annex->crash(&info);
}

#define PERIOD_LEAST_NS 1000000 /* of an alarm: each is an interrupt, even while it is blocked */

/* Armed again here and not where SIGALRM is taken, so a period does not depend on who looks when;
 * a blocked SIGALRM is pending once, however often this fires. The timer goes with its process: who
 * ends it or turns it off changes what is asked here under the lock, and cancels afterwards. */
void
process_alarm(struct timer *t)
{
    struct process *p = container_of(t, struct process, alarm);
    spin_guard(&process_lock);
    signal_send(p, NULL, SIGALRM, NULL);
    if (!p->alarm_interval_ticks || !list_empty(&t->link) || p->exiting)
        return;
    /* One period after the last deadline, not after now: lateness does not add up. */
    u64 due = t->deadline_ticks + p->alarm_interval_ticks;
    u64 earliest = rdtime() + ns_to_ticks(PERIOD_LEAST_NS);
    timer_set(t, MAX(due, earliest));
}

/* --- taking, and what decides who takes ------------------------------------------------------ */

/* The task's own come before those of the process: faults are the task's own. */
int
signal_take(sigset wanted, struct sig_info *info, struct sig_action *action)
{
    struct task *t = current_task();
    struct process *p = t->process;
    spin_guard(&process_lock);
    int signo =
        pending_take(&t->sig.pending, wanted, info) ?: pending_take(&p->sig.pending, wanted, info);
    if (!signo || !action)
        return signo;
    struct sig_action *a = &p->sig.action[signo - 1];
    *action = *a;
    if (a->flags & SA_RESETHAND && a->handler != (u64)SIG_IGN)
        a->handler = (u64)SIG_DFL;
    /* At once: a SIGCONT that comes after this must find it stopped, or nothing would. */
    if (action->handler == (u64)SIG_DFL && SIG_BIT(signo) & STOPS)
        process_stop(p, signo);
    return signo;
}

/* What is pending and now ignored goes, blocked or not: else it would come back to life with the
 * next handler (sigaction(2)). */
struct sig_action
signal_set_action(int signo, const struct sig_action *wanted)
{
    struct process *p = current_process();
    spin_guard(&process_lock);
    struct sig_action old = p->sig.action[signo - 1];
    if (wanted) {
        p->sig.action[signo - 1] = *wanted;
        if (is_ignored(p, 0, signo))
            forget(p, SIG_BIT(signo));
    }
    return old;
}

/* Both kinds of pending signals may have become deliverable to us, and the process' ones may have
 * been offered to us and are now for others: handing over again covers all of that. */
void
signal_set_mask(sigset mask, bool temporarily)
{
    struct task *t = current_task();
    spin_guard(&process_lock);
    t->sig.mask = mask & ~UNBLOCKABLE;
    if (!temporarily)
        t->sig.saved_mask = t->sig.mask;
    if (t->sig.pending.set & ~t->sig.mask)
        task_prod(t);
    if (t->process->sig.pending.set)
        signal_hand_over(t->process);
}
