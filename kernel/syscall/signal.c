/* signal.c - system calls about signals: arguments in, proc/ does the work.
 *
 * Source: sigaction(2), sigprocmask(2), kill(2), tgkill(2), sigaltstack(2), getitimer(2). */

#include <linux/time.h>
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"
#include "time/timer.h"

/* The flags of sigaction that are kept: a program learns what a kernel knows by what comes back
 * (sigaction(2)). */
#define KNOWN_FLAGS                                                                                \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |             \
     SA_RESETHAND | SA_EXPOSE_TAGBITS)

/* New and old may be at one address: the new one is read first. */
s64
sys_rt_sigaction(const u64 *arg)
{
    int signo = (int)arg[0];
    struct sig_action action = { 0 }, old;
    if (arg[3] != sizeof(sigset))
        return -EINVAL;
    if (arg[1] && copy_from_user(&action, arg[1], sizeof(action)))
        return -EFAULT;
    if (signo < 1 || signo > SIGNALS || (arg[1] && SIG_BIT(signo) & UNBLOCKABLE))
        return -EINVAL;
    action.mask &= ~UNBLOCKABLE;
    action.flags &= KNOWN_FLAGS;
    old = signal_set_action(signo, arg[1] ? &action : NULL);
    return answer_to_user(arg[2], &old, sizeof(old));
}

s64
sys_rt_sigprocmask(const u64 *arg)
{
    int how = (int)arg[0];
    sigset set, old = current_task()->sig.mask;
    if (arg[3] != sizeof(sigset))
        return -EINVAL;
    if (arg[1]) {
        if (copy_from_user(&set, arg[1], sizeof(set)))
            return -EFAULT;
        if (how == SIG_BLOCK)
            set |= old;
        else if (how == SIG_UNBLOCK)
            set = old & ~set;
        else if (how != SIG_SETMASK)
            return -EINVAL;
        signal_set_mask(set, false);
    }
    return answer_to_user(arg[2], &old, sizeof(old));
}

/* Read without the lock: each set is one word, and what comes a moment later is not promised. */
s64
sys_rt_sigpending(const u64 *arg)
{
    struct task *t = current_task();
    sigset set = (t->sig.pending.set | t->process->sig.pending.set) & t->sig.mask;
    return arg[1] > sizeof(set) ? -EINVAL : copy_to_user(arg[0], &set, arg[1]);
}

/* Waits for nothing, and so until a signal comes. Delivery still sees the new mask, and puts the
 * old one back. */
s64
sys_rt_sigsuspend(const u64 *arg)
{
    sigset set;
    if (arg[1] != sizeof(set))
        return -EINVAL;
    if (copy_from_user(&set, arg[0], sizeof(set)))
        return -EFAULT;
    signal_set_mask(set, true);
    WAIT_EVENT(&current_process()->sig.waiters, false);
    return -ERESTARTNOHAND;
}

s64
sys_rt_sigreturn(const u64 *arg)
{
    return frame_pop();
}

/* Waits until one of the set is there, the deadline, or another signal. The set is blocked as a
 * rule, so its signals do not interrupt: senders wake this queue. */
s64
sys_rt_sigtimedwait(const u64 *arg)
{
    sigset set;
    u64 deadline;
    struct {
        struct sig_info info;
        u8 rest[sizeof(siginfo_t) - sizeof(struct sig_info)];
    } got = { .rest = { 0 } };
    if (arg[3] != sizeof(set))
        return -EINVAL;
    if (copy_from_user(&set, arg[0], sizeof(set)))
        return -EFAULT;
    int signo, err = deadline_from_user(arg[2], &deadline);
    if (err)
        return err;
    set &= ~UNBLOCKABLE;
    err = WAIT_UNTIL(&current_process()->sig.waiters,
                     (signo = signal_take(set, &got.info, NULL)) != 0, deadline);
    if (err)
        return err == -ETIMEDOUT ? -EAGAIN : err;
    return answer_to_user(arg[1], &got, sizeof(got)) ?: signo;
}

/* The old one is read first: both may be at one address. */
s64
sys_sigaltstack(const u64 *arg)
{
    struct sig_stack stack, old = alternate_stack();
    if (arg[0] && copy_from_user(&stack, arg[0], sizeof(stack)))
        return -EFAULT;
    int err = arg[0] ? alternate_stack_set(&stack) : 0;
    return err ?: answer_to_user(arg[1], &old, sizeof(old));
}

/* --- sending --------------------------------------------------------------------------------- */

/* Sends to the process that this number names, by itself or by one of its threads. process_lock
 * held. */
static s64
send_to(int pid, int signo, const struct sig_info *info)
{
    struct task *t = task_find(pid);
    struct process *p = t ? t->process : process_find(pid);
    return p ? signal_send(p, NULL, signo, info) : -ESRCH;
}

/* A pid above 0 means one process, 0 the caller's own group, -1 everybody, and a number below that
 * the group -pid. */
s64
sys_kill(const u64 *arg)
{
    int pid = (int)arg[0], signo = (int)arg[1];
    struct sig_info info = { .code = SI_USER, .pid = current_process()->pid };
    spin_guard(&process_lock);
    if (pid > 0)
        return send_to(pid, signo, &info);
    if (pid == 0)
        return signal_send_members(current_process()->pgrp, signo, &info);
    if (pid == -1)
        return signal_send_members(0, signo, &info);
    /* The lowest number has no opposite: as unsigned it stays itself, and no group is called so. */
    return signal_send_members((int)-(u32)pid, signo, &info);
}

/* A tid may have been given to another process meanwhile: tgkill names both. tgid 0: any process
 * (tkill). */
static s64
kill_task(int tgid, int tid, int signo)
{
    struct sig_info info = { .code = SI_TKILL, .pid = current_process()->pid };
    if (tgid < 0 || tid <= 0)
        return -EINVAL;
    spin_guard(&process_lock);
    struct task *t = task_find(tid);
    if (!t || (tgid && t->process->pid != tgid))
        return -ESRCH;
    return signal_send(t->process, t, signo, &info);
}

s64
sys_tkill(const u64 *arg)
{
    return kill_task(0, (int)arg[0], (int)arg[1]);
}

s64
sys_tgkill(const u64 *arg)
{
    return (int)arg[0] ? kill_task((int)arg[0], (int)arg[1], (int)arg[2]) : -EINVAL;
}

/* The sender brings a siginfo of its own, mostly for a value (sigqueue(3)). */
s64
sys_rt_sigqueueinfo(const u64 *arg)
{
    struct sig_info info;
    int pid = (int)arg[0];
    if (copy_from_user(&info, arg[2], sizeof(info)))
        return -EFAULT;
    /* Nobody may pretend to be the kernel or kill(2) towards others. */
    if ((info.code >= 0 || info.code == SI_TKILL) && pid != current_process()->pid)
        return -EPERM;
    spin_guard(&process_lock);
    return send_to(pid, (int)arg[1], &info);
}

/* --- timers of a process --------------------------------------------------------------------- */

/* struct itimerval */
struct itimer {
    s64 interval_sec, interval_usec, value_sec, value_usec;
};

/* What is left, never 0 of one that runs: a program would take it for off. process_lock held. */
static struct itimer
alarm_now(const struct process *p)
{
    u64 left_us = MAX(deadline_left_ns(p->alarm.deadline_ticks) / 1000, 1);
    u64 value = list_empty(&p->alarm.link) ? 0 : left_us;
    u64 interval = ticks_to_ns(p->alarm_interval_ticks) / 1000;
    return (struct itimer){ interval / 1000000, interval % 1000000, value / 1000000,
                            value % 1000000 };
}

/* Only the real-time one: nobody asked for the others yet. */
s64
sys_setitimer(const u64 *arg)
{
    struct process *p = current_process();
    u64 interval_ns = 0, ns = 0; /* Linux: no new value means off */
    if ((int)arg[0] != ITIMER_REAL)
        return -EINVAL;
    if (arg[1]) {
        int err = time_from_user(&interval_ns, arg[1], 1000)
                      ?: time_from_user(&ns, arg[1] + sizeof(struct itimer) / 2, 1000);
        if (err)
            return err;
    }
    spin_lock(&process_lock);
    struct itimer old = alarm_now(p);
    p->alarm_interval_ticks = ns ? ns_to_ticks(interval_ns) : 0;
    if (ns)
        timer_set(&p->alarm, deadline_after(ns));
    spin_unlock(&process_lock);
    if (!ns) /* not under the lock: the handler, which cancelling waits for, takes it */
        timer_cancel(&p->alarm);
    return answer_to_user(arg[2], &old, sizeof(old));
}

s64
sys_getitimer(const u64 *arg)
{
    if ((int)arg[0] != ITIMER_REAL)
        return -EINVAL;
    spin_lock(&process_lock);
    struct itimer now = alarm_now(current_process());
    spin_unlock(&process_lock);
    return copy_to_user(arg[1], &now, sizeof(now));
}

/* A call that was stopped and continued asks for the rest of it. */
s64
sys_restart_syscall(const u64 *arg)
{
    struct restart r = current_task()->sig.restart;
    current_task()->sig.restart.again = NULL; /* once, unless it is interrupted again */
    return r.again ? r.again(r.arg) : -EINTR;
}
