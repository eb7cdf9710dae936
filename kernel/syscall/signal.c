/* signal.c - system calls about signals: arguments in, proc/ does the work.
 *
 * Source: sigaction(2), sigprocmask(2), kill(2), tgkill(2), sigaltstack(2), getitimer(2). */

#include <asm/siginfo.h>
#include <linux/signal.h>
#include "mm/usercopy.h"
#include "proc/process.h"
#include "proc/sigframe.h"
#include "syscall/syscall.h"
#include "time/clock.h"

#define UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))
/* Of sigaction: a program learns what a kernel knows by what comes back (sigaction(2)). */
#define KNOWN_FLAGS                                                                                \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND)

s64
sys_rt_sigaction(const u64 *arg)
{
    int signo = (int)arg[0];
    struct signals *s = &current_process()->sig;
    struct sig_action new, old;
    if (arg[3] != sizeof(sigset) || signo < 1 || signo > SIGNALS ||
        (arg[1] && SIG_BIT(signo) & UNBLOCKABLE))
        return -EINVAL;
    if (arg[1] && copy_from_user(&new, arg[1], sizeof(new)))
        return -EFAULT;
    spin_lock(&s->lock);
    old = s->action[signo - 1];
    if (arg[1]) {
        new.mask &= ~UNBLOCKABLE;
        new.flags &= KNOWN_FLAGS;
        s->action[signo - 1] = new;
    }
    spin_unlock(&s->lock);
    if (arg[1])
        signal_forget_ignored(signo);
    return arg[2] && copy_to_user(arg[2], &old, sizeof(old)) ? -EFAULT : 0;
}

s64
sys_rt_sigprocmask(const u64 *arg)
{
    sigset set, old = current_task()->sig.mask;
    if (arg[3] != sizeof(sigset))
        return -EINVAL;
    if (arg[1]) {
        if (copy_from_user(&set, arg[1], sizeof(set)))
            return -EFAULT;
        switch ((int)arg[0]) {
        case SIG_BLOCK:
            signal_set_mask(old | set);
            break;
        case SIG_UNBLOCK:
            signal_set_mask(old & ~set);
            break;
        case SIG_SETMASK:
            signal_set_mask(set);
            break;
        default:
            return -EINVAL;
        }
    }
    return arg[2] && copy_to_user(arg[2], &old, sizeof(old)) ? -EFAULT : 0;
}

s64
sys_rt_sigpending(const u64 *arg)
{
    struct task *t = current_task();
    if (arg[1] > sizeof(sigset))
        return -EINVAL;
    sigset set = (t->sig.pending.set | t->process->sig.pending.set) & t->sig.mask;
    return copy_to_user(arg[0], &set, arg[1]) ? -EFAULT : 0;
}

s64
sys_rt_sigsuspend(const u64 *arg)
{
    sigset set;
    if (arg[1] != sizeof(sigset))
        return -EINVAL;
    if (copy_from_user(&set, arg[0], sizeof(set)))
        return -EFAULT;
    signal_mask_temporarily(set);
    while (wait_prepare(), !interrupted())
        schedule();
    current()->state = THREAD_RUNNABLE;
    return -ERESTARTNOHAND;
}

s64
sys_rt_sigreturn(const u64 *arg)
{
    return frame_pop();
}

/* rt_sigtimedwait's wait: until one of `set` is there, the deadline, or another signal. */
static s64
wait_for_signal(sigset set, u64 deadline, struct sig_info *info)
{
    struct signals *s = &current_process()->sig;
    struct waiter w;
    s64 signo;
    int err = 0;
    wait_enter(&w, &s->waiters);
    while (wait_prepare(), !(signo = signal_take(set, info)) && !err)
        err = deadline != ~0UL && rdtime() >= deadline ? -EAGAIN : schedule_until(deadline);
    wait_leave(&w);
    return signo ? signo : err;
}

s64
sys_rt_sigtimedwait(const u64 *arg)
{
    sigset set;
    struct timespec64 ts;
    u64 deadline = ~0UL;
    if (arg[3] != sizeof(sigset))
        return -EINVAL;
    if (copy_from_user(&set, arg[0], sizeof(set)) ||
        (arg[2] && copy_from_user(&ts, arg[2], sizeof(ts))))
        return -EFAULT;
    if (arg[2] && (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (s64)NSEC_PER_SEC))
        return -EINVAL;
    if (arg[2])
        deadline = deadline_after(&ts);
    u8 siginfo[128] = { 0 };
    s64 signo = wait_for_signal(set & ~UNBLOCKABLE, deadline, (struct sig_info *)siginfo);
    if (signo > 0 && arg[1] && copy_to_user(arg[1], siginfo, sizeof(siginfo)))
        return -EFAULT;
    return signo;
}

s64
sys_sigaltstack(const u64 *arg)
{
    struct {
        u64 sp;
        s32 flags, pad;
        u64 size;
    } new, old;
    struct task_signals *s = &current_task()->sig;
    bool on_it = on_alternate_stack(s, current()->frame->sp);
    old.sp = s->alt_sp;
    old.flags = (int)alternate_stack_flags(s, current()->frame->sp);
    old.pad = 0;
    old.size = s->alt_size;
    if (arg[0]) {
        if (copy_from_user(&new, arg[0], sizeof(new)))
            return -EFAULT;
        if (on_it)
            return -EPERM;
        int err = alternate_stack_set(s, new.sp, new.flags, new.size);
        if (err)
            return err;
    }
    return arg[1] && copy_to_user(arg[1], &old, sizeof(old)) ? -EFAULT : 0;
}

/* --- sending --------------------------------------------------------------------------------- */

static struct sig_info
info_from_caller(int signo, int code)
{
    struct sig_info info = { .signo = signo, .code = code };
    info.pid = current_process()->pid;
    return info;
}

/* The process that this number names, by itself or by one of its threads. process_lock held. */
static struct process *
process_of_number(int pid)
{
    struct process *p = process_find(pid);
    struct task *t = p ? NULL : task_find(pid);
    return t ? t->process : p;
}

/* To every process of the group; 0: to all but process 1 and the caller. process_lock held. */
static s64
kill_many(int pgrp, int signo, const struct sig_info *info)
{
    struct process *p;
    s64 err = -ESRCH;
    for_each_process (p)
        if (pgrp ? p->pgrp == pgrp : p->pid != 1 && p != current_process())
            err = signal_send_process(p, signo, info);
    return err;
}

s64
sys_kill(const u64 *arg)
{
    int pid = (int)arg[0], signo = (int)arg[1];
    struct sig_info info = info_from_caller(signo, SI_USER);
    spin_guard(&process_lock);
    if (pid > 0) {
        struct process *p = process_of_number(pid);
        return p ? signal_send_process(p, signo, &info) : -ESRCH;
    }
    if (pid == (int)0x80000000) /* its group number would be no int */
        return -ESRCH;
    return kill_many(pid == -1 ? 0 : pid == 0 ? current_process()->pgrp : -pid, signo, &info);
}

/* tgid 0: any process (tkill). */
static s64
kill_task(int tgid, int tid, const struct sig_info *info, int signo)
{
    s64 err = -ESRCH;
    spin_lock(&process_lock);
    struct task *t = task_find(tid);
    if (t && (!tgid || t->process->pid == tgid))
        err = signal_send_task(t, signo, info);
    spin_unlock(&process_lock);
    return err;
}

s64
sys_tkill(const u64 *arg)
{
    int signo = (int)arg[1];
    struct sig_info info = info_from_caller(signo, SI_TKILL);
    return (int)arg[0] <= 0 ? -EINVAL : kill_task(0, (int)arg[0], &info, signo);
}

s64
sys_tgkill(const u64 *arg)
{
    int signo = (int)arg[2];
    struct sig_info info = info_from_caller(signo, SI_TKILL);
    if ((int)arg[0] <= 0 || (int)arg[1] <= 0)
        return -EINVAL;
    return kill_task((int)arg[0], (int)arg[1], &info, signo);
}

/* The sender's own siginfo. Nobody may pretend to be the kernel or kill(2) towards others. */
static s64
info_from_user(struct sig_info *info, u64 addr, int pid)
{
    if (copy_from_user(info, addr, sizeof(*info)))
        return -EFAULT;
    bool pretends = info->code >= 0 || info->code == SI_TKILL;
    return pretends && pid != current_process()->pid ? -EPERM : 0;
}

s64
sys_rt_sigqueueinfo(const u64 *arg)
{
    struct sig_info info;
    int pid = (int)arg[0], signo = (int)arg[1];
    s64 err = info_from_user(&info, arg[2], pid);
    if (err)
        return err;
    spin_lock(&process_lock);
    struct process *p = process_of_number(pid);
    err = p ? signal_send_process(p, signo, &info) : -ESRCH;
    spin_unlock(&process_lock);
    return err;
}

s64
sys_rt_tgsigqueueinfo(const u64 *arg)
{
    struct sig_info info;
    int pid = (int)arg[0], tid = (int)arg[1], signo = (int)arg[2];
    if (pid <= 0 || tid <= 0)
        return -EINVAL;
    s64 err = info_from_user(&info, arg[3], pid);
    return err ? err : kill_task(pid, tid, &info, signo);
}

/* --- timers of a process --------------------------------------------------------------------- */

struct itimer_user {
    s64 interval_sec, interval_usec, value_sec, value_usec;
};

static u64
to_ticks(s64 sec, s64 usec)
{
    return ns_to_ticks(MIN((u64)sec, 1UL << 33) * NSEC_PER_SEC + (u64)usec * 1000);
}

static s64
alarm_call(u64 new_user, u64 old_user)
{
    struct itimer_user u;
    struct alarm_setting new, old;
    if (new_user) {
        if (copy_from_user(&u, new_user, sizeof(u)))
            return -EFAULT;
        if (u.interval_sec < 0 || u.value_sec < 0 || (u64)u.interval_usec >= 1000000 ||
            (u64)u.value_usec >= 1000000)
            return -EINVAL;
        new.value_ticks = to_ticks(u.value_sec, u.value_usec);
        new.interval_ticks = to_ticks(u.interval_sec, u.interval_usec);
    }
    process_alarm_set(new_user ? &new : NULL, &old);
    u64 value_us = ticks_to_ns(old.value_ticks) / 1000;
    u64 interval_us = ticks_to_ns(old.interval_ticks) / 1000;
    u = (struct itimer_user){ interval_us / 1000000, interval_us % 1000000, value_us / 1000000,
                              value_us % 1000000 };
    return old_user && copy_to_user(old_user, &u, sizeof(u)) ? -EFAULT : 0;
}

/* Only the real-time one (which 0): nobody asked for the others yet. */
s64
sys_setitimer(const u64 *arg)
{
    static const struct alarm_setting none;
    struct alarm_setting old;
    if ((int)arg[0] != 0)
        return -EINVAL;
    if (arg[1])
        return alarm_call(arg[1], arg[2]);
    process_alarm_set(&none, &old); /* Linux: no new value means off */
    return 0;
}

s64
sys_getitimer(const u64 *arg)
{
    return (int)arg[0] != 0 ? -EINVAL : alarm_call(0, arg[1]);
}

/* A call that was stopped and continued asks for the rest of it. */
s64
sys_restart_syscall(const u64 *arg)
{
    struct restart r = current_task()->sig.restart;
    current_task()->sig.restart.again = NULL; /* once, unless it is interrupted again */
    return r.again ? r.again(&r) : -EINTR;
}
