/* exit.c - the end of a task, and of a process with its last task.
 *
 * What is shared goes first, then the record becomes a zombie that only holds the status, then the
 * parent is told. The parent (or, when it does not care, this task) frees the record. */

#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include "dev/device.h"
#include "fs/tty.h"
#include "lib/print.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/futex.h"
#include "proc/process.h"

bool
task_must_end(void)
{
    struct process *p = current_process();
    struct task *exec_task = __atomic_load_n(&p->exec_task, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&p->exiting, __ATOMIC_SEQ_CST) ||
           (exec_task && exec_task != current_task());
}

/* CLONE_CHILD_CLEARTID: tells pthread_join. The word first, then the wake-up. */
static void
clear_child_tid(struct task *t)
{
    u32 zero = 0;
    if (t->clear_child_tid && !copy_to_user(t->clear_child_tid, &zero, sizeof(zero)))
        futex_wake(t->clear_child_tid, 1);
}

void
task_leave_memory(struct task *t)
{
    robust_list_exit(t);
    clear_child_tid(t);
    t->robust_list = t->clear_child_tid = 0;
}

/* The zombie's parent is told. One that ignores SIGCHLD or has set SA_NOCLDWAIT will not wait: the
 * record goes at once. process_lock held. */
static void
report_end(struct process *p)
{
    const struct sig_action *a = &p->parent->sig.action[SIGCHLD - 1];
    bool ignores = p->exit_signal == SIGCHLD && a->handler == (u64)SIG_IGN;
    bool alone = ignores || (p->exit_signal == SIGCHLD && a->flags & SA_NOCLDWAIT);
    int status = p->exit_status;
    bool killed = (status & 0x7f) != 0;
    if (ignores) /* not even pending while it is blocked */
        p->exit_signal = 0;
    process_notify_parent(p,
                          !killed         ? CLD_EXITED
                          : status & 0x80 ? CLD_DUMPED
                                          : CLD_KILLED,
                          killed ? status & 0x7f : status >> 8);
    if (alone)
        process_reap(p);
}

/* Children go to process 1. process_lock held. */
static void
reparent_children(struct process *p)
{
    struct process *init = process_find(1), *child, *next;
    list_for_each_safe (child, next, &p->children, sibling) {
        list_remove(&child->sibling);
        child->parent = init;
        child->exit_signal = SIGCHLD;
        list_add_tail(&init->children, &child->sibling);
        if (child->zombie)
            report_end(child);
    }
}

static noreturn void
machine_end(int status)
{
    bool killed = (status & 0x7f) != 0;
    if (killed)
        pr_err("process 1 was killed by signal %d", status & 0x7f);
    power_off(killed ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}

/* The last task: everything that belongs to the process goes. */
static void
end_process(struct process *p)
{
    if (p->pid == 1)
        machine_end(p->exit_status);
    timer_cancel(&p->alarm);
    process_drop_resources(p);
    vfork_release(p);
    int foreground = p->session == p->pid ? tty_leader_ends(p->session) : 0;
    spin_lock(&process_lock);
    if (foreground) {
        signal_send_members(foreground, SIGHUP, NULL);
        signal_send_members(foreground, SIGCONT, NULL);
    }
    reparent_children(p);
    p->zombie = true;
    report_end(p);
    spin_unlock(&process_lock);
}

noreturn void
task_exit(int status)
{
    struct task *t = current_task();
    struct process *p = t->process;
    task_leave_memory(t);
    pending_forget(&t->sig.pending, ~0UL);
    /* From here on this hart does not translate by the space any more: it may go. */
    current()->space = NULL;
    space_activate(NULL);
    spin_lock(&process_lock);
    if (!p->exiting)
        p->exit_status = status;
    bool last = task_withdraw(t);
    p->exiting |= last; /* its alarm is not set again */
    p->dead_ticks += thread_run_ticks(current());
    signal_hand_over(p); /* it may have been this task that was to take a signal */
    wake_all(&p->exec_wait);
    spin_unlock(&process_lock);
    kfree(t);
    if (last)
        end_process(p);
    current()->process = NULL;
    current()->user = NULL;
    thread_exit();
}

/* Tells every task but the current one to look at its process. process_lock held. */
static void
hurry_others(struct process *p)
{
    struct task *t;
    list_for_each (t, &p->tasks, link) {
        __atomic_fetch_or(&t->thread->work, WORK_SIGNAL, __ATOMIC_SEQ_CST);
        if (t->thread != current()) {
            thread_interrupt(t->thread);
            thread_resume(t->thread);
            thread_wake(t->thread); /* also out of a vfork wait */
        }
    }
}

void
process_kill_tasks(struct process *p, int status)
{
    if (p->exiting)
        return;
    p->exiting = true;
    p->exit_status = status;
    hurry_others(p);
}

noreturn void
process_exit_group(int status)
{
    struct process *p = current_process();
    spin_lock(&process_lock);
    process_kill_tasks(p, status);
    status = p->exit_status;
    spin_unlock(&process_lock);
    task_exit(status);
}

int
process_become_single(void)
{
    struct process *p = current_process();
    struct task *self = current_task();
    spin_lock(&process_lock);
    bool busy = p->exiting || p->exec_task;
    if (!busy) {
        p->exec_task = self;
        hurry_others(p);
    }
    spin_unlock(&process_lock);
    if (busy)
        return -EINTR; /* this task is to end; it sees so on its way out */
    struct waiter w;
    wait_enter(&w, &p->exec_wait);
    for (;;) {
        thread_announce(THREAD_BLOCKED); /* a kill does not stop the others from going */
        if (__atomic_load_n(&p->live_tasks, __ATOMIC_ACQUIRE) == 1)
            break;
        schedule();
    }
    wait_leave(&w);
    spin_lock(&process_lock);
    p->exec_task = NULL;
    self->tid = p->pid; /* the program goes on under the leader's number */
    spin_unlock(&process_lock);
    return 0;
}
