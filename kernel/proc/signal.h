/* signal.h - signals: sent, pending, masked, delivered.
 *
 * Sending marks a signal pending (for a process or a task) and makes a task that can take it look
 * before its next return to user space. Taking it (signal_deliver) happens only there, on its
 * own hart: default action or a frame on the user's stack. Numbers and layouts are Linux's riscv64
 * (<asm/signal.h>, <asm/ucontext.h>); linux-abi: frame of 1088 bytes. */
#pragma once

#include "lib/errno.h"
#include "lib/list.h"
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
        struct {
            s32 pid, uid;
            u64 value;
        }; /* kill, tgkill, rt_sigqueue */
        struct {
            s32 pid_, uid_;
            s32 status;
            s32 pad_;
            u64 utime, stime;
        };        /* SIGCHLD */
        u64 addr; /* faults */
        u64 raw[4];
    };
};
_Static_assert(sizeof(struct sig_info) == 48, "prefix of siginfo_t");

/* Pending signals: the set, and what came with each, oldest first. A number below 32 is kept once,
 * a real-time one as often as it was sent (signal(7)). */
struct sig_pending {
    sigset set;
    u32 count;
    struct list queue; /* struct sig_entry of pending.c */
};

/* What all tasks of a process share. `lock` guards this and the task_signals of its tasks. */
struct signals {
    struct spinlock lock;
    struct sig_action action[SIGNALS];
    struct sig_pending pending;
    struct waitqueue waiters; /* rt_sigtimedwait */
};

/* A sleep that a stop has interrupted, for restart_syscall(2). */
struct restart {
    s64 (*again)(struct restart *r);
    u64 addr, deadline_ticks, remaining_addr;
    u32 value, bitset;
};

/* One task's own. */
struct task_signals {
    sigset mask;
    sigset saved_mask; /* to restore after sigsuspend, ppoll */
    bool restore_mask;
    struct restart restart;
    struct sig_pending pending;
    u64 alt_sp, alt_size;
    u32 alt_flags; /* SS_AUTODISARM or 0 */
};

struct process;
struct task;

/* Sends signal `signo` (0: only checks). `info` NULL: as from the kernel. 0 or -errno. The caller
 * holds process_lock, so that the target stays. */
int signal_send_process(struct process *p, int signo, const struct sig_info *info);
int signal_send_task(struct task *t, int signo, const struct sig_info *info);

/* Sends to every process of the group, as the kernel. process_lock held. */
void signal_send_members(int pgrp, int signo);

/* After the current process has changed the action for signo: pending ones now ignored
 * are forgotten (sigaction(2)). */
void signal_forget_ignored(int signo);

/* A fault of the current task: cannot be blocked or ignored away. Called from trap/. */
void signal_fault(int signo, int code, u64 addr);

/* The last thing before user space when WORK_SIGNAL is set: takes signals until none is left. May
 * not return (default actions that end the process). */
void signal_deliver(void);

/* For ppoll and rt_sigsuspend: sets `mask` until the end of this call. If a handler runs, it sees
 * `mask`, and the old mask comes back when it returns; else delivery restores it. When the call
 * ends without a signal, signal_mask_restore() puts it back. */
void signal_mask_temporarily(sigset mask);
void signal_mask_restore(void);

/* `from` blocks or ends: what its process has pending is for the others, one of whom must look.
 * process_lock held. */
void signal_hand_over(const struct task *from);

/* Sets the current task's mask (SIGKILL, SIGSTOP never blocked) and re-evaluates WORK_SIGNAL. */
void signal_set_mask(sigset mask);

/* exec: caught signals become default, alternate stack off. fork: copies actions / mask. */
void signal_exec(struct process *p);
void signals_init(struct signals *s);
/* The next signal of the set that is pending for the current task, taken off; 0 if none. */
int signal_take(sigset wanted, struct sig_info *info);
/* Stops and continues; see stop.c. process_lock held. */
void process_stop(struct process *p, int signo);
void process_continue(struct process *p);
bool group_is_orphaned(const struct process *p);
void stop_here(void);
void signals_copy(struct signals *to, const struct signals *from, bool clear_handlers);

/* pending.c: adds, takes (the first that is in `wanted`; 0 if none), forgets. sig.lock held. */
void pending_init(struct sig_pending *p);
int pending_add(struct sig_pending *p, int signo, const struct sig_info *info);
int pending_take(struct sig_pending *p, sigset wanted, struct sig_info *info);
void pending_forget(struct sig_pending *p, sigset which);
void signals_drop(struct sig_pending *p); /* all of them; no lock needed: nobody else knows it */

/* True if user stack pointer `sp` lies on the task's alternate stack. */
bool on_alternate_stack(const struct task_signals *s, u64 sp);
/* sigaltstack(2)'s words: ss_flags as they are read with this sp; and a new stack. 0, -EINVAL,
 * -ENOMEM. */
u32 alternate_stack_flags(const struct task_signals *s, u64 sp);
int alternate_stack_set(struct task_signals *s, u64 sp, s32 flags, u64 size);

/* frame.c: builds the handler's frame on the user's stack, or -EFAULT; and rt_sigreturn's work. */
int frame_push(int signo, const struct sig_info *info, const struct sig_action *action);
s64 frame_pop(void);
