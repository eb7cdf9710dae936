/* exit.c - the end of a task, and of a process with its last task.
 *
 * What is shared goes first, then the record becomes a zombie that only holds the status, then the
 * parent is told (wait.c). The parent (or, when it does not care, this task) frees the record. */

#include <asm/signal.h>
#include "dev/device.h"
#include "lib/print.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/annex.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "sched/fp.h"

void
task_leave_memory(struct task *t)
{
    u32 zero = 0;
    robust_list_exit(t);
    /* CLONE_CHILD_CLEARTID: tells pthread_join. The word first, then the wake-up. */
    if (t->clear_child_tid && !copy_to_user(t->clear_child_tid, &zero, sizeof(zero)))
        futex_wake(t->clear_child_tid, 1);
    t->robust_list = t->clear_child_tid = 0;
}

void
process_drop_resources(struct process *p)
{
    struct file *exe = p->exe;
    struct space *space = p->space;
    spin_lock(&process_lock); /* under it /proc takes its references */
    p->exe = NULL;
    p->space = NULL;
    spin_unlock(&process_lock);
    file_put(exe);
    files_put(p->files);
    fsinfo_put(p->fsinfo);
    space_put(space);
}

void
process_reap(struct process *p)
{
    list_remove(&p->all_link); /* the number is free, unless a group or a session has it */
    pending_forget(&p->sig.pending, ~0UL);
    kfree(p);
}

/* Tells the zombie's parent. One that ignores SIGCHLD or has set SA_NOCLDWAIT will not wait: the
 * record goes at once. process_lock held. */
static void
report_end(struct process *p)
{
    const struct sig_action *a = &p->parent->sig.action[SIGCHLD - 1];
    bool ignores = p->exit_signal == SIGCHLD && a->handler == (u64)SIG_IGN;
    bool nobody_waits = ignores || (p->exit_signal == SIGCHLD && a->flags & SA_NOCLDWAIT);
    if (ignores) /* not even pending while it is blocked */
        p->exit_signal = 0;
    process_notify_parent(p, p->exit_status);
    if (nobody_waits)
        process_reap(p);
}

/* What has not been waited for is process 1's now, zombies too. process_lock held. */
static void
hand_over_children(struct process *p)
{
    struct process *init = process_find(1), *child, *next;
    list_for_each_safe (child, next, &all_processes, all_link) {
        if (child->parent != p)
            continue;
        bool tied = group_is_tied_by(child);
        child->parent = init;
        child->exit_signal = SIGCHLD;
        if (tied)
            group_release(child->pgrp);
        if (child->zombie)
            report_end(child);
    }
}

/* After its last task everything that belongs to the process goes. With process 1 the machine
 * ends. */
static void
end_process(struct process *p)
{
    int killed_by = p->exit_status & 0x7f;
    if (p->pid == 1 && killed_by)
        pr_err("process 1 was killed by signal %d", killed_by);
    if (p->pid == 1)
        power_off(killed_by ? 128 + killed_by : p->exit_status >> 8 & 0xff);
    timer_cancel(&p->alarm);
    process_drop_resources(p);
    spin_guard(&process_lock);
    for_each_annex (annex)
        if (annex->task_event)
            annex->task_event(p, TASK_EXIT);
    bool tied = group_is_tied_by(p); /* asked while it still counts as a member */
    p->zombie = true;
    if (tied)
        group_release(p->pgrp);
    hand_over_children(p);
    report_end(p);
}

/* The steps leave less and less to stand on. User memory goes first, then the space, the record of
 * the task, that of the process; at last the stack, which the next thread frees. */
noreturn void
task_exit(int status)
{
    struct task *t = current_task();
    struct process *p = t->process;
    task_leave_memory(t);
    fp_clear(); /* nobody saves its numbers any more: the next thread would take them for zeros */
    /* From here on this hart does not translate by the space any more: it may go. */
    current()->space = NULL;
    space_activate(NULL);
    spin_lock(&process_lock);
    if (!p->exiting) /* else it was set with it: the last word of exit does not count */
        p->exit_status = status;
    list_remove(&t->link);
    pending_forget(&t->sig.pending, ~0UL); /* until here others could send it one */
    p->live_tasks--;
    bool last = p->live_tasks == 0;
    if (last)
        p->exiting = true; /* its alarm is not set again */
    p->dead_ticks += thread_run_ticks(current());
    signal_hand_over(p);  /* it may have been this task that was to take a signal */
    wake_all(&p->events); /* one of ours may wait to be the only one */
    spin_unlock(&process_lock);
    kfree(t);
    if (last)
        end_process(p);
    current()->process = NULL;
    current()->user = NULL;
    thread_exit();
}

/* Every task must end, but for one that execs alone; all but the current one look at it soon,
 * whatever they wait for. process_lock held. */
static void
hurry_others(struct process *p)
{
    struct task *t;
    for_each_task (t, p) {
        if (p->exiting || t != p->exec_task)
            __atomic_fetch_or(&t->thread->work, WORK_END, __ATOMIC_SEQ_CST);
        task_prod(t);
        if (t->thread != current()) {
            thread_resume(t->thread);
            thread_wake(t->thread); /* also out of a vfork wait */
        }
    }
}

/* The first end counts: neither a signal nor another exit changes its status. */
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
    task_leave_memory(current_task()); /* as long as it may wait for memory */
    spin_lock(&process_lock);
    process_kill_tasks(current_process(), status);
    spin_unlock(&process_lock);
    task_exit(status);
}

int
process_become_single(void)
{
    struct process *p = current_process();
    struct task *self = current_task();
    spin_lock(&process_lock);
    if (p->exiting || p->exec_task) { /* this task is to end; it sees so on its way out */
        spin_unlock(&process_lock);
        return -EINTR;
    }
    p->exec_task = self;
    hurry_others(p);
    spin_unlock(&process_lock);
    /* A kill does not stop the others from going; it is seen on the way out. */
    WAIT_BLOCKED(&p->events, __atomic_load_n(&p->live_tasks, __ATOMIC_ACQUIRE) <= 1);
    spin_guard(&process_lock);
    p->exec_task = NULL;
    self->tid = p->pid; /* the program goes on under the leader's number */
    return 0;
}

/* Memory is exhausted. The process with the most pages must go, whoever asked, for that one may be
 * small and innocent; among equals the youngest. Never process 1 while there is another, and nobody
 * else while one is on its way out. What can fail (fork, mmap, a file) fails with ENOMEM or ENOSPC
 * and does not come here. Who is to end does not wait: others may wait for its own memory. */
bool
process_make_memory(void)
{
    struct process *p, *victim = current_process();
    u64 most_pages = 0;
    bool one_is_ending = false;
    if (ending())
        return false;
    spin_lock(&process_lock);
    for_each_process (p) {
        if (p->exiting && !p->zombie) /* all of its memory comes back before it is a zombie */
            one_is_ending = true;
        if (p->pid != 1 && p->space && p->space->resident_pages >= most_pages) {
            victim = p;
            most_pages = p->space->resident_pages;
        }
    }
    if (!one_is_ending && !frames_free()) {
        pr_warn("out of memory: killed process %d (%s)", victim->pid, victim->name);
        process_kill_tasks(victim, SIGKILL);
    }
    spin_unlock(&process_lock);
    preemption_point(); /* who is ending may need an interrupt of this hart */
    schedule();
    return true;
}
