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
    struct list all_link;    /* in all_processes */
    struct list tasks;       /* struct task.link */
    u32 live_tasks;          /* tasks that have not begun to end */
    bool exiting;            /* exit_group or a fatal signal: all tasks must end */
    struct task *exec_task;  /* execs: all other tasks must end */
    bool zombie;             /* holds its status, and no more than that */
    int exit_status;         /* wait status word, as wait4 reports it */
    int report;              /* the word for who waits next; while we live, 0 is none */
    int stop_signal;         /* != 0: stopped by it */
    struct waitqueue events; /* woken when a child changes state, or a task has ended */
    bool did_exec;           /* its parent may not move it to another group any more */
    struct task *vfork_task; /* of the parent: waits until our space is no longer its own */

    struct space *space;
    struct signals sig; /* actions, shared pending */
    char name[16];      /* comm */
    struct file *exe;
    int exit_signal; /* to the parent; SIGCHLD, or 0 */
    u64 start_ticks;
    u64 dead_ticks;                       /* run time of tasks that have ended */
    u64 child_ticks;                      /* and of children that were waited for */
    struct rlimit64 rlimit[RLIM_NLIMITS]; /* under process_lock. STACK and NOFILE are obeyed */
    struct timer alarm;                   /* setitimer(ITIMER_REAL) */
    u64 alarm_interval_ticks;
};

/* What user space calls a thread. Its record goes with its end; the thread's own a little later. */
struct task {
    int tid;
    struct list link;
    struct process *process;
    struct thread *thread;
    struct task_signals sig; /* mask, private pending, alternate stack */
    u64 clear_child_tid;     /* user address, 0: none */
    u64 robust_list;         /* user address, 0: none */
    u32 personality;         /* personality(2); an exec obeys ADDR_NO_RANDOMIZE, nobody the rest */
};

/* Outermost of all locks; held while a process or a task is found and used, for either may end at
 * any time. The current ones stay by themselves. */
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

/* --- the tables: process.c. process_lock held ------------------------------------------------- */

/* Every process, zombies included; every task of one. */
extern struct list all_processes;
#define for_each_process(p) list_for_each (p, &all_processes, all_link)
#define for_each_task(t, p) list_for_each (t, &(p)->tasks, link)

/* The process with this pid, NULL if there is none. */
struct process *process_find(int pid);
/* The task with this tid, NULL if there is none. */
struct task *task_find(int tid);

/* Time all tasks of p, ended ones too, have had a hart; timebase ticks. */
u64 process_run_ticks(struct process *p);

/* --- the beginning: process.c, exec.c; view.c and report.c ------------------------------------ */

/* How a new thread enters user space: trap/ hands down trap_return. */
extern void (*trap_return_hook)(void);

/* Hands down to fs and to the panic what they ask about processes. Once, at boot. */
void process_init(void);
/* The files of /proc/PID, for that. */
extern const struct proc_entry report_entries[];

/* Starts process 1 from `path`. When it ends, the machine powers off with its status. */
void process_start_init(const char *path);

/* clone(2) in Linux's riscv64 form: tls before child_tid. The low byte of the flags is the signal
 * for the parent at the end. User addresses are written if the flags say so. Returns the new tid,
 * or -EINVAL, -ENOMEM, -EAGAIN (too many), -ERESTARTNOINTR (a signal is to be taken first). With
 * CLONE_VFORK it returns when the child has exec'd or ended. */
s64 process_clone(u32 flags, u64 stack, u64 parent_tid, u64 tls, u64 child_tid);

/* Replaces the current program by the file at `path`. argv and envp are user addresses of pointer
 * vectors, 0: none. Where there is no old program (init), argv = { path }. On success 0, and the
 * trapframe is the new program's; on an error (execve(2)) the old program lives on. */
s64 process_exec(const char *path, u64 user_argv, u64 user_envp);

/* --- the end: exit.c -------------------------------------------------------------------------- */

/* Ends the calling task; its process ends with this wait status word if it was the last. */
noreturn void task_exit(int status);
/* Ends all tasks of the calling process, which ends with this wait status word. */
noreturn void process_exit_group(int status);

/* Every task of p is to end, the process with this wait status. process_lock held. */
void process_kill_tasks(struct process *p, int status);
/* Makes every other task of the current process end and waits until they have. 0, or -EINTR if the
 * whole process is ending. */
int process_become_single(void);

/* The current task goes from its memory, by its end or by exec: locks it holds are marked, and who
 * joins it is told. */
void task_leave_memory(struct task *t);
/* The first half of that: the locks (futex.c). */
void robust_list_exit(struct task *t);

/* Gives back space, files and the like; NULL is allowed for each. Once, and then nobody of the
 * process uses them. */
void process_drop_resources(struct process *p);
/* Forgets a zombie for good. process_lock held. */
void process_reap(struct process *p);

/* Memory is exhausted, and a page is needed: sees to it that some comes back, by SIGKILL for the
 * process with the most of it if none is on its way out, and lets others run: true. The current
 * process may be it. False: the current task is to end, and gives up what needs the page. */
bool process_make_memory(void);

/* --- news for the parent: wait.c -------------------------------------------------------------- */

/* Wait status words of a process that has not ended. */
#define WAIT_STOPPED(signo) ((signo) << 8 | 0x7f)
#define WAIT_CONTINUED      0xffff
/* The process has come to this status: signals the parent and wakes its waits. process_lock
 * held. */
void process_notify_parent(struct process *p, int status);

struct wait_result {
    int status; /* the word of wait4 */
    struct sig_info info;
    u64 run_ticks;
};
/* Waits for a child: `which` P_ALL, P_PID or P_PGID, options of waitid. Its pid and *r; 0 if none
 * has anything to tell (WNOHANG); -ECHILD, -ERESTARTSYS. */
s64 process_wait(int which, int id, u32 options, struct wait_result *r);

/* --- the alarm: signal.c ---------------------------------------------------------------------- */

/* What p->alarm does when it fires: SIGALRM. */
void process_alarm(struct timer *t);
