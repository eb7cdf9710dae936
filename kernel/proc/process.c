/* process.c - the tables of processes and tasks, and how their records are made and freed.
 *
 * Two lists under process_lock: all processes, and each process' tasks. A search walks them: with
 * hundreds of processes that is cheaper to read than a hash and costs little. See process.h. */

#include "proc/process.h"
#include <asm/errno.h>
#include <asm/signal.h>
#include "dev/device.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"

#define PID_LIMIT 32768
#define RECORDS   (PID_LIMIT / 4) /* a process keeps up to three numbers busy */

struct spinlock process_lock = SPINLOCK_INIT("process tree");
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

/* A pid also names a group and a session as long as one member lives. */
static bool
number_in_use(int pid)
{
    struct process *p;
    for_each_process (p)
        if (p->pid == pid || p->pgrp == pid || p->session == pid)
            return true;
    return task_find(pid) != NULL;
}

static u32 records; /* processes and tasks, each counted; under process_lock */

static int
pid_allocate(void)
{
    static int last;
    if (records >= RECORDS)
        return -EAGAIN;
    do
        last = last + 1 < PID_LIMIT ? last + 1 : 2;
    while (number_in_use(last));
    return last;
}

struct task *
task_create(struct process *p, void (*entry)(void))
{
    struct task *t = kzalloc(sizeof(*t));
    if (!t)
        return NULL;
    t->thread = thread_create(p->name, entry);
    if (!t->thread) {
        kfree(t);
        return NULL;
    }
    list_init(&t->sig.pending.queue);
    t->process = p;
    t->thread->user = t;
    t->thread->process = p;
    list_init(&t->link);
    return t;
}

void
task_free(struct task *t)
{
    thread_free(t->thread);
    kfree(t);
}

struct process *
process_create(void (*entry)(void))
{
    struct process *p = kzalloc(sizeof(*p));
    if (!p)
        return NULL;
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->tasks);
    list_init(&p->all_link);
    waitqueue_init(&p->child_events);
    waitqueue_init(&p->exec_wait);
    list_init(&p->sig.pending.queue);
    waitqueue_init(&p->sig.waiters);
    struct task *t = task_create(p, entry);
    if (!t) {
        kfree(p);
        return NULL;
    }
    list_add_tail(&p->tasks, &t->link);
    timer_init(&p->alarm, process_alarm);
    p->start_ticks = rdtime();
    return p;
}

void
process_free(struct process *p)
{
    struct task *t, *next;
    list_for_each_safe (t, next, &p->tasks, link)
        task_free(t);
    pending_forget(&p->sig.pending, ~0UL);
    kfree(p);
}

int
task_publish(struct task *t)
{
    int tid = pid_allocate();
    if (tid < 0)
        return tid;
    t->tid = tid;
    t->process->live_tasks++;
    records++;
    return tid;
}

bool
task_withdraw(struct task *t)
{
    list_remove(&t->link);
    records--;
    return --t->process->live_tasks == 0;
}

int
process_publish(struct process *p)
{
    int pid = task_publish(list_first(&p->tasks, struct task, link));
    if (pid < 0)
        return pid;
    p->pid = pid;
    records++;
    list_add_tail(&all_processes, &p->all_link);
    if (p->parent)
        list_add_tail(&p->parent->children, &p->sibling);
    return pid;
}

void
process_reap(struct process *p)
{
    records--;
    list_remove(&p->all_link);
    list_remove(&p->sibling);
    process_free(p);
}

u64
process_run_ticks(struct process *p)
{
    spin_lock(&process_lock);
    u64 ticks = p->dead_ticks;
    struct task *t;
    for_each_task (t, p)
        ticks += thread_run_ticks(t->thread);
    spin_unlock(&process_lock);
    return ticks;
}

/* --- process 1 ------------------------------------------------------------------------------- */

static const char *init_path;

static void
init_entry(void)
{
    s64 err = process_exec(init_path, EXEC_NO_VECTORS, 0);
    if (err)
        panic("cannot start %s: error %ld. Is it in the initrd?", init_path, -err);
    trap_return_hook();
}

void
process_start_init(const char *path)
{
    init_path = path;
    struct process *p = process_create(init_entry);
    if (!p || !(p->files = files_create()) || !(p->fsinfo = fsinfo_create()))
        panic("no memory for process 1");
    p->exit_signal = SIGCHLD;
    for (u32 i = 0; i < RLIM_NLIMITS; i++)
        p->rlimit[i] = (struct rlimit64){ RLIM64_INFINITY, RLIM64_INFINITY };
    p->rlimit[RLIMIT_STACK].rlim_cur = 8UL << 20;
    p->rlimit[RLIMIT_CORE].rlim_cur = 0;
    p->rlimit[RLIMIT_NOFILE] = (struct rlimit64){ MAX_FDS, MAX_FDS };
    p->open_limit = MAX_FDS;
    spin_lock(&process_lock);
    process_publish(p);
    p->pgrp = p->session = p->pid;
    spin_unlock(&process_lock);
    thread_start(list_first(&p->tasks, struct task, link)->thread);
}
