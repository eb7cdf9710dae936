/* process.c - system calls about processes and threads: clone, exec, exit, wait, numbers, groups.
 *
 * Source: the man-pages of each name. Everybody is root: the calls that ask for an id are rows of
 * list.h that answer 0. */

#include <linux/wait.h>
#include "mm/kmalloc.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"

/* fork, vfork and threads (proc/process.c). What asks for clone3 gets ENOSYS, and then libcs come
 * here. */
s64
sys_clone(const u64 *arg)
{
    return process_clone((u32)arg[0], arg[1], arg[2], arg[3], arg[4]);
}

/* The path is copied whole, before anything of the old program goes; argv and envp are read later,
 * by proc/args.c. */
s64
sys_execve(const u64 *arg)
{
    char *path scoped_kfree = kzalloc(PAGE_SIZE);
    if (!path)
        return -ENOMEM;
    s64 length = string_from_user(path, arg[0], PAGE_SIZE);
    if (length <= 0)
        return length ?: -ENOENT;
    return process_exec(path, arg[1], arg[2]);
}

/* Eight bits pass, in the second byte of a wait status word. */
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

int
rusage_to_user(u64 addr, u64 ticks)
{
    u64 us = ticks_to_ns(ticks) / 1000;
    s64 rusage[18] = { us / 1000000, us % 1000000 }; /* ru_utime; the rest is not known */
    return answer_to_user(addr, rusage, sizeof(rusage));
}

/* A pid of 0 means the own group, one below -1 the group of that number. A zombie is taken even if
 * its status cannot be written, as on Linux. */
s64
sys_wait4(const u64 *arg)
{
    int pid = (int)arg[0], which = P_PGID, id = pid;
    u32 options = (u32)arg[2];
    if (options & ~(u32)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (pid == (int)0x80000000)
        return -ESRCH; /* there is no such positive number */
    if (pid == -1)
        which = P_ALL;
    else if (pid > 0)
        which = P_PID;
    else
        id = pid == 0 ? current_process()->pgrp : -pid;
    struct wait_result r;
    s64 found = process_wait(which, id, options | WEXITED, &r);
    if (found <= 0)
        return found;
    s64 err = answer_to_user(arg[1], &r.status, sizeof(s32)) ?: rusage_to_user(arg[3], r.run_ticks);
    return err ?: found;
}

/* If no child had news, the siginfo is all zeros. */
s64
sys_waitid(const u64 *arg)
{
    int which = (int)arg[0], id = (int)arg[1];
    u32 options = (u32)arg[3], wanted = WEXITED | WSTOPPED | WCONTINUED;
    u32 known = wanted | WNOHANG | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL;
    if (options & ~known || !(options & wanted) || which < P_ALL || which > P_PGID)
        return -EINVAL;
    if ((which == P_PID && id <= 0) || (which == P_PGID && id < 0))
        return -EINVAL;
    struct wait_result r = { 0 };
    s64 found = process_wait(which, id ?: current_process()->pgrp, options, &r);
    if (found < 0)
        return found;
    s64 err = found ? rusage_to_user(arg[4], r.run_ticks) : 0;
    return err ?: answer_to_user(arg[2], &r.info, sizeof(r.info));
}

/* --- numbers, groups and sessions ------------------------------------------------------------ */

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

/* The parent may die and give us to process 1 while we look, and its record may be freed: hence the
 * lock. */
s64
sys_getppid(const u64 *arg)
{
    spin_guard(&process_lock);
    const struct process *parent = current_process()->parent;
    return parent ? parent->pid : 0;
}

/* A number of 0 means the caller itself, here and in the calls below. */
s64
sys_getpgid(const u64 *arg)
{
    spin_guard(&process_lock);
    const struct process *p = process_find((int)arg[0] ?: current_process()->pid);
    return p ? p->pgrp : -ESRCH;
}

s64
sys_getsid(const u64 *arg)
{
    spin_guard(&process_lock);
    const struct process *p = process_find((int)arg[0] ?: current_process()->pid);
    return p ? p->session : -ESRCH;
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

/* One's own group or that of a child which has not gone through exec; never out of the session. A
 * shell and its child both call it, so that neither has to wait for the other. */
s64
sys_setpgid(const u64 *arg)
{
    struct process *self = current_process();
    spin_guard(&process_lock);
    struct process *p = process_find((int)arg[0] ?: self->pid);
    int pgrp = (int)arg[1];
    if (pgrp < 0)
        return -EINVAL;
    if (!p || (p != self && p->parent != self))
        return -ESRCH;
    if (p != self && p->did_exec)
        return -EACCES;
    if (p->session == p->pid || p->session != self->session)
        return -EPERM;
    if (pgrp == 0)
        pgrp = p->pid;
    if (pgrp != p->pid && !group_exists(pgrp, self->session))
        return -EPERM;
    p->pgrp = pgrp;
    return 0;
}

/* Not for the leader of a group: its number would name a group in two sessions. */
s64
sys_setsid(const u64 *arg)
{
    struct process *p = current_process();
    spin_guard(&process_lock);
    if (group_exists(p->pid, 0))
        return -EPERM;
    p->session = p->pgrp = p->pid;
    return p->pid;
}

/* --- what pthreads ask of a new thread ------------------------------------------------------- */

/* The word is cleared and woken when the thread ends. */
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
