/* system.c - system calls about the machine and its limits: harts, time used, names, randomness.
 *
 * Not here: clocks (time.c) and processes (process.c). Source: the man-pages of each name. */

#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/utsname.h>
#include "fs/dev.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
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

/* The first 64 bits of the mask count, whatever its length (glibc's has 1024). Harts that are not
 * there are left out. */
s64
sys_sched_setaffinity(const u64 *arg)
{
    u64 mask = 0, online = online_harts();
    if (copy_from_user(&mask, arg[2], MIN(arg[1], sizeof(mask))))
        return -EFAULT;
    if (!(mask & online))
        return -EINVAL;
    spin_guard(&process_lock);
    struct task *t = task_find((int)arg[0] ?: current_task()->tid);
    if (!t)
        return -ESRCH;
    thread_set_affinity(t->thread, mask & online);
    return 0;
}

/* The result is the size of the mask: libcs clear the rest of theirs themselves. */
s64
sys_sched_getaffinity(const u64 *arg)
{
    if (arg[1] < sizeof(u64) || arg[1] % sizeof(u64))
        return -EINVAL;
    spin_lock(&process_lock);
    struct task *t = task_find((int)arg[0] ?: current_task()->tid);
    u64 mask = t ? t->thread->affinity & online_harts() : 0;
    spin_unlock(&process_lock);
    if (!mask)
        return -ESRCH;
    return copy_to_user(arg[2], &mask, sizeof(mask)) ? -EFAULT : (s64)sizeof(mask);
}

/* There are no NUMA nodes: all is node 0. */
s64
sys_getcpu(const u64 *arg)
{
    u32 hart = this_hart()->index, node = 0;
    return answer_to_user(arg[0], &hart, sizeof(hart))
               ?: answer_to_user(arg[1], &node, sizeof(node));
}

/* Tells every hart, for any of them may fetch what was written; with LOCAL only this one. */
s64
sys_riscv_flush_icache(const u64 *arg)
{
    if (arg[2] & ~1UL) /* SYS_RISCV_FLUSH_ICACHE_LOCAL */
        return -EINVAL;
    __asm__ volatile("fence.i" ::: "memory");
    u64 others = online_harts() & ~(1UL << this_hart()->index);
    if (others && !(arg[2] & 1))
        sbi_remote_fence_i(hart_mask_ids(others));
    return 0;
}

/* --- limits and figures ---------------------------------------------------------------------- */

/* Stores the old limit of that process, and sets a new one unless NULL. Everybody is root, but more
 * descriptors than a table holds (MAX_FDS) cannot be had. */
static int
set_limit(int pid, u32 resource, const struct rlimit64 *wanted, struct rlimit64 *old)
{
    spin_guard(&process_lock);
    struct process *p = process_find(pid ?: current_process()->pid);
    if (!p)
        return -ESRCH;
    *old = p->rlimit[resource];
    if (!wanted)
        return 0;
    if (wanted->rlim_cur > wanted->rlim_max)
        return -EINVAL;
    if (resource == RLIMIT_NOFILE && wanted->rlim_max > MAX_FDS)
        return -EPERM;
    p->rlimit[resource] = *wanted;
    p->open_limit = p->rlimit[RLIMIT_NOFILE].rlim_cur;
    return 0;
}

s64
sys_prlimit64(const u64 *arg)
{
    struct rlimit64 wanted, old;
    u32 resource = (u32)arg[1];
    if (resource >= RLIM_NLIMITS)
        return -EINVAL;
    if (arg[2] && copy_from_user(&wanted, arg[2], sizeof(wanted)))
        return -EFAULT;
    int err = set_limit((int)arg[0], resource, arg[2] ? &wanted : NULL, &old);
    return err ?: answer_to_user(arg[3], &old, sizeof(old));
}

/* Time is all that is counted, and all of it as user time. */
s64
sys_getrusage(const u64 *arg)
{
    int who = (int)arg[0];
    if (who == RUSAGE_THREAD)
        return rusage_to_user(arg[1], thread_run_ticks(current()));
    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN)
        return -EINVAL;
    spin_lock(&process_lock);
    struct process *p = current_process();
    u64 ticks = who == RUSAGE_SELF ? process_run_ticks(p) : p->child_ticks;
    spin_unlock(&process_lock);
    return rusage_to_user(arg[1], ticks);
}

/* Any value is taken, as on Linux; all bits set only ask. */
s64
sys_personality(const u64 *arg)
{
    struct task *t = current_task();
    u32 old = t->personality;
    if ((u32)arg[0] != ~0U)
        t->personality = (u32)arg[0];
    return old;
}

s64
sys_uname(const u64 *arg)
{
    static const struct new_utsname name = { "Linux", /* whose user ABI this is */
                                             "postern", KERNEL_RELEASE, "#1 Postern",
                                             "riscv64", "(none)" };
    return copy_to_user(arg[0], &name, sizeof(name));
}

/* There is one generator, seeded at boot: it never blocks, and all flags mean the same. A long
 * answer may be cut short by a signal. */
s64
sys_getrandom(const u64 *arg)
{
    u32 flags = (u32)arg[2];
    bool both = flags & GRND_RANDOM && flags & GRND_INSECURE;
    if (both || flags & ~(u32)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    return dev_fill((struct buffer){ .user = arg[0] }, MIN(arg[1], 0x7fffffffUL), false);
}

/* The thread's name, which for the first thread is the process' (comm). The rest is what programs
 * set at start and would complain of. */
s64
sys_prctl(const u64 *arg)
{
    char name[16 + 1] = "";
    switch ((int)arg[0]) {
    case PR_SET_NAME:
        if (string_from_user(name, arg[1], 16) == -EFAULT)
            return -EFAULT;
        strlcpy(current()->name, name, 16); /* a longer one is cut */
        if (current_task()->tid == current_process()->pid)
            strlcpy(current_process()->name, name, 16);
        return 0;
    case PR_GET_NAME:
        return copy_to_user(arg[1], current()->name, 16);
    case PR_SET_DUMPABLE:
    case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS:
        return 0;
    default:
        return -EINVAL;
    }
}
