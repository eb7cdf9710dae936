/* process.h - processes and their tasks: what user space calls pid and tid.
 *
 * A process is what threads share: space, files, signal actions, a place in the tree. A task is one
 * thread of it as user space sees it: tid, signal mask, clear-child-tid. Locks: `process_lock`
 * guards the tree, pid tables, states, exit statuses and signals (outermost of all). */
#pragma once

#include <linux/resource.h>
#include "fs/vfs.h"
#include "mm/space.h"
#include "proc/signal.h"
#include "sched/wait.h"
#include "time/timer.h"

struct process {
    struct fs_owner; /* pid, pgrp, session, open_limit, files, fsinfo (-fms-extensions) */
    struct process *parent;
    struct list children, sibling; /* under process_lock */
    struct list all_link;
    struct list tasks;      /* struct task.link, under process_lock */
    u32 live_tasks;         /* tasks that have not begun to end */
    bool exiting;           /* exit_group or a fatal signal: all tasks must end */
    struct task *exec_task; /* execs: all other tasks must end */
    bool zombie;
    int exit_status; /* wait status word, as wait4 reports it */
    bool stop_reported, cont_pending;
    int stop_signal;               /* != 0: stopped by it */
    struct waitqueue child_events; /* woken when a child changes state */
    struct waitqueue exec_wait;    /* exec waits here until it is the only task */
    bool did_exec;                 /* its parent may not move it to another group any more */
    struct vfork *vfork;           /* whom to tell when our space is no longer the parent's */

    struct space *space;
    struct signals sig; /* actions, shared pending */
    char name[16];      /* comm */
    struct file *exe;
    int exit_signal; /* to the parent; SIGCHLD, or 0 */
    u64 start_ticks;
    u64 dead_ticks;  /* run time of tasks that have ended */
    u64 child_ticks; /* and of children that were waited for */
    struct rlimit64
        rlimit[RLIM_NLIMITS]; /* STACK is obeyed; open_limit is NOFILE; under process_lock */
    struct timer alarm;       /* setitimer(ITIMER_REAL) */
    u64 alarm_interval_ticks;
};

struct task {
    int tid;
    struct list link;
    struct process *process;
    struct thread *thread;
    struct task_signals sig; /* mask, private pending, alternate stack */
    u64 clear_child_tid;     /* user address, 0: none */
    u64 set_child_tid;       /* the same; written once, at the start */
    u64 robust_list;         /* user address, 0: none */
};

extern struct spinlock process_lock;

static inline struct task *
current_task(void)
{
    return (struct task *)current()->user;
}

static inline struct process *
current_process(void)
{
    return current()->process;
}

/* The process or task with this number, NULL if none. Call with process_lock held. */
struct process *process_find(int pid);
struct task *task_find(int tid);

/* A parent that waits, on its own stack, for a vfork child to exec or exit. */
struct vfork {
    struct waitqueue queue;
    bool done;
};
void vfork_release(struct process *p);

/* Fills process_view, registers the files of /proc/PID; then starts process 1 from `path`. When it
 * ends, the machine powers off with its status. */
void process_init(void);
void process_start_init(const char *path);

/* A new process with one new task whose thread begins in `entry`; not yet in any list, no space, no
 * files. NULL without memory. */
struct process *process_create(void (*entry)(void));
/* One more task for p (its list, under process_lock, is the caller's). NULL without memory. */
struct task *task_create(struct process *p, void (*entry)(void));
void task_free(struct task *t);
/* Frees what process_create made, for failures on the way and for the reaped. */
void process_free(struct process *p);
/* Into the tables: from here on it is found. The number, or -EAGAIN when there are too many.
 * process_lock held. */
int process_publish(struct process *p);
int task_publish(struct task *t);
/* Out of its process' list: true if it was the last. process_lock held. */
bool task_withdraw(struct task *t);

/* Every process, zombies included; every task of one. process_lock held. */
extern struct list all_processes;
#define for_each_process(p) list_for_each (p, &all_processes, all_link)
#define for_each_task(t, p) list_for_each (t, &(p)->tasks, link)

/* Gives back space, files and the like; harmless when done already. */
void process_drop_resources(struct process *p);
/* Forgets a zombie for good. process_lock held. */
void process_reap(struct process *p);
/* Memory is exhausted: sees to it that some comes back, by SIGKILL for the process with the most of
 * it if none is on its way, and lets others run. The current process may be it (proc/oom.c). */
void process_make_memory(void);
/* Every task of p is to end, the process with this wait status. process_lock held. */
void process_kill_tasks(struct process *p, int status);

/* How a new thread enters user space: floor 9 hands down trap_return. */
extern void (*trap_return_hook)(void);

/* Makes every other task of the current process end and waits until they have. 0, or -EINTR if the
 * whole process is ending. */
int process_become_single(void);

/* What p->alarm does when it fires: SIGALRM (signal.c). */
void process_alarm(struct timer *t);

/* Must the current task end on its way to user space: its process does, or another task execs? */
bool task_must_end(void);

/* The current task goes from its memory, by its end or by exec: locks it holds are marked
 * (futex.c), and who joins it is told. */
void task_leave_memory(struct task *t);
void robust_list_exit(struct task *t);

/* Child state has changed: signals the parent and wakes its waits. process_lock held. */
void process_notify_parent(struct process *p, int code, int status);

/* clone(2) in Linux's riscv64 argument meaning. Returns the new tid or -errno. */
struct clone_request {
    u64 flags, exit_signal, stack, parent_tid, child_tid, tls;
};
s64 process_clone(const struct clone_request *a);

/* Replaces the current program by the file at `path`. argv and envp are user addresses of pointer
 * vectors; EXEC_NO_VECTORS for argv: argv = { path }, no environment (init). On success 0, and the
 * trapframe is the new program's; on an error (execve(2)) the old program lives on. */
#define EXEC_NO_VECTORS (~0UL)
s64 process_exec(const char *path, u64 user_argv, u64 user_envp);

/* Time all tasks of p, ended ones too, have had a hart; timebase ticks. */
u64 process_run_ticks(struct process *p);

/* Ends the calling task / the whole process with this wait status word. */
noreturn void task_exit(int status);
noreturn void process_exit_group(int status);

/* wait4/waitid; see proc/wait.c. */
struct wait_result {
    int pid, status, uid;
    u64 run_ticks;
};
s64 process_wait(int which, int id, u32 options, struct wait_result *r);
