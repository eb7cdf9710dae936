/* signal.c - sending: from kill, from the kernel, from a fault; and masks. See signal.h.
 *
 * Source: signal(7), kill(2), sigaction(2); order of events as in Linux kernel/signal.c. */

#include "proc/signal.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include "lib/print.h"
#include "lib/string.h"
#include "proc/process.h"

#define STOPS       (SIG_BIT(SIGSTOP) | SIG_BIT(SIGTSTP) | SIG_BIT(SIGTTIN) | SIG_BIT(SIGTTOU))
#define UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))
#define IGNORED_BY_DEFAULT                                                                         \
    (SIG_BIT(SIGCHLD) | SIG_BIT(SIGCONT) | SIG_BIT(SIGURG) | SIG_BIT(SIGWINCH))

void
signals_init(struct signals *s)
{
    spin_init(&s->lock, "signals");
    pending_init(&s->pending);
    waitqueue_init(&s->waiters);
}

void
signals_copy(struct signals *to, const struct signals *from, bool clear_handlers)
{
    for (int i = 0; i < SIGNALS; i++) {
        u64 handler = from->action[i].handler;
        to->action[i] = from->action[i];
        if (clear_handlers) /* what is ignored stays so, but its flags go */
            to->action[i] = (struct sig_action){ handler == (u64)SIG_IGN ? handler : 0, 0, 0 };
    }
}

void
signal_exec(struct process *p)
{
    struct task_signals *t = &current_task()->sig;
    spin_lock(&p->sig.lock);
    signals_copy(&p->sig, &p->sig, true);
    spin_unlock(&p->sig.lock);
    t->alt_sp = t->alt_size = t->alt_flags = 0;
    t->restart.again = NULL;
}

/* Would it do nothing if it were taken now? A blocked one is kept: the action may change. */
static bool
is_ignored(struct process *p, const struct task *t, int signo)
{
    u64 handler = p->sig.action[signo - 1].handler;
    if (p->pid == 1 && handler == (u64)SIG_DFL)
        return true; /* process 1 cannot be killed by accident */
    if (t && t->sig.mask & SIG_BIT(signo))
        return false;
    return handler == (u64)SIG_IGN ||
           (handler == (u64)SIG_DFL && SIG_BIT(signo) & IGNORED_BY_DEFAULT);
}

/* Makes the task look before its next return to user space. */
static void
prod(struct task *t)
{
    __atomic_fetch_or(&t->thread->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
    thread_interrupt(t->thread);
}

/* Some task of the process that does not block `signo`; the current one if it will do. */
static void
prod_one(struct process *p, int signo)
{
    struct task *t, *chosen = NULL;
    for_each_task (t, p)
        if (!(t->sig.mask & SIG_BIT(signo)) && (!chosen || t == current_task()))
            chosen = t;
    if (chosen)
        prod(chosen);
}

/* SIGCONT wakes the stopped and cancels stops, and the other way round, even if blocked. */
static void
stop_and_continue(struct process *p, int signo)
{
    sigset cancels = signo == SIGCONT ? STOPS : STOPS & SIG_BIT(signo) ? SIG_BIT(SIGCONT) : 0;
    struct task *t;
    if (!cancels)
        return;
    spin_lock(&p->sig.lock);
    pending_forget(&p->sig.pending, cancels);
    for_each_task (t, p)
        pending_forget(&t->sig.pending, cancels);
    spin_unlock(&p->sig.lock);
    if (signo == SIGCONT)
        process_continue(p);
}

/* What both kinds of sending share; `t` NULL: to whichever task can take it. */
static int
send(struct process *p, struct task *t, int signo, const struct sig_info *info)
{
    if (signo < 0 || signo > SIGNALS)
        return -EINVAL;
    if (!signo || p->zombie)
        return 0;
    if (signo == SIGKILL) {
        if (p->pid != 1)
            process_kill_tasks(p, SIGKILL);
        return 0;
    }
    stop_and_continue(p, signo);
    const struct task *judge = t                       ? t
                               : list_empty(&p->tasks) ? NULL
                                                       : list_first(&p->tasks, struct task, link);
    spin_lock(&p->sig.lock);
    int err = 0;
    bool drop = is_ignored(p, judge, signo);
    if (!drop)
        err = pending_add(t ? &t->sig.pending : &p->sig.pending, signo, info);
    spin_unlock(&p->sig.lock);
    if (drop || err)
        return err;
    wake_all(&p->sig.waiters);
    if (!t)
        prod_one(p, signo);
    else if (!(t->sig.mask & SIG_BIT(signo)))
        prod(t);
    return 0;
}

int
signal_send_process(struct process *p, int signo, const struct sig_info *info)
{
    return send(p, NULL, signo, info);
}

int
signal_send_task(struct task *t, int signo, const struct sig_info *info)
{
    return send(t->process, t, signo, info);
}

void
signal_forget_ignored(int signo)
{
    struct process *p = current_process();
    struct task *t;
    spin_lock(&process_lock);
    spin_lock(&p->sig.lock);
    if (is_ignored(p, NULL, signo)) {
        pending_forget(&p->sig.pending, SIG_BIT(signo));
        for_each_task (t, p)
            pending_forget(&t->sig.pending, SIG_BIT(signo));
    }
    spin_unlock(&p->sig.lock);
    spin_unlock(&process_lock);
}

void
signal_send_members(int pgrp, int signo)
{
    struct process *p;
    for_each_process (p)
        if (p->pgrp == pgrp)
            signal_send_process(p, signo, NULL);
}

void
signal_fault(int signo, int code, u64 addr)
{
    struct task *t = current_task();
    struct signals *s = &t->process->sig;
    struct sig_info info = { .signo = signo, .code = code, .addr = addr };
    spin_lock(&s->lock);
    struct sig_action *a = &s->action[signo - 1];
    /* Blocked or ignored it would come again at once, for ever: it kills instead. */
    if (a->handler == (u64)SIG_IGN || t->sig.mask & SIG_BIT(signo)) {
        *a = (struct sig_action){ 0 };
        t->sig.mask &= ~SIG_BIT(signo);
    }
    pending_add(&t->sig.pending, signo, &info);
    spin_unlock(&s->lock);
    __atomic_fetch_or(&current()->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
}

int
signal_take(sigset wanted, struct sig_info *info)
{
    struct task *t = current_task();
    struct signals *s = &t->process->sig;
    spin_lock(&s->lock);
    int signo = pending_take(&t->sig.pending, wanted, info);
    if (!signo)
        signo = pending_take(&s->pending, wanted, info);
    spin_unlock(&s->lock);
    if (signo == SIGALRM)
        process_alarm_again(t->process);
    return signo;
}

void
signal_hand_over(const struct task *from)
{
    struct process *p = from->process;
    struct task *t;
    for_each_task (t, p)
        if (t != from && p->sig.pending.set & ~t->sig.mask)
            prod(t);
}

/* --- masks ----------------------------------------------------------------------------------- */

void
signal_set_mask(sigset mask)
{
    struct task *t = current_task();
    struct process *p = t->process;
    /* Under the lock: a signal added before this is seen pending here; whoever adds it
     * afterwards reads the new mask. Without it both could miss, and the signal would lie there. */
    spin_lock(&p->sig.lock);
    sigset newly_blocked = mask & ~t->sig.mask, shared = p->sig.pending.set;
    t->sig.mask = mask & ~UNBLOCKABLE;
    bool deliverable = (t->sig.pending.set | shared) & ~t->sig.mask;
    spin_unlock(&p->sig.lock);
    if (deliverable)
        __atomic_fetch_or(&current()->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
    if (!(shared & newly_blocked))
        return;
    spin_lock(&process_lock);
    signal_hand_over(t);
    spin_unlock(&process_lock);
}

void
signal_mask_temporarily(sigset mask)
{
    struct task_signals *s = &current_task()->sig;
    s->saved_mask = s->mask;
    s->restore_mask = true;
    signal_set_mask(mask);
}

void
signal_mask_restore(void)
{
    struct task_signals *s = &current_task()->sig;
    if (!s->restore_mask)
        return;
    s->restore_mask = false;
    signal_set_mask(s->saved_mask);
}
