/* process.c - system calls about processes and threads: clone, exec, exit, wait, numbers, groups.
 *
 * Source: the man-pages of each name. Everybody is root: ids are 0 and changes of them succeed. */

#include <asm/errno.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"

/* Linux riscv64 takes tls before child_tid. */
s64
sys_clone(const u64 *arg)
{
    struct clone_request a = { .flags = (u32)arg[0] & ~(u32)CSIGNAL,
                               .exit_signal = arg[0] & CSIGNAL,
                               .stack = arg[1],
                               .parent_tid = arg[2],
                               .tls = arg[3],
                               .child_tid = arg[4] };
    return process_clone(&a);
}

s64
sys_execve(const u64 *arg)
{
    char *path = kzalloc(PAGE_SIZE);
    if (!path)
        return -ENOMEM;
    s64 r = string_from_user(path, arg[0], PAGE_SIZE);
    if (r == 0)
        r = -ENOENT;
    if (r > 0)
        r = process_exec(path, arg[1], arg[2]);
    kfree(path);
    return r;
}

s64
sys_exit(const u64 *arg)
{
    task_exit((int)(arg[0] & 0xff) << 8);
}

s64
sys_exit_group(const u64 *arg)
{
    process_exit_group((int)(arg[0] & 0xff) << 8);
}

/* struct rusage as far as we know it: the time used. */
int
rusage_to_user(u64 addr, u64 ticks)
{
    struct {
        s64 user_sec, user_usec, kernel_sec, kernel_usec, rest[14];
    } r = { .rest = { 0 } };
    _Static_assert(sizeof(r) == 144, "struct rusage");
    u64 us = ticks_to_ns(ticks) / 1000;
    r.user_sec = us / 1000000;
    r.user_usec = us % 1000000;
    r.kernel_sec = r.kernel_usec = 0;
    return copy_to_user(addr, &r, sizeof(r));
}

s64
sys_wait4(const u64 *arg)
{
    int pid = (int)arg[0];
    u32 options = (u32)arg[2];
    if (options & ~(u32)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (pid == (int)0x80000000)
        return -ESRCH;
    int which = pid == -1 ? P_ALL : pid > 0 ? P_PID : P_PGID;
    int id = pid > 0 ? pid : pid == 0 ? current_process()->pgrp : -pid;
    struct wait_result r = { 0 };
    s64 found = process_wait(which, id, options | WEXITED, &r);
    if (found <= 0)
        return found;
    if (arg[1] && copy_to_user(arg[1], &r.status, sizeof(s32)))
        return -EFAULT;
    if (arg[3] && rusage_to_user(arg[3], r.run_ticks))
        return -EFAULT;
    return found;
}

/* The SIGCHLD form of siginfo_t, from a wait status word. */
static void
describe(struct sig_info *info, const struct wait_result *r)
{
    int s = r->status;
    *info = (struct sig_info){ .signo = 17 };
    info->pid = r->pid;
    if (s == 0xffff) {
        info->code = 6; /* CLD_CONTINUED */
        info->status = 18;
    } else if ((s & 0xff) == 0x7f) {
        info->code = 5; /* CLD_STOPPED */
        info->status = s >> 8;
    } else {
        info->code = !(s & 0x7f) ? 1 : s & 0x80 ? 3 : 2; /* CLD_EXITED, DUMPED, KILLED */
        info->status = s & 0x7f ? s & 0x7f : s >> 8;
    }
}

s64
sys_waitid(const u64 *arg)
{
    int which = (int)arg[0], id = (int)arg[1];
    u32 options = (u32)arg[3], wanted = WEXITED | WSTOPPED | WCONTINUED;
    u32 known = wanted | WNOHANG | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL;
    if (options & ~known || !(options & wanted) || which < P_ALL || which > P_PGID ||
        (which == P_PID && id <= 0) || (which == P_PGID && id < 0))
        return -EINVAL;
    if (which == P_PGID && !id)
        id = current_process()->pgrp;
    struct wait_result r = { 0 };
    s64 found = process_wait(which, id, options, &r);
    if (found < 0)
        return found;
    struct sig_info info = { .signo = 0 };
    if (found)
        describe(&info, &r);
    if (arg[2] && copy_to_user(arg[2], &info, sizeof(info)))
        return -EFAULT;
    return arg[4] && found && rusage_to_user(arg[4], r.run_ticks) ? -EFAULT : 0;
}

/* --- numbers --------------------------------------------------------------------------------- */

s64
sys_getpid(const u64 *arg)
{
    return current_process()->pid;
}

s64
sys_gettid(const u64 *arg)
{
    return current_task()->tid;
}

/* The parent may die and give us to process 1 while we look, but its record cannot go until we have
 * a new one: a plain read would race with its end, so the number is read under the lock. */
s64
sys_getppid(const u64 *arg)
{
    spin_lock(&process_lock);
    int pid = current_process()->parent ? current_process()->parent->pid : 0;
    spin_unlock(&process_lock);
    return pid;
}

static s64
zero_id(void)
{
    return 0;
}

s64
sys_getuid(const u64 *arg)
{
    return zero_id();
}

s64
sys_geteuid(const u64 *arg)
{
    return zero_id();
}

s64
sys_getgid(const u64 *arg)
{
    return zero_id();
}

s64
sys_getegid(const u64 *arg)
{
    return zero_id();
}

s64
sys_getgroups(const u64 *arg)
{
    return (int)arg[0] < 0 ? -EINVAL : zero_id();
}

/* --- groups and sessions --------------------------------------------------------------------- */

static s64
number_of(int pid, bool session)
{
    spin_lock(&process_lock);
    struct process *p = pid ? process_find(pid) : current_process();
    s64 r = !p ? -ESRCH : session ? p->session : p->pgrp;
    spin_unlock(&process_lock);
    return r;
}

s64
sys_getpgid(const u64 *arg)
{
    return number_of((int)arg[0], false);
}

s64
sys_getsid(const u64 *arg)
{
    return number_of((int)arg[0], true);
}

/* Is there such a group in the session (0: in any)? process_lock held. */
static bool
group_exists(int pgrp, int session)
{
    struct process *p;
    for_each_process (p)
        if (p->pgrp == pgrp && (!session || p->session == session))
            return true;
    return false;
}

/* setpgid(2)'s refusals. process_lock held. */
static s64
set_group(struct process *p, int pgrp)
{
    struct process *self = current_process();
    if (!p || (p != self && p->parent != self))
        return -ESRCH;
    if (p->session == p->pid || p->session != self->session)
        return -EPERM;
    if (p != self && p->did_exec)
        return -EACCES;
    if (pgrp != p->pid && !group_exists(pgrp, self->session))
        return -EPERM;
    p->pgrp = pgrp;
    return 0;
}

s64
sys_setpgid(const u64 *arg)
{
    int pid = (int)arg[0], pgrp = (int)arg[1];
    if (pgrp < 0)
        return -EINVAL;
    spin_lock(&process_lock);
    struct process *p = pid ? process_find(pid) : current_process();
    s64 r = set_group(p, pgrp ? pgrp : p ? p->pid : 0);
    spin_unlock(&process_lock);
    return r;
}

s64
sys_setsid(const u64 *arg)
{
    struct process *p = current_process();
    spin_guard(&process_lock);
    return group_exists(p->pid, 0) ? -EPERM : (p->session = p->pgrp = p->pid);
}

/* --- what pthreads ask of a new thread ------------------------------------------------------- */

s64
sys_set_tid_address(const u64 *arg)
{
    current_task()->clear_child_tid = arg[0];
    return current_task()->tid;
}

/* Walked when the thread dies (proc/futex.c). */
s64
sys_set_robust_list(const u64 *arg)
{
    if (arg[1] != 24) /* sizeof(struct robust_list_head) */
        return -EINVAL;
    current_task()->robust_list = arg[0];
    return 0;
}
