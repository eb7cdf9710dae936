/* clone.c - fork, vfork and threads: one call, three uses. Source: clone(2), Linux riscv64.
 *
 * A new thread starts in user space with its parent's registers, but for a0 = 0, and sp and tp when
 * asked. Flags that ask for what this kernel does not have (namespaces, pidfd) are refused. */

#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/sched.h>
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "sched/fp.h"

#define KNOWN_FLAGS                                                                                \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK | CLONE_PARENT |              \
     CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |    \
     CLONE_CHILD_SETTID | CLONE_DETACHED | CLONE_UNTRACED | CLONE_IO | CLONE_PTRACE |              \
     CLONE_CLEAR_SIGHAND)

static int
check_flags(const struct clone_request *a)
{
    if (a->flags & ~(u64)KNOWN_FLAGS || a->exit_signal > SIGNALS)
        return -EINVAL;
    if (a->flags & CLONE_THREAD && !(a->flags & CLONE_SIGHAND))
        return -EINVAL;
    if (a->flags & CLONE_SIGHAND && (!(a->flags & CLONE_VM) || a->flags & CLONE_CLEAR_SIGHAND))
        return -EINVAL;
    if (a->flags & CLONE_PARENT && current_process()->pid == 1)
        return -EINVAL; /* nobody would wait for its sister */
    return 0;
}

/* The new task's first steps: the number it was promised, then user space. */
static void
child_entry(void)
{
    struct task *t = current_task();
    if (t->set_child_tid)
        copy_to_user(t->set_child_tid, &t->tid, sizeof(s32));
    trap_return_hook();
}

/* Registers, floating point, mask and affinity of the caller. */
static void
copy_task(struct task *to, const struct clone_request *a)
{
    struct thread *self = current(), *t = to->thread;
    fp_save();
    *t->frame = *self->frame;
    t->frame->a0 = 0;
    if (a->stack)
        t->frame->sp = a->stack;
    if (a->flags & CLONE_SETTLS)
        t->frame->tp = a->tls;
    t->fp = self->fp;
    t->fp_used = self->fp_used;
    t->affinity = self->affinity;
    memcpy(t->name, self->name, sizeof(t->name));
    to->sig.mask = to->sig.saved_mask = current_task()->sig.mask;
    if (!(a->flags & CLONE_VM) || a->flags & CLONE_VFORK) /* sigaltstack(2) */
        to->sig.alt = current_task()->sig.alt;
    if (a->flags & CLONE_CHILD_CLEARTID)
        to->clear_child_tid = a->child_tid;
    if (a->flags & CLONE_CHILD_SETTID)
        to->set_child_tid = a->child_tid;
}

static void
report_tid(const struct clone_request *a, int tid)
{
    if (a->flags & CLONE_PARENT_SETTID)
        copy_to_user(a->parent_tid, &tid, sizeof(s32));
}

/* A new task must not escape what is on its way to this one: a signal to the group, the end of the
 * process, an exec. It is taken first, and then the call is made again. process_lock held. */
static int
may_publish(void)
{
    return interrupted() ? -ERESTARTNOINTR : 0;
}

static s64
clone_thread(const struct clone_request *a)
{
    struct process *p = current_process();
    struct task *t = task_create(p, child_entry);
    if (!t)
        return -EAGAIN;
    copy_task(t, a);
    t->thread->space = p->space;
    spin_lock(&process_lock);
    int tid = may_publish();
    if (!tid)
        tid = task_publish(t);
    if (tid > 0)
        list_add_tail(&p->tasks, &t->link);
    spin_unlock(&process_lock);
    if (tid < 0) {
        task_free(t);
        return tid;
    }
    report_tid(a, tid);
    thread_start(t->thread);
    return tid;
}

/* What the new process shares or copies. -ENOMEM leaves it for drop_resources. */
static int
share_resources(struct process *p, const struct clone_request *a)
{
    struct process *self = current_process();
    if (a->flags & CLONE_VM)
        space_get(p->space = self->space);
    else if (!(p->space = space_fork(self->space)))
        return -ENOMEM;
    if (a->flags & CLONE_FILES)
        files_get(p->files = self->files);
    else if (!(p->files = files_copy(self->files)))
        return -ENOMEM;
    if (a->flags & CLONE_FS)
        fsinfo_get(p->fsinfo = self->fsinfo);
    else if (!(p->fsinfo = fsinfo_copy(self->fsinfo)))
        return -ENOMEM;
    signals_copy(&p->sig, &self->sig, a->flags & CLONE_CLEAR_SIGHAND);
    if (self->exe)
        file_get(p->exe = self->exe);
    memcpy(p->name, self->name, sizeof(p->name));
    memcpy(p->rlimit, self->rlimit, sizeof(p->rlimit));
    p->open_limit = self->open_limit;
    p->exit_signal = a->flags & CLONE_PARENT ? self->exit_signal : (int)a->exit_signal;
    return 0;
}

void
process_drop_resources(struct process *p)
{
    spin_lock(&process_lock); /* under it /proc takes its references */
    struct files *files = p->files;
    struct fsinfo *fsinfo = p->fsinfo;
    struct file *exe = p->exe;
    struct space *space = p->space;
    p->files = NULL;
    p->fsinfo = NULL;
    p->exe = NULL;
    p->space = NULL;
    spin_unlock(&process_lock);
    files_put(files);
    fsinfo_put(fsinfo);
    file_put(exe);
    if (space)
        space_put(space);
}

void
vfork_release(struct process *p)
{
    spin_lock(&process_lock);
    struct vfork *v = p->vfork;
    p->vfork = NULL;
    if (v) {
        v->done = true;
        wake_all(&v->queue);
    }
    spin_unlock(&process_lock);
}

/* Sleeps until the child has its own space or is gone. Signals stay pending meanwhile; only the end
 * of this task breaks the wait, and then the record on this stack must go first. */
static void
vfork_wait(struct vfork *v, int pid)
{
    struct waiter w;
    wait_enter(&w, &v->queue);
    for (;;) {
        thread_announce(THREAD_BLOCKED);
        spin_lock(&process_lock);
        struct process *child = process_find(pid);
        bool give_up = task_must_end();
        if (give_up && child && child->vfork == v)
            child->vfork = NULL;
        bool done = v->done || give_up;
        spin_unlock(&process_lock);
        if (done)
            break;
        schedule();
    }
    wait_leave(&w);
}

static s64
clone_process(const struct clone_request *a)
{
    struct process *p = process_create(child_entry), *self = current_process();
    if (!p)
        return -ENOMEM;
    struct task *t = list_first(&p->tasks, struct task, link);
    int err = share_resources(p, a);
    if (err) {
        process_drop_resources(p);
        process_free(p);
        return err;
    }
    copy_task(t, a);
    t->thread->space = p->space;
    struct vfork vfork = { .done = false };
    waitqueue_init(&vfork.queue);
    if (a->flags & CLONE_VFORK)
        p->vfork = &vfork;
    spin_lock(&process_lock);
    p->parent = a->flags & CLONE_PARENT ? self->parent : self;
    p->pgrp = self->pgrp;
    p->session = self->session;
    int pid = may_publish();
    if (!pid)
        pid = process_publish(p);
    spin_unlock(&process_lock);
    if (pid < 0) {
        process_drop_resources(p);
        process_free(p);
        return pid;
    }
    report_tid(a, pid);
    thread_start(t->thread);
    if (a->flags & CLONE_VFORK)
        vfork_wait(&vfork, pid);
    return pid;
}

s64
process_clone(const struct clone_request *a)
{
    int err = check_flags(a);
    if (err)
        return err;
    return a->flags & CLONE_THREAD ? clone_thread(a) : clone_process(a);
}
