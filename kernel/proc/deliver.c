/* deliver.c - taking signals, on the way back to user space.
 *
 * The end of the process, its stop, default actions, and the choice whether an interrupted system
 * call is done again. Handlers' frames are built in frame.c. Source: signal(7). */

#include <asm/signal.h>
#include <asm/unistd.h>
#include "proc/process.h"

enum fate { IGNORE, STOP, KILL };

static enum fate
default_fate(int signo)
{
    switch (signo) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
        return IGNORE;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return STOP;
    default:
        return KILL;
    }
}

static void
take_default(int signo)
{
    enum fate fate = default_fate(signo);
    if (fate == KILL)
        process_exit_group(signo); /* the low byte of a wait status */
    if (fate != STOP)
        return;
    spin_lock(&process_lock);
    if (signo == SIGSTOP || !group_is_orphaned(current_process()))
        process_stop(current_process(), signo);
    spin_unlock(&process_lock);
}

/* The call that this trap was, if a signal has ended it: done again, or -EINTR. */
static void
restart_call(struct trapframe *f, bool handler, bool sa_restart)
{
    s64 result = (s64)f->a0;
    bool again;
    if (f->cause != CAUSE_ECALL_USER)
        return;
    f->cause = ~0UL; /* once */
    if (result == -ERESTARTNOINTR)
        again = true;
    else if (result == -ERESTARTSYS)
        again = !handler || sa_restart;
    else if (result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK)
        again = !handler;
    else
        return;
    if (!again) {
        f->a0 = (u64)-EINTR;
        return;
    }
    if (result == -ERESTART_RESTARTBLOCK)
        f->a7 = __NR_restart_syscall;
    f->a0 = f->orig_a0;
    f->pc -= 4;
}

/* The action for a signal that was just taken; a SA_RESETHAND one is used up. */
static struct sig_action
action_of(int signo)
{
    struct signals *s = &current_process()->sig;
    spin_lock(&s->lock);
    struct sig_action a = s->action[signo - 1];
    if (a.flags & SA_RESETHAND && a.handler != (u64)SIG_IGN)
        s->action[signo - 1].handler = (u64)SIG_DFL;
    spin_unlock(&s->lock);
    return a;
}

static void
run_handler(int signo, const struct sig_info *info, const struct sig_action *a)
{
    struct task_signals *s = &current_task()->sig;
    restart_call(current()->frame, true, a->flags & SA_RESTART);
    if (frame_push(signo, info, a)) {
        /* No stack to run it on. A handler for SIGSEGV itself would have none either. */
        if (signo == SIGSEGV)
            process_exit_group(SIGSEGV);
        signal_fault(SIGSEGV, 0x80, 0); /* SI_KERNEL */
        return;
    }
    s->restore_mask = false; /* the frame holds the mask to come back to */
    sigset blocked = s->mask | a->mask;
    signal_set_mask(a->flags & SA_NODEFER ? blocked : blocked | SIG_BIT(signo));
}

void
signal_deliver(void)
{
    struct sig_info info;
    for (;;) {
        /* The bit goes first: whatever is sent from now on sets it again. */
        __atomic_fetch_and(&current()->work, ~WORK_SIGNAL, __ATOMIC_SEQ_CST);
        if (task_must_end())
            task_exit(current_process()->exit_status);
        if (current_process()->stop_signal) {
            stop_here();
            __atomic_fetch_or(&current()->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
            continue;
        }
        int signo = signal_take(~current_task()->sig.mask, &info);
        if (!signo)
            break;
        struct sig_action a = action_of(signo);
        if (a.handler == (u64)SIG_DFL)
            take_default(signo);
        else if (a.handler != (u64)SIG_IGN)
            run_handler(signo, &info, &a);
    }
    restart_call(current()->frame, false, false);
    signal_mask_restore();
}
