/* process.c - the tables of processes and tasks, and how both begin: clone(2), and process 1.
 *
 * Two lists under process_lock: all processes, and each process' tasks. A search walks them: with
 * hundreds of processes that is cheaper to read than a hash and costs little.
 *
 * fork, vfork and threads are one call. A new task starts in user space with its maker's registers,
 * but for a0 = 0, and sp and tp when asked. Flags that ask for what this kernel does not have
 * (namespaces, pidfd, a sister) are refused. Not here: how they end (exit.c). */

#include "proc/process.h"
#include <asm/signal.h>
#include <linux/sched.h>
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/annex.h"
#include "sched/fp.h"

/* Numbers are below PID_LIMIT. There are so many processes and tasks at most (RECORDS) that a free
 * number is always found: a process keeps up to three of them busy. */
#define PID_LIMIT 32768
#define RECORDS   (PID_LIMIT / 4)

/* What clone accepts. Libcs send the last four (DETACHED to PTRACE), which mean nothing here. */
#define KNOWN_FLAGS                                                                                \
    (CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK | CLONE_THREAD |    \
     CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |                   \
     CLONE_CHILD_SETTID | CLONE_DETACHED | CLONE_UNTRACED | CLONE_IO | CLONE_PTRACE)

struct spinlock process_lock = SPINLOCK_INIT("process tree");
void (*trap_return_hook)(void);
struct list all_processes = LIST_INIT(all_processes);

struct process *
process_find(int pid)
{
    struct process *p;
    for_each_process (p)
        if (p->pid == pid)
            return p;
    return NULL;
}

struct task *
task_find(int tid)
{
    struct process *p;
    struct task *t;
    for_each_process (p)
        for_each_task (t, p)
            if (t->tid == tid)
                return t;
    return NULL;
}

u64
process_run_ticks(struct process *p)
{
    struct task *t;
    u64 ticks = p->dead_ticks;
    for_each_task (t, p)
        ticks += thread_run_ticks(t->thread);
    return ticks;
}

/* A pid also names a group and a session as long as one member lives: a new process with that
 * number would find itself their leader. */
static bool
number_in_use(int number)
{
    struct process *p;
    for_each_process (p)
        if (p->pid == number || p->pgrp == number || p->session == number)
            return true;
    for_each_annex (annex)
        if (annex->keeps_number && annex->keeps_number(number))
            return true;
    return task_find(number) != NULL;
}

/* Enters a task into the tables: from here on it is found, and signals reach it. A process gets in
 * with its first task, and has its number. That number, or -EAGAIN when there are too many.
 * process_lock held. */
static int
publish(struct task *t)
{
    static int last; /* numbers go round, so that a dead one is not soon another's */
    static u32 last_serial;
    struct process *p = t->process, *other;
    u32 records = 0;
    for_each_process (other)
        records += 1 + other->live_tasks;
    if (records >= RECORDS)
        return -EAGAIN;
    do
        last = last + 1 < PID_LIMIT ? last + 1 : 2;
    while (number_in_use(last));
    t->tid = last;
    list_add_tail(&p->tasks, &t->link);
    if (p->live_tasks == 0) {
        p->pid = last;
        p->serial = ++last_serial;
        list_add_tail(&all_processes, &p->all_link);
    }
    p->live_tasks++;
    return last;
}

/* A process without a task, in no list; NULL without memory. */
static struct process *
process_create(void)
{
    struct process *p = kzalloc(sizeof(*p));
    if (!p)
        return NULL;
    list_init(&p->tasks);
    waitqueue_init(&p->events);
    list_init(&p->sig.pending.queue);
    waitqueue_init(&p->sig.waiters);
    timer_init(&p->alarm, process_alarm);
    p->start_ticks = rdtime();
    return p;
}

/* A task of p; its thread stands where `entry` leads, not started. NULL without memory. */
static struct task *
task_create(struct process *p, void (*entry)(void))
{
    struct task *t = kzalloc(sizeof(*t));
    if (!t)
        return NULL;
    t->thread = thread_create(current()->name, entry);
    if (!t->thread) {
        kfree(t);
        return NULL;
    }
    list_init(&t->sig.pending.queue);
    t->process = t->thread->process = p;
    t->thread->user = t;
    return t;
}

/* --- clone ----------------------------------------------------------------------------------- */

/* A child that shares or copies what the current process has; what there was no memory for stays
 * NULL in it. */
static struct process *
process_copy(u32 flags)
{
    struct process *self = current_process(), *p = process_create();
    if (!p)
        return NULL;
    p->space = flags & CLONE_VM ? space_get(self->space) : space_fork(self->space);
    p->files = flags & CLONE_FILES ? ref_get(self->files) : files_create();
    if (p->files && !(flags & CLONE_FILES))
        files_copy(p->files, self->files, false);
    p->fsinfo = flags & CLONE_FS ? ref_get(self->fsinfo) : fsinfo_copy(self->fsinfo);
    p->exe = file_get(self->exe);
    spin_guard(&process_lock); /* another thread may be changing actions and limits */
    memcpy(p->sig.action, self->sig.action, sizeof(p->sig.action));
    memcpy(p->name, self->name, sizeof(p->name));
    memcpy(p->rlimit, self->rlimit, sizeof(p->rlimit));
    p->open_limit = self->open_limit;
    p->exit_signal = (int)(flags & CSIGNAL);
    p->vfork_task = flags & CLONE_VFORK ? current_task() : NULL;
    p->parent = self;
    return p;
}

/* A task for p with registers, floating point, mask and affinity of the caller. */
static struct task *
task_copy(struct process *p, u32 flags, u64 stack, u64 tls, u64 child_tid)
{
    struct task *self = current_task(), *to = task_create(p, trap_return_hook);
    if (!to)
        return NULL;
    struct thread *t = to->thread;
    fp_save(); /* what is still in this hart's registers */
    *t->frame = *self->thread->frame;
    t->frame->a0 = 0;
    if (stack)
        t->frame->sp = stack;
    if (flags & CLONE_SETTLS)
        t->frame->tp = tls;
    t->fp = self->thread->fp;
    t->fp_used = self->thread->fp_used;
    t->affinity = self->thread->affinity;
    t->space = p->space;
    to->sig.mask = to->sig.saved_mask = self->sig.mask;
    to->personality = self->personality;
    /* Two threads cannot stand on one alternate stack (sigaltstack(2)). */
    if (!(flags & CLONE_VM) || flags & CLONE_VFORK)
        to->sig.alt = self->sig.alt;
    to->clear_child_tid = flags & CLONE_CHILD_CLEARTID ? child_tid : 0;
    return to;
}

/* Takes back what was made and never published; t may be NULL. */
static void
discard(struct process *p, struct task *t)
{
    if (t)
        thread_free(t->thread);
    kfree(t);
    if (p == current_process())
        return;
    process_drop_resources(p);
    kfree(p);
}

/* Step 1 of clone: the new task, of the current process if it is a thread, else of a child. Nobody
 * else knows it. NULL without memory. */
static struct task *
make(u32 flags, u64 stack, u64 tls, u64 child_tid)
{
    struct process *p = flags & CLONE_THREAD ? current_process() : process_copy(flags);
    struct task *t = NULL;
    if (p && p->space && p->files && p->fsinfo)
        t = task_copy(p, flags, stack, tls, child_tid);
    if (p && !t)
        discard(p, NULL);
    return t;
}

/* Step 2: it enters the tables. It must not escape what is on its way to the current task: a signal
 * to the group, even if another task has been chosen for it, the end of the process, an exec. That
 * is taken first, and then the call is made again. Its number, -EAGAIN, or -ERESTARTNOINTR. */
static int
publish_copy(struct task *t)
{
    struct process *self = current_process();
    spin_guard(&process_lock);
    t->process->pgrp = self->pgrp;
    t->process->session = self->session;
    if (self->sig.pending.set & ~current_task()->sig.mask)
        task_prod(current_task());
    return interrupted() ? -ERESTARTNOINTR : publish(t);
}

/* Has the child a space of its own, or gone? Signals stay pending meanwhile; only the end of the
 * current task breaks the wait, too. The child points at this task and nobody else does, so another
 * process that has got its number is not taken for it. */
static bool
vfork_is_over(int pid)
{
    spin_guard(&process_lock);
    struct process *child = process_find(pid);
    return !child || child->zombie || child->vfork_task != current_task() || ending();
}

s64
process_clone(u32 flags, u64 stack, u64 parent_tid, u64 tls, u64 child_tid)
{
    bool is_thread = flags & CLONE_THREAD, shares_actions = flags & CLONE_SIGHAND;
    if (flags & ~(u32)KNOWN_FLAGS || (flags & CSIGNAL) > SIGNALS ||
        (is_thread && !shares_actions) || (shares_actions && !(flags & CLONE_VM)))
        return -EINVAL;
    struct task *t = make(flags, stack, tls, child_tid);
    if (!t)
        return -ENOMEM;
    /* The pages of the two words come now: nobody may wait for memory between step 2 and step 3,
     * for it may be the child that is chosen to die, and that has to start first. */
    if (flags & CLONE_PARENT_SETTID)
        fault_in(space_current(), parent_tid, AREA_WRITE);
    if (flags & CLONE_CHILD_SETTID)
        fault_in(t->process->space, child_tid, AREA_WRITE);
    int tid = publish_copy(t);
    if (tid < 0) {
        discard(t->process, t);
        return tid;
    }
    /* Step 3: it starts. The words come first, for it may look at them, or end and be gone. A bad
     * address is no error any more (Linux, kernel/fork.c). */
    if (flags & CLONE_PARENT_SETTID)
        copy_to_space(space_current(), parent_tid, &tid, sizeof(s32));
    if (flags & CLONE_CHILD_SETTID)
        copy_to_space(t->process->space, child_tid, &tid, sizeof(s32));
    thread_start(t->thread);
    if (flags & CLONE_VFORK)
        WAIT_BLOCKED(&current_process()->events, vfork_is_over(tid));
    return tid;
}

/* --- process 1 ------------------------------------------------------------------------------- */

/* It starts as a kernel thread with files and no space, and execs. Everything else is its child or
 * its child's. */
static const char *init_path;

static void
init_entry(void)
{
    s64 err = process_exec(init_path, 0, 0);
    if (err)
        panic("cannot start %s: error %ld. Is it in the initrd?", init_path, -err);
    trap_return_hook();
}

void
process_start_init(const char *path)
{
    struct process *p = process_create();
    struct task *t = p ? task_create(p, init_entry) : NULL;
    if (!t)
        panic("no memory for process 1");
    p->files = files_create();
    p->fsinfo = fsinfo_copy(fs_current()->fsinfo);
    if (!p->files || !p->fsinfo)
        panic("no memory for process 1");
    init_path = path;
    p->exit_signal = SIGCHLD;
    for (u32 i = 0; i < RLIM_NLIMITS; i++)
        p->rlimit[i] = (struct rlimit64){ RLIM64_INFINITY, RLIM64_INFINITY };
    p->rlimit[RLIMIT_STACK].rlim_cur = 8UL << 20;
    p->rlimit[RLIMIT_CORE].rlim_cur = 0;
    p->rlimit[RLIMIT_NOFILE] = (struct rlimit64){ MAX_FDS, MAX_FDS };
    p->open_limit = MAX_FDS;
    spin_lock(&process_lock);
    p->pgrp = p->session = publish(t);
    spin_unlock(&process_lock);
    thread_start(t->thread);
}
