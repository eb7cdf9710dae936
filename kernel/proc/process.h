/* process.h - processes and their tasks: what user space calls pid and tid.
 *
 * A process is what threads share: space, files, signal actions, a place in the tree. A task is one
 * thread of it as user space sees it: tid, signal mask, clear-child-tid. Locks: `process_lock`
 * guards the tree, pid tables, states and exit statuses (outermost of all); each process' `sig.lock`
 * guards its signals. */
#pragma once

#include "fs/vfs.h"
#include "mm/space.h"
#include "proc/signal.h"
#include "sched/wait.h"

struct process {
    int pid, pgrp, session;
    struct process *parent;
    struct list children, sibling; /* under process_lock */
    struct list all_link;
    struct list tasks;             /* struct task.link, under process_lock */
    u32 live_tasks;                /* tasks that have not begun to end */
    bool exiting;                  /* exit_group or a fatal signal: all tasks must end */
    bool zombie;
    int exit_status;               /* wait status word, as wait4 reports it */
    bool stop_reported, cont_pending;
    int stop_signal;               /* != 0: stopped by it */
    struct waitqueue child_events; /* woken when a child changes state */
    struct waitqueue exec_wait;    /* exec waits here until it is the only task; vfork too */
    struct process *vfork_parent;
    bool did_exec;

    struct space *space;
    struct files *files;
    struct fsinfo *fsinfo;
    struct signals sig;            /* actions, shared pending */
    char name[16];                 /* comm */
    struct file *exe;
    int exit_signal;               /* to the parent; SIGCHLD, or 0 */
    u64 start_ticks;
    u64 child_user_ticks, child_kernel_ticks, dead_user_ticks, dead_kernel_ticks;
    u64 rlimit_stack, rlimit_nofile;
};

struct task {
    int tid;
    struct list link;
    struct process *process;
    struct thread *thread;
    struct task_signals sig;       /* mask, private pending, alternate stack */
    u64 clear_child_tid;           /* user address, 0: none */
    u64 robust_list;
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

/* Starts init from the initrd. */
void process_start_init(const char *path, const char *args);
void process_init(void);

/* clone(2) in Linux's riscv64 argument meaning. Returns the new tid or -errno. */
struct clone_args {
    u64 flags, exit_signal, stack, parent_tid, child_tid, tls;
};
s64 process_clone(const struct clone_args *a);

/* Replaces the current program. On success returns 0 and the trapframe is the new program's. */
s64 process_exec(struct file *f, const char *path, u64 user_argv, u64 user_envp);

/* Ends the calling task / the whole process with this wait status word. */
noreturn void task_exit(int status);
noreturn void process_exit_group(int status);

/* wait4/waitid; see proc/wait.c. */
struct wait_result {
    int pid, status, uid;
    u64 user_ticks, kernel_ticks;
};
s64 process_wait(int which, int id, u32 options, struct wait_result *r);
