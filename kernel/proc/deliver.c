/* deliver.c - taking signals, on the way back to user space.
 *
 * The end of the process, its stop, default actions, and the choice whether an interrupted system
 * call is done again. p->stop_signal says that a process is stopped: each task stops itself here
 * and is resumed by SIGCONT or SIGKILL. Handlers' frames are built in sigframe.c.
 * Not here: who decides what is pending, and for whom (signal.c).
 * Source: signal(7); wait(2) on WUNTRACED. */

#include <asm/unistd.h>
#include "proc/process.h"

void
process_stop(struct process *p, int signo)
{
    struct task *t;
    bool is_so_already = (p->stop_signal != 0) == (signo != 0);
    if (p->exiting || is_so_already)
        return;
    if (signo && signo != SIGSTOP && group_is_orphaned(p->pgrp))
        return;
    p->stop_signal = signo;
    process_notify_parent(p, signo ? WAIT_STOPPED(signo) : WAIT_CONTINUED);
    for_each_task (t, p) { /* who is on its way to stop, or to go on, looks once more */
        task_prod(t);
        thread_resume(t->thread);
    }
}

/* The call that this trap was, if a signal has ended it: done again, or -EINTR. `a` is the action
 * whose handler runs now, NULL if none does. Again means the very same ecall with the same
 * registers, but for a sleep with a deadline: that would begin its whole time anew, so it goes on
 * through restart_syscall, and after a handler not at all (signal(7)). */
static void
restart_call(const struct sig_action *a)
{
    struct trapframe *f = current()->frame;
    s64 why = -(s64)f->a0;
    if (f->cause != CAUSE_ECALL_USER || why < ERESTARTSYS || why > ERESTART_RESTARTBLOCK)
        return;
    f->cause = ~0UL; /* once: of two handlers the first one's frame holds the outcome */
    bool asked_for = why == ERESTARTSYS && a && a->flags & SA_RESTART;
    if (a && why != ERESTARTNOINTR && !asked_for) {
        f->a0 = (u64)-EINTR;
        return;
    }
    if (why == ERESTART_RESTARTBLOCK)
        f->a7 = __NR_restart_syscall;
    f->a0 = f->orig_a0;
    f->pc -= 4; /* to the ecall itself */
}

/* The end of the process comes before its stop, and both before any handler. All that can be taken
 * is taken before user space goes on: each handler adds a frame upon the last, so the one taken
 * last runs first, and the outcome of the interrupted call stands in the first frame. */
void
signal_deliver(void)
{
    struct process *p = current_process();
    struct sig_info info;
    struct sig_action a;
    for (;;) {
        /* The bit goes first: whatever is sent from now on sets it again. */
        __atomic_fetch_and(&current()->work, ~WORK_SIGNAL, __ATOMIC_SEQ_CST);
        if (ending())
            task_exit(p->exit_status);
        if (p->stop_signal) { /* until SIGCONT or SIGKILL */
            /* State first, then the look: a SIGCONT in between finds us STOPPED and resumes us. */
            thread_announce(THREAD_STOPPED);
            if (p->stop_signal && !ending())
                schedule();
            thread_announce(THREAD_RUNNABLE);
            continue;
        }
        int signo = signal_take(~current_task()->sig.mask, &info, &a);
        if (!signo)
            break;
        bool kills = !(SIG_BIT(signo) & (STOPS | IGNORED_BY_DEFAULT)); /* by default */
        if (a.handler == (u64)SIG_DFL && kills)
            process_exit_group(signo); /* the low byte of a wait status */
        if (a.handler == (u64)SIG_DFL || a.handler == (u64)SIG_IGN)
            continue;
        restart_call(&a);
        if (!frame_push(signo, &info, &a) || ending())
            continue;
        /* No stack to run it on. A handler for SIGSEGV itself would have none either: so it is
         * none any more. */
        if (signo == SIGSEGV)
            signal_set_action(SIGSEGV, &(struct sig_action){ 0 });
        signal_fault(SIGSEGV, SI_KERNEL, 0);
    }
    restart_call(NULL);
    signal_set_mask(current_task()->sig.saved_mask, false);
}
