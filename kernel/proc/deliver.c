/* deliver.c - taking signals, on the way back to user space.
 *
 * The end of the process, its stop, default actions, and the choice whether an interrupted system
 * call is done again. p->stop_signal says that a process is stopped: each task stops itself here
 * and is resumed by SIGCONT or SIGKILL. Handlers' frames are built in frame.c.
 * Source: signal(7); wait(2) on WUNTRACED. */

#include <asm/unistd.h>
#include "proc/process.h"

void
process_stop(struct process *p, int signo)
{
    struct process *parent = p->parent;
    struct task *t;
    if (p->exiting || !p->stop_signal == !signo)
        return;
    p->stop_signal = signo;
    p->stop_reported = false;
    p->cont_pending = !signo;
    /* The parent may say that it does not want to hear of stops. */
    if (parent->sig.action[SIGCHLD - 1].flags & SA_NOCLDSTOP)
        wake_all(&parent->child_events);
    else
        process_notify_parent(p, signo ? CLD_STOPPED : CLD_CONTINUED, signo ?: SIGCONT);
    for_each_task (t, p)
        if (signo)
            task_prod(t);
        else
            thread_resume(t->thread);
}

/* What ties a group to its session is a parent outside of it, who could continue it: a shell. Here
 * the nearest ancestor of one member stands for the group. */
bool
group_is_orphaned(const struct process *p)
{
    const struct process *parent = p->parent;
    while (parent && parent->pgrp == p->pgrp)
        parent = parent->parent;
    return !parent || parent->pid == 1 || parent->session != p->session;
}

static void
take_default(struct process *p, int signo)
{
    if (SIG_BIT(signo) & STOPS) {
        spin_guard(&process_lock);
        if (signo == SIGSTOP || !group_is_orphaned(p))
            process_stop(p, signo);
    } else if (!(SIG_BIT(signo) & IGNORED_BY_DEFAULT))
        process_exit_group(signo); /* the low byte of a wait status */
}

/* The call that this trap was, if a signal has ended it: done again, or -EINTR. `a` is the action
 * whose handler runs now, NULL if none does. */
static void
restart_call(const struct sig_action *a)
{
    struct trapframe *f = current()->frame;
    bool again = !a;
    if (f->cause != CAUSE_ECALL_USER)
        return;
    f->cause = ~0UL; /* once */
    switch ((s64)f->a0) {
    case -ERESTARTNOINTR:
        again = true;
        break;
    case -ERESTARTSYS:
        again |= a && a->flags & SA_RESTART;
        break;
    case -ERESTART_RESTARTBLOCK:
        f->a7 = again ? __NR_restart_syscall : f->a7;
        break;
    case -ERESTARTNOHAND:
        break;
    default:
        return;
    }
    f->a0 = again ? f->orig_a0 : (u64)-EINTR;
    f->pc -= again ? 4 : 0;
}

void
signal_deliver(void)
{
    struct process *p = current_process();
    struct sig_info info;
    struct sig_action a;
    for (;;) {
        /* The bit goes first: whatever is sent from now on sets it again. */
        __atomic_fetch_and(&current()->work, ~WORK_SIGNAL, __ATOMIC_SEQ_CST);
        if (task_must_end())
            task_exit(p->exit_status);
        if (p->stop_signal) {
            /* State first, then the look: a SIGCONT in between finds us STOPPED and resumes us. */
            thread_announce(THREAD_STOPPED);
            if (p->stop_signal && !task_must_end())
                schedule();
            thread_announce(THREAD_RUNNABLE);
            continue;
        }
        int signo = signal_take(~current_task()->sig.mask, &info, &a);
        if (!signo)
            break;
        if (a.handler == (u64)SIG_DFL)
            take_default(p, signo);
        if (a.handler == (u64)SIG_DFL || a.handler == (u64)SIG_IGN)
            continue;
        restart_call(&a);
        if (!frame_push(signo, &info, &a))
            continue;
        /* No stack to run it on. A handler for SIGSEGV itself would have none either. */
        if (signo == SIGSEGV)
            process_exit_group(SIGSEGV);
        signal_fault(SIGSEGV, SI_KERNEL, 0);
    }
    restart_call(NULL);
    signal_mask_restore();
}
