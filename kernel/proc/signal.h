/* signal.h - signals: sent, pending, masked, delivered.
 *
 * The life of a signal, one file a step:
 *   send   signal.c     marks it pending, for a process or a task, and makes a task look
 *   keep   pending.c    the set of those that are pending, and what came with each
 *   take   deliver.c    before user space goes on, on its own hart: default action or handler
 *   run    sigframe.c   the handler's frame on the user's stack, and the way back from it
 * group.c asks who could still continue a stopped group.
 *
 * Everything here is under process_lock, but for what only the task itself looks at. Numbers and
 * layouts are Linux's riscv64 (<asm/signal.h>, <asm/ucontext.h>). */
#pragma once

#include <linux/signal.h>
#include "lib/errno.h"
#include "lib/list.h"
#include "sched/wait.h"

#define SIGNALS 64
typedef u64 sigset; /* bit n-1 is signal n */
#define SIG_BIT(n) (1UL << ((n)-1))

/* The default actions; all other signals kill. */
#define STOPS (SIG_BIT(SIGSTOP) | SIG_BIT(SIGTSTP) | SIG_BIT(SIGTTIN) | SIG_BIT(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                                         \
    (SIG_BIT(SIGCHLD) | SIG_BIT(SIGCONT) | SIG_BIT(SIGURG) | SIG_BIT(SIGWINCH))

#define UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))

/* Linux's struct sigaction of riscv64: no restorer. */
struct sig_action {
    u64 handler, flags, mask;
};

/* The first 48 bytes of siginfo_t are all that anybody fills. */
struct sig_info {
    s32 signo, err, code, pad;
    union {
        struct {
            s32 pid, uid; /* of the sender; SIGCHLD: of the child */
            s32 status;   /* SIGCHLD; sigqueue(3)'s value lies here, too */
        };
        u64 addr; /* faults */
        u64 raw[4];
    };
};
_Static_assert(sizeof(struct sig_info) == 48, "prefix of siginfo_t");

/* Linux's stack_t: the alternate stack of sigaltstack(2). */
struct sig_stack {
    u64 sp;
    s32 flags, pad;
    u64 size;
};

/* Pending signals: the set, and what came with each, oldest first. A number below 32 is kept once,
 * a real-time one as often as it was sent (signal(7)). */
struct sig_pending {
    sigset set;
    u32 count;
    struct list queue;     /* struct sig_entry of pending.c */
    struct sig_info spare; /* of the last one that there was no memory to put in the queue */
};

/* What all tasks of a process share. One lock for all processes' signals is enough: every sender
 * looks its target up under it anyway. */
struct signals {
    struct sig_action action[SIGNALS];
    struct sig_pending pending;
    struct waitqueue waiters; /* rt_sigtimedwait */
};

/* A sleep that a stop has interrupted, for restart_syscall(2): again(arg) sleeps on. */
struct restart {
    s64 (*again)(const u64 *arg);
    u64 arg[5];
};

/* One task's own. The masks change by the task itself only, so it may read them without lock. */
struct task_signals {
    sigset mask;       /* in force */
    sigset saved_mask; /* the same, but during sigsuspend and ppoll: what comes back after them */
    struct restart restart;
    struct sig_pending pending;
    struct sig_stack alt; /* size 0: none; its flags are not kept */
};

struct process;
struct task;

/* --- send: signal.c --------------------------------------------------------------------------- */

/* Sends signal `signo` (0: only checks) to task t of p, or with t NULL to whichever task of p can
 * take it. `info` NULL: as from the kernel. 0, -EINVAL, or -EAGAIN when too many real-time signals
 * are queued. process_lock held, so that the target stays. */
int signal_send(struct process *p, struct task *t, int signo, const struct sig_info *info);

/* Sends to every process of the group; 0: to all but process 1 and the caller. 0, an error of
 * signal_send, or -ESRCH when there is none. process_lock held. */
int signal_send_members(int pgrp, int signo, const struct sig_info *info);

/* A fault of the current task: cannot be blocked or ignored away. Called from trap/. */
void signal_fault(int signo, int code, u64 addr);

/* Makes the task look before its next return to user space, and ends its wait if a signal may. */
void task_prod(struct task *t);

/* A task of p blocks signals or has ended: what is pending for the process is for the others, of
 * whom somebody must look. process_lock held. */
void signal_hand_over(struct process *p);

/* sigaction(2) for the current process: the old action, and a new one unless NULL. Pending signals
 * that are now ignored are forgotten. */
struct sig_action signal_set_action(int signo, const struct sig_action *wanted);

/* Sets the current task's mask (SIGKILL, SIGSTOP never blocked) and re-evaluates WORK_SIGNAL.
 * Temporarily, for ppoll and rt_sigsuspend: if a handler runs, it sees this mask, and saved_mask
 * comes back when it returns; else delivery restores it. A call that ends without a signal puts it
 * back itself. */
void signal_set_mask(sigset mask, bool temporarily);

/* For exec: handlers are gone with the old program, so all caught signals become default. What is
 * ignored stays so, but flags and masks go. */
void signals_reset(struct signals *s);

/* --- keep: pending.c. Under process_lock, unless nobody else knows `p` any more --------------- */

/* Adds a signal. 0, or -EAGAIN for a real-time one that there is no room for. */
int pending_add(struct sig_pending *p, int signo, const struct sig_info *info);
/* Takes off the first that is in `wanted`, with what came with it. Its number, 0 if there is
 * none. */
int pending_take(struct sig_pending *p, sigset wanted, struct sig_info *info);
void pending_forget(struct sig_pending *p, sigset which);

/* --- take: signal.c and deliver.c ------------------------------------------------------------- */

/* The next signal of the set that is pending for the current task, taken off, with what came with
 * it and, unless NULL, the action that it asks for: a SA_RESETHAND one is used up, a stop is
 * done. 0 if none. */
int signal_take(sigset wanted, struct sig_info *info, struct sig_action *action);

/* The last thing before user space when WORK_SIGNAL is set: takes signals until none is left. May
 * not return (default actions that end the process). */
void signal_deliver(void);

/* Stops p by `signo` or, with 0, lets it go on, and tells its parent. process_lock held. */
void process_stop(struct process *p, int signo);

/* --- run: sigframe.c, for the current task ---------------------------------------------------- */

/* Builds the handler's frame on the user's stack and sets its mask: 0 or -EFAULT. */
int frame_push(int signo, const struct sig_info *info, const struct sig_action *action);
/* rt_sigreturn(2): goes on as the frame at sp says. The a0 that it holds. */
s64 frame_pop(void);

/* The alternate stack as sigaltstack(2) tells it, flags and all. */
struct sig_stack alternate_stack(void);
/* A new one: 0, -EPERM while the task stands on the old one, -EINVAL, -ENOMEM. */
int alternate_stack_set(const struct sig_stack *wanted);

/* --- groups: group.c. process_lock held ------------------------------------------------------- */

/* Does this member tie its group to the session: is its parent in another group of it, and could
 * continue this one, as a shell does? */
bool group_is_tied_by(const struct process *member);
/* Could nobody continue this group if it were stopped? */
bool group_is_orphaned(int pgrp);
/* Its shell has gone: SIGHUP and SIGCONT to all members. */
void group_hang_up(int pgrp);
/* The same, if a member is stopped and nobody is left to continue it. */
void group_release(int pgrp);
