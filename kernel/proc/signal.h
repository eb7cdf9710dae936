/* signal.h - signals: sent, pending, masked, delivered.
 *
 * Sending marks a signal pending (for a process or a task) and makes a task that can take it look
 * before its next return to user space. Taking it (signal_deliver) happens only there, on the task's
 * own hart: default action or a frame on the user's stack. Numbers and layouts are Linux's riscv64
 * (<asm/signal.h>, <asm/ucontext.h>); linux-abi: frame of 1088 bytes. */
#pragma once

#include "lib/spinlock.h"
#include "lib/types.h"
#include "sched/wait.h"

#define SIGNALS 64
typedef u64 sigset; /* bit n-1 is signal n */
#define SIG_BIT(n) (1UL << ((n)-1))

/* Linux's struct sigaction of riscv64: no restorer. */
struct sig_action {
    u64 handler, flags, mask;
};

/* The first 48 bytes of siginfo_t are all that anybody fills. */
struct sig_info {
    s32 signo, err, code, pad;
    union {
        struct { s32 pid, uid; u64 value; };             /* kill, tgkill, rt_sigqueue */
        struct { s32 pid_, uid_; s32 status; s32 pad_; u64 utime, stime; }; /* SIGCHLD */
        u64 addr;                                         /* faults */
        u64 raw[4];
    };
};
_Static_assert(sizeof(struct sig_info) == 48, "prefix of siginfo_t");

/* Pending signals: a set, and the information of each (one kept per number). */
struct sig_pending {
    sigset set;
    struct sig_info *info[SIGNALS]; /* NULL: none stored; kmalloc'd */
};

/* What all tasks of a process share. `lock` guards this and the task_signals of its tasks. */
struct signals {
    struct spinlock lock;
    struct sig_action action[SIGNALS];
    struct sig_pending pending;
    struct waitqueue waiters; /* rt_sigtimedwait, sigsuspend */
};

/* One task's own. */
struct task_signals {
    sigset mask;
    sigset saved_mask; /* to restore after sigsuspend, ppoll */
    bool restore_mask;
    struct sig_pending pending;
    u64 alt_sp, alt_size;
    u32 alt_flags;
};

struct process;
struct task;

/* Sends signal `signo` (0: only checks). `info` NULL: as from the kernel. 0 or -errno. The caller
 * holds process_lock, so that the target stays. */
int signal_send_process(struct process *p, int signo, const struct sig_info *info);
int signal_send_task(struct task *t, int signo, const struct sig_info *info);

/* A fault of the current task: cannot be blocked or ignored away. Called from trap/. */
void signal_fault(int signo, int code, u64 addr);

/* A page that the current task needs cannot be had: its process is killed, the kernel goes on. */
void signal_out_of_memory(void);

/* The last thing before user space when WORK_SIGNAL is set: takes signals until none is left. May
 * not return (default actions that end the process). */
void signal_deliver(void);

/* Sets the current task's mask (SIGKILL, SIGSTOP never blocked) and re-evaluates WORK_SIGNAL. */
void signal_set_mask(sigset mask);

/* exec: caught signals become default, alternate stack off. fork: copies actions / mask. */
void signal_exec(struct process *p);
void signals_init(struct signals *s);
void signals_copy(struct signals *to, const struct signals *from, bool clear_handlers);
void signals_drop(struct sig_pending *p);

/* A system call that was ended by a signal returns one of these; delivery decides (Linux's names
 * and numbers, never seen by user space). */
#define ERESTARTSYS           512 /* again, if the handler has SA_RESTART or there is none */
#define ERESTARTNOHAND        514 /* again only if no handler runs */
#define ERESTART_RESTARTBLOCK 516 /* through restart_syscall, with the time that is left */
