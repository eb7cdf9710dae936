/* wait.c - wait4 and waitid: what has become of the children, and how a parent hears of it.
 *
 * A child reports its end, its stop and that it goes on; each report is taken once, unless WNOWAIT.
 * Not here: how a process ends (exit.c) or stops (deliver.c). Source: wait(2), waitid(2). */

#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/wait.h>
#include "proc/process.h"

/* A status word says in its low seven bits how it came to this: by exit, by a stop (or its end), or
 * else by which signal it was killed (wait(2)). */
#define HOW(status)    ((status)&0x7f)
#define HOW_EXITED     0
#define HOW_NOT_ENDED  0x7f
#define DETAIL(status) ((status) >> 8 & 0xff) /* the exit status, or the signal that stopped it */

/* What siginfo says of a status word. */
static struct sig_info
wait_info(const struct process *p, int status)
{
    struct sig_info info = { .signo = SIGCHLD, .pid = p->pid };
    switch (HOW(status)) {
    case HOW_EXITED:
        info.code = CLD_EXITED;
        info.status = DETAIL(status);
        break;
    case HOW_NOT_ENDED:
        if (status == WAIT_CONTINUED) {
            info.code = CLD_CONTINUED;
            info.status = SIGCONT;
        } else {
            info.code = CLD_STOPPED;
            info.status = DETAIL(status);
        }
        break;
    default:
        info.code = CLD_KILLED;
        info.status = HOW(status);
    }
    return info;
}

void
process_notify_parent(struct process *p, int status)
{
    struct process *parent = p->parent;
    if (!parent)
        return;
    p->report = status; /* in place of one that was not taken */
    struct sig_info info = wait_info(p, status);
    /* The end is told by the signal that clone was asked for; 0: who made it wants none, but may
     * wait. Stops are told by SIGCHLD whatever was asked for: a SIGCONT would go on to the parent's
     * parent, and so up, a call deeper each time. */
    info.signo = p->zombie ? p->exit_signal : SIGCHLD;
    /* It may say that it does not want to hear of stops. */
    bool silent = !p->zombie && parent->sig.action[SIGCHLD - 1].flags & SA_NOCLDSTOP;
    if (info.signo && !silent)
        signal_send(parent, NULL, info.signo, &info);
    wake_all(&parent->events);
}

/* Is it one of the children that the caller has named? A child that clone made with another exit
 * signal than SIGCHLD is seen only by who asks for it. */
static bool
is_asked_for(const struct process *child, int which, int id, u32 options)
{
    bool is_clone = child->exit_signal != SIGCHLD;
    bool wants_clones = (options & __WCLONE) != 0;
    if (!(options & __WALL) && is_clone != wants_clones)
        return false;
    switch (which) {
    case P_PID:
        return child->pid == id;
    case P_PGID:
        return child->pgrp == id;
    default:
        return true;
    }
}

/* Has it news of a kind that the caller wants to hear? */
static bool
has_news(const struct process *child, u32 options)
{
    if (child->zombie)
        return true;
    if (child->report == WAIT_CONTINUED)
        return options & WCONTINUED;
    return child->report && options & WUNTRACED;
}

/* Hands the report over, and takes it away unless WNOWAIT. The time of a child counts as its
 * parent's children's once it is waited for, with that of its own. */
static void
take_report(struct process *child, u32 options, struct wait_result *r)
{
    r->status = child->report;
    r->info = wait_info(child, r->status);
    r->run_ticks = child->dead_ticks + child->child_ticks;
    if (options & WNOWAIT)
        return;
    child->report = 0;
    if (child->zombie) {
        current_process()->child_ticks += r->run_ticks;
        process_reap(child);
    }
}

/* One look at the children: the pid of one whose report was taken, 0 if there is none yet, -ECHILD
 * if there is no such child. A zombie has an end to report and nothing else, even if it was killed
 * while it was stopped: who does not ask for ends does not see it. */
static int
look(int which, int id, u32 options, struct wait_result *r)
{
    struct process *child;
    int found = -ECHILD;
    spin_guard(&process_lock);
    for_each_process (child) {
        if (child->parent != current_process() || !is_asked_for(child, which, id, options))
            continue;
        if (child->zombie && !(options & WEXITED))
            continue;
        found = 0;
        if (has_news(child, options)) {
            found = child->pid;
            take_report(child, options, r);
            break;
        }
    }
    return found;
}

s64
process_wait(int which, int id, u32 options, struct wait_result *r)
{
    struct waitqueue *events = &current_process()->events;
    if (options & WNOHANG)
        return look(which, id, options, r);
    int found = 0;
    WAIT_EVENT(events, (found = look(which, id, options, r)) != 0);
    return found ?: -ERESTARTSYS; /* nothing, then a signal has ended the wait */
}
