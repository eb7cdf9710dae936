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
    list_for_each (t, &p->tasks, link) {
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
    list_for_each (t, &p->tasks, link)
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

struct orphan_search {
    int pgrp;
    const struct process *without; /* as if this one were gone already */
    bool anchored, stopped;
};

static void
look_for_anchor(struct process *p, void *arg)
{
    struct orphan_search *s = arg;
    if (p->pgrp != s->pgrp || p == s->without)
        return;
    s->stopped |= p->stop_signal && !p->zombie;
    s->anchored |= !p->zombie && p->parent && p->parent->pid != 1 && p->parent->pgrp != p->pgrp &&
                   p->parent->session == p->session;
}

/* No member has a parent in another group of the session: nobody could continue it. */
bool
group_is_orphaned(const struct process *p)
{
    struct orphan_search s = { .pgrp = p->pgrp };
    process_for_each(look_for_anchor, &s);
    return !s.anchored;
}

void
group_release(int pgrp, const struct process *without)
{
    struct orphan_search s = { .pgrp = pgrp, .without = without };
    process_for_each(look_for_anchor, &s);
    if (s.anchored || !s.stopped)
        return;
    signal_send_members(pgrp, SIGHUP);
    signal_send_members(pgrp, SIGCONT);
}
