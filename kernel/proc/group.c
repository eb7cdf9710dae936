/* group.c - process groups that nobody could continue any more.
 *
 * A shell stops and continues the groups it has made. When it is gone, what was stopped would stay
 * so for ever. Not here: who is in which group (process.c, setpgid and setsid), sending to a group
 * (signal.c). Source: POSIX, "orphaned process group", and exit() on what its end sends. */

#include "proc/process.h"

/* Process 1 takes in everybody's children and continues none. */
bool
group_is_tied_by(const struct process *member)
{
    const struct process *parent = member->parent;
    if (member->zombie || !parent || parent->pid == 1)
        return false;
    return parent->session == member->session && parent->pgrp != member->pgrp;
}

bool
group_is_orphaned(int pgrp)
{
    struct process *p;
    for_each_process (p)
        if (p->pgrp == pgrp && group_is_tied_by(p))
            return false;
    return true;
}

void
group_hang_up(int pgrp)
{
    signal_send_members(pgrp, SIGHUP, NULL);
    signal_send_members(pgrp, SIGCONT, NULL);
}

void
group_release(int pgrp)
{
    struct process *p;
    bool stopped = false;
    for_each_process (p)
        if (p->pgrp == pgrp && p->stop_signal && !p->zombie)
            stopped = true;
    if (stopped && group_is_orphaned(pgrp))
        group_hang_up(pgrp);
}
