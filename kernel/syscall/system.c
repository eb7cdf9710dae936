/* system.c - system calls about the machine and its limits: harts, time used, names, randomness.
 *
 * Not here: clocks (time.c) and processes (process.c). Source: the man-pages of each name. */

#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/resource.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "riscv/sbi.h"
#include "syscall/syscall.h"
#include "time/clock.h"

/* --- harts ----------------------------------------------------------------------------------- */

s64
sys_sched_yield(const u64 *arg)
{
    schedule();
    return 0;
}

/* The task with this number, which must be alive; process_lock held. */
static struct task *
task_or_self(int tid)
{
    return tid ? task_find(tid) : current_task();
}

s64
sys_sched_setaffinity(const u64 *arg)
{
    u64 mask = 0, online = (1UL << harts_online) - 1;
    if (copy_from_user(&mask, arg[2], MIN(arg[1], sizeof(mask))))
        return -EFAULT;
    if (!(mask & online))
        return -EINVAL;
    spin_lock(&process_lock);
    struct task *t = task_or_self((int)arg[0]);
    bool self = t == current_task();
    if (t && !self)
        thread_set_affinity(t->thread, mask & online);
    spin_unlock(&process_lock);
    if (self)
        thread_set_affinity(current(), mask & online); /* may switch: no lock may be held */
    return t ? 0 : -ESRCH;
}

s64
sys_sched_getaffinity(const u64 *arg)
{
    u64 mask = 0;
    if (arg[1] < sizeof(mask) || arg[1] % sizeof(mask))
        return -EINVAL;
    spin_lock(&process_lock);
    struct task *t = task_or_self((int)arg[0]);
    if (t)
        mask = t->thread->affinity & ((1UL << harts_online) - 1);
    spin_unlock(&process_lock);
    if (!t)
        return -ESRCH;
    return copy_to_user(arg[2], &mask, sizeof(mask)) ? -EFAULT : (s64)sizeof(mask);
}

s64
sys_getcpu(const u64 *arg)
{
    u32 hart = this_hart()->index, node = 0;
    if ((arg[0] && copy_to_user(arg[0], &hart, sizeof(hart))) ||
        (arg[1] && copy_to_user(arg[1], &node, sizeof(node))))
        return -EFAULT;
    return 0;
}

/* Every hart that may fetch what was written: those that run this space now, or all of them. */
s64
sys_riscv_flush_icache(const u64 *arg)
{
    if (arg[2] & ~1UL) /* SYS_RISCV_FLUSH_ICACHE_LOCAL */
        return -EINVAL;
    __asm__ volatile("fence.i" ::: "memory");
    u64 others = ((1UL << harts_online) - 1) & ~(1UL << this_hart()->index);
    if (others && !(arg[2] & 1))
        sbi_remote_fence_i(hart_mask_ids(others));
    return 0;
}

/* --- limits and figures ---------------------------------------------------------------------- */

/* The new limit in place of the old one. Everybody is root, but more descriptors than a table holds
 * (MAX_FDS) cannot be had. process_lock held. */
static s64
exchange_limit(struct process *p, u32 resource, const struct rlimit64 *new, struct rlimit64 *old)
{
    *old = p->rlimit[resource];
    if (!new)
        return 0;
    if (new->rlim_cur > new->rlim_max)
        return -EINVAL;
    if (resource == RLIMIT_NOFILE && new->rlim_max > MAX_FDS)
        return -EPERM;
    p->rlimit[resource] = *new;
    p->open_limit = p->rlimit[RLIMIT_NOFILE].rlim_cur;
    return 0;
}

s64
sys_prlimit64(const u64 *arg)
{
    struct rlimit64 new, old;
    int pid = (int)arg[0];
    u32 resource = (u32)arg[1];
    if (resource >= RLIM_NLIMITS)
        return -EINVAL;
    if (arg[2] && copy_from_user(&new, arg[2], sizeof(new)))
        return -EFAULT;
    spin_lock(&process_lock);
    struct process *p = pid ? process_find(pid) : current_process();
    s64 err = p ? exchange_limit(p, resource, arg[2] ? &new : NULL, &old) : -ESRCH;
    spin_unlock(&process_lock);
    if (!err && arg[3] && copy_to_user(arg[3], &old, sizeof(old)))
        err = -EFAULT;
    return err;
}

s64
sys_getrlimit(const u64 *arg)
{
    u64 as_prlimit[] = { 0, arg[0], 0, arg[1] };
    return arg[1] ? sys_prlimit64(as_prlimit) : -EFAULT;
}

s64
sys_setrlimit(const u64 *arg)
{
    u64 as_prlimit[] = { 0, arg[0], arg[1], 0 };
    return arg[1] ? sys_prlimit64(as_prlimit) : -EFAULT;
}

s64
sys_getrusage(const u64 *arg)
{
    u64 ticks;
    switch ((int)arg[0]) {
    case RUSAGE_SELF:
        ticks = process_run_ticks(current_process());
        break;
    case RUSAGE_CHILDREN:
        ticks = current_process()->child_ticks;
        break;
    case RUSAGE_THREAD:
        ticks = thread_run_ticks(current());
        break;
    default:
        return -EINVAL;
    }
    return rusage_to_user(arg[1], ticks) ? -EFAULT : 0;
}

/* In units of 1/100 s, as AT_CLKTCK says. */
static s64
clock_ticks(u64 ticks)
{
    return (s64)(ticks_to_ns(ticks) / (NSEC_PER_SEC / 100));
}

s64
sys_times(const u64 *arg)
{
    s64 t[4] = { clock_ticks(process_run_ticks(current_process())), 0,
                 clock_ticks(current_process()->child_ticks), 0 };
    if (arg[0] && copy_to_user(arg[0], t, sizeof(t)))
        return -EFAULT;
    return clock_ticks(rdtime());
}

s64
sys_uname(const u64 *arg)
{
    static const struct new_utsname name = { .sysname = "Linux", /* whose user ABI this is */
                                             .nodename = "postern",
                                             .release = "6.12.0-postern",
                                             .version = "#1 Postern",
                                             .machine = "riscv64",
                                             .domainname = "(none)" };
    return copy_to_user(arg[0], &name, sizeof(name)) ? -EFAULT : 0;
}

s64
sys_sysinfo(const u64 *arg)
{
    struct sysinfo s = { .mem_unit = 1 };
    s.uptime = (s64)(clock_monotonic_ns() / NSEC_PER_SEC);
    s.totalram = frames_total() * PAGE_SIZE;
    s.freeram = frames_free() * PAGE_SIZE;
    struct process *p;
    spin_lock(&process_lock);
    for_each_process (p)
        s.procs++;
    spin_unlock(&process_lock);
    return copy_to_user(arg[0], &s, sizeof(s)) ? -EFAULT : 0;
}

s64
sys_getrandom(const u64 *arg)
{
    u64 n = MIN(arg[1], 0x7fffffffUL), done = 0;
    u8 piece[256];
    if (arg[2] & ~(u64)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (arg[2] & GRND_RANDOM && arg[2] & GRND_INSECURE))
        return -EINVAL;
    while (done < n) {
        u64 chunk = MIN(n - done, sizeof(piece));
        random_bytes(piece, chunk);
        if (copy_to_user(arg[0] + done, piece, chunk))
            return done ? (s64)done : -EFAULT;
        done += chunk;
        if (interrupted() && done >= sizeof(piece))
            break;
        preemption_point();
    }
    return (s64)done;
}

s64
sys_prctl(const u64 *arg)
{
    switch ((int)arg[0]) {
    case PR_SET_NAME: {
        char name[16] = { 0 };
        s64 n = string_from_user(name, arg[1], sizeof(name));
        if (n == -EFAULT)
            return n;
        name[sizeof(name) - 1] = 0;
        strlcpy(current()->name, name, sizeof(name));
        if (current_task()->tid == current_process()->pid)
            strlcpy(current_process()->name, name, sizeof(name));
        return 0;
    }
    case PR_GET_NAME:
        return copy_to_user(arg[1], current()->name, 16) ? -EFAULT : 0;
    case PR_GET_DUMPABLE:
        return 1;
    case PR_SET_DUMPABLE:
    case PR_SET_NO_NEW_PRIVS:
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return 0;
    default:
        return -EINVAL;
    }
}

s64
sys_reboot(const u64 *arg)
{
    if ((u32)arg[0] != LINUX_REBOOT_MAGIC1 ||
        ((u32)arg[1] != LINUX_REBOOT_MAGIC2 && (u32)arg[1] != LINUX_REBOOT_MAGIC2A &&
         (u32)arg[1] != LINUX_REBOOT_MAGIC2B && (u32)arg[1] != LINUX_REBOOT_MAGIC2C))
        return -EINVAL;
    switch ((u32)arg[2]) {
    case LINUX_REBOOT_CMD_POWER_OFF:
    case LINUX_REBOOT_CMD_HALT:
        power_off(0);
    case LINUX_REBOOT_CMD_RESTART:
        sbi_reboot(); /* returns only if the firmware cannot */
        power_off(0);
    case LINUX_REBOOT_CMD_CAD_ON:
    case LINUX_REBOOT_CMD_CAD_OFF:
        return 0;
    default:
        return -EINVAL;
    }
}
