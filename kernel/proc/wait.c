/* wait.c - wait4 and waitid: what has become of the children.
 *
 * A child reports its end, its stop and that it goes on; each report is taken once, unless WNOWAIT.
 * Not here: how a process ends (exit.c) or stops (deliver.c). Source: wait(2), waitid(2). */

#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/wait.h>
#include "proc/process.h"

/* A zombie has an end to report and nothing else, even if it was killed while it was stopped.
 * A child that clone made with another exit signal than SIGCHLD is seen only by who asks for it. */
static bool
matches(const struct process *child, int which, int id, u32 options)
{
    bool is_clone = child->exit_signal != SIGCHLD;
    if (child->zombie && !(options & WEXITED))
        return false;
    if (!(options & __WALL) && is_clone != ((options & __WCLONE) != 0))
        return false;
    switch (which) {
    case P_ALL:
        return true;
    case P_PID:
        return child->pid == id;
    default:
        return child->pgrp == id;
    }
}

/* Fills *r if `child` has something to report; takes the report back unless WNOWAIT. */
static bool
report(struct process *child, u32 options, struct wait_result *r)
{
    r->pid = child->pid;
    r->run_ticks = child->dead_ticks + child->child_ticks;
    if (child->zombie) {
        r->status = child->exit_status;
        if (!(options & WNOWAIT)) {
            child->parent->child_ticks += r->run_ticks;
            process_reap(child);
        }
        return true;
    }
    if (child->stop_signal && !child->stop_reported && options & WUNTRACED) {
        r->status = child->stop_signal << 8 | 0x7f;
        child->stop_reported = !(options & WNOWAIT);
        return true;
    }
    if (child->cont_pending && options & WCONTINUED) {
        r->status = 0xffff;
        child->cont_pending = (options & WNOWAIT) != 0;
        return true;
    }
    return false;
}

/* One look at the children: 1 with a report, 0 nothing yet, -ECHILD no such child. */
static int
look(int which, int id, u32 options, struct wait_result *r)
{
    struct process *child, *next;
    int found = -ECHILD;
    spin_lock(&process_lock);
    list_for_each_safe (child, next, &current_process()->children, sibling) {
        if (!matches(child, which, id, options))
            continue;
        found = report(child, options, r) ? 1 : 0;
        if (found)
            break;
    }
    spin_unlock(&process_lock);
    return found;
}

s64
process_wait(int which, int id, u32 options, struct wait_result *r)
{
    int found = 0;
    int err = WAIT_EVENT(&current_process()->child_events,
                         (found = look(which, id, options, r)) != 0 || options & WNOHANG);
    if (found)
        return found < 0 ? found : r->pid;
    return err ? -ERESTARTSYS : 0;
}

void
process_notify_parent(struct process *p, int code, int status)
{
    struct process *parent = p->parent;
    if (!parent)
        return;
    if (p->exit_signal) {
        struct sig_info info = { .signo = p->exit_signal, .code = code };
        info.pid = p->pid;
        info.status = status;
        signal_send(parent, NULL, p->exit_signal, &info);
    }
    wake_all(&parent->child_events);
}
