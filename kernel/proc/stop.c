/* stop.c - SIGSTOP and SIGCONT: a whole process pauses and goes on.
 *
 * p->stop_signal says that the process is stopped; each task stops itself on its way to user space
 * (deliver.c) and is resumed by SIGCONT or SIGKILL. Source: signal(7), wait(2) on WUNTRACED. */

#include <asm/siginfo.h>
#include <asm/signal.h>
#include "proc/process.h"

/* The parent may say that it does not want to hear of stops. */
static void
tell_parent(struct process *p, int code, int status)
{
    struct process *parent = p->parent;
    if (!parent)
        return;
    if (parent->sig.action[SIGCHLD - 1].flags & SA_NOCLDSTOP)
        wake_all(&parent->child_events);
    else
        process_notify_parent(p, code, status);
}

void
process_stop(struct process *p, int signo)
{
    struct task *t;
    if (p->exiting || p->stop_signal)
        return;
    p->stop_signal = signo;
    p->stop_reported = p->cont_pending = false;
    tell_parent(p, CLD_STOPPED, signo);
    for_each_task (t, p) {
        __atomic_fetch_or(&t->thread->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
        if (t->thread != current())
            thread_interrupt(t->thread);
    }
}

void
process_continue(struct process *p)
{
    struct task *t;
    if (!p->stop_signal)
        return;
    p->stop_signal = 0;
    p->cont_pending = true;
    tell_parent(p, CLD_CONTINUED, SIGCONT);
    for_each_task (t, p)
        thread_resume(t->thread);
}

void
stop_here(void)
{
    struct process *p = current_process();
    /* State first, then the look: a SIGCONT in between finds us STOPPED and resumes us. */
    __atomic_store_n(&current()->state, THREAD_STOPPED, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&p->stop_signal, __ATOMIC_SEQ_CST) && !task_must_end())
        schedule();
    __atomic_store_n(&current()->state, THREAD_RUNNABLE, __ATOMIC_SEQ_CST);
}

/* Does the parent tie this process' group to its session: could it continue the group? */
static bool
is_anchored(const struct process *p)
{
    const struct process *parent = p->parent;
    return !p->zombie && parent && parent->pid != 1 && parent->pgrp != p->pgrp &&
           parent->session == p->session;
}

/* No member has a parent in another group of the session: nobody could continue it. */
bool
group_is_orphaned(const struct process *member)
{
    struct process *p;
    for_each_process (p)
        if (p->pgrp == member->pgrp && is_anchored(p))
            return false;
    return true;
}

void
group_release(int pgrp, const struct process *without)
{
    struct process *p;
    bool stopped = false;
    for_each_process (p)
        if (p->pgrp == pgrp && p != without) {
            if (is_anchored(p))
                return;
            stopped |= p->stop_signal && !p->zombie;
        }
    if (!stopped)
        return;
    signal_send_members(pgrp, SIGHUP);
    signal_send_members(pgrp, SIGCONT);
}
