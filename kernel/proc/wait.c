/* wait.c - wait4 and waitid: what has become of the children, and how a parent hears of it.
 *
 * A child reports its end, its stop and that it goes on; each report is taken once, unless WNOWAIT.
 * Not here: how a process ends (exit.c) or stops (deliver.c). Source: wait(2), waitid(2). */

#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/wait.h>
#include "proc/process.h"

/* What siginfo says of a status word. */
static struct sig_info
wait_info(const struct process *p, int status)
{
    struct sig_info info = { .signo = SIGCHLD, .pid = p->pid, .status = status >> 8 };
    int low = status & 0x7f; /* 0: an exit; all ones: it has not ended; else what killed it */
    info.code = low ? CLD_STOPPED : CLD_EXITED;
    if (status == WAIT_CONTINUED) {
        info.code = CLD_CONTINUED;
        info.status = SIGCONT;
    } else if (low && low != 0x7f) {
        info.code = CLD_KILLED;
        info.status = low;
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

/* Does the caller ask for this child? A zombie has an end to report and nothing else, even if it
 * was killed while it was stopped. A child that clone made with another exit signal than SIGCHLD is
 * seen only by who asks for it. */
static bool
matches(const struct process *child, int which, int id, u32 options)
{
    bool is_clone = child->exit_signal != SIGCHLD;
    bool wants_clones = (options & __WCLONE) != 0;
    if ((child->zombie && !(options & WEXITED)) ||
        (!(options & __WALL) && is_clone != wants_clones))
        return false;
    int number = which == P_PID ? child->pid : child->pgrp;
    return which == P_ALL || id == number;
}

/* One look at the children: the pid of one with a report, which is taken unless WNOWAIT; 0 nothing
 * yet, -ECHILD no such child. The time of a child counts as its parent's children's once it is
 * waited for, with that of its own. */
static int
look(int which, int id, u32 options, struct wait_result *r)
{
    struct process *child;
    int found = -ECHILD;
    spin_guard(&process_lock);
    for_each_process (child) {
        if (child->parent != current_process() || !matches(child, which, id, options))
            continue;
        found = 0;
        u32 wanted = child->report == WAIT_CONTINUED ? WCONTINUED : WUNTRACED;
        if (!child->zombie && !(child->report && options & wanted))
            continue;
        found = child->pid;
        r->status = child->report;
        r->info = wait_info(child, r->status);
        r->run_ticks = child->dead_ticks + child->child_ticks;
        if (options & WNOWAIT)
            break;
        child->report = 0;
        if (child->zombie) {
            current_process()->child_ticks += r->run_ticks;
            process_reap(child);
        }
        break;
    }
    return found;
}

s64
process_wait(int which, int id, u32 options, struct wait_result *r)
{
    if (options & WNOHANG)
        return look(which, id, options, r);
    int found = 0;
    WAIT_EVENT(&current_process()->events, (found = look(which, id, options, r)) != 0);
    return found ?: -ERESTARTSYS; /* nothing, then a signal has ended the wait */
}
