/* stop.c - SIGSTOP and SIGCONT: a whole process pauses and goes on.
 *
 * p->stop_signal says that the process is stopped; each task stops itself on its way to user space
 * (deliver.c) and is resumed by SIGCONT or SIGKILL. Source: signal(7), wait(2) on WUNTRACED. */

#include <asm/signal.h>
#include "proc/process.h"

void
process_stop(struct process *p, int signo)
{
    struct task *t;
    if (p->exiting || p->stop_signal)
        return;
    p->stop_signal = signo;
    process_notify_parent(p, WAIT_STOPPED(signo));
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
    process_notify_parent(p, WAIT_CONTINUED);
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
