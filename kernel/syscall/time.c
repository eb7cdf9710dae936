/* time.c - system calls about time, and futex, which is mostly waiting with a timeout.
 *
 * Source: clock_gettime(2), clock_nanosleep(2), gettimeofday(2); CPU-time clock ids as in Linux
 * include/linux/posix-timers_types.h: ~pid << 3 | kind, bit 2 for a thread. */

#include <linux/time.h>
#include "mm/usercopy.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"

s64
sys_futex(const u64 *arg)
{
    return futex_call(arg[0], (int)arg[1], (u32)arg[2], arg[3], arg[4], (u32)arg[5]);
}

/* --- reading --------------------------------------------------------------------------------- */

/* The run time of the process or thread that a negative clock id names; 0 or -EINVAL. */
static int
encoded_cpu_time(int id, u64 *ticks)
{
    int pid = ~(id >> 3), err = -EINVAL;
    bool thread = id & 4;
    if ((id & 3) == 3)
        return -EINVAL;
    if (!pid) {
        *ticks = thread ? thread_run_ticks(current()) : process_run_ticks(current_process());
        return 0;
    }
    spin_lock(&process_lock);
    struct task *t = thread ? task_find(pid) : NULL;
    struct process *p = thread ? NULL : process_find(pid);
    if (t && t->process == current_process()) {
        *ticks = thread_run_ticks(t->thread);
        err = 0;
    } else if (p) {
        *ticks = p->dead_ticks;
        list_for_each (t, &p->tasks, link)
            *ticks += thread_run_ticks(t->thread);
        err = 0;
    }
    spin_unlock(&process_lock);
    return err;
}

static int
cpu_time(int id, u64 *ticks)
{
    if (id == CLOCK_PROCESS_CPUTIME_ID)
        *ticks = process_run_ticks(current_process());
    else if (id == CLOCK_THREAD_CPUTIME_ID)
        *ticks = thread_run_ticks(current());
    else
        return id < 0 ? encoded_cpu_time(id, ticks) : -EINVAL;
    return 0;
}

static struct timespec64
from_ns(u64 ns)
{
    return (struct timespec64){ (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC) };
}

s64
sys_clock_gettime(const u64 *arg)
{
    int id = (int)arg[0];
    struct timespec64 ts;
    u64 ticks;
    int err = clock_read(id, &ts);
    if (err) {
        err = cpu_time(id, &ticks);
        ts = from_ns(err ? 0 : ticks_to_ns(ticks));
    }
    if (err)
        return err;
    return copy_to_user(arg[1], &ts, sizeof(ts)) ? -EFAULT : 0;
}

s64
sys_clock_getres(const u64 *arg)
{
    int id = (int)arg[0];
    struct timespec64 ts;
    u64 ticks;
    int err = clock_resolution(id, &ts);
    if (err) {
        err = cpu_time(id, &ticks);
        ts = from_ns(1);
    }
    if (err)
        return err;
    return arg[1] && copy_to_user(arg[1], &ts, sizeof(ts)) ? -EFAULT : 0;
}

s64
sys_gettimeofday(const u64 *arg)
{
    struct timespec64 ts;
    static const s32 zone[2]; /* minutes west, daylight saving: obsolete, zero */
    clock_read(CLOCK_REALTIME, &ts);
    ts.tv_nsec /= 1000; /* struct timeval has the same shape */
    if ((arg[0] && copy_to_user(arg[0], &ts, sizeof(ts))) ||
        (arg[1] && copy_to_user(arg[1], zone, sizeof(zone))))
        return -EFAULT;
    return 0;
}

/* --- setting --------------------------------------------------------------------------------- */

s64
sys_clock_settime(const u64 *arg)
{
    struct timespec64 ts;
    if ((int)arg[0] != CLOCK_REALTIME)
        return -EINVAL;
    if (copy_from_user(&ts, arg[1], sizeof(ts)))
        return -EFAULT;
    return clock_set_real(&ts);
}

s64
sys_settimeofday(const u64 *arg)
{
    struct timespec64 ts;
    if (!arg[0])
        return 0; /* only the time zone, which nobody keeps */
    if (copy_from_user(&ts, arg[0], sizeof(ts)))
        return -EFAULT;
    if ((u64)ts.tv_nsec >= 1000000)
        return -EINVAL;
    ts.tv_nsec *= 1000;
    return clock_set_real(&ts);
}

/* --- sleeping -------------------------------------------------------------------------------- */

static struct waitqueue realtime_sleepers;

/* clock_settime has moved REALTIME: who waits for a moment of it looks again. */
static void
wake_realtime_sleepers(void)
{
    wake_all(&realtime_sleepers);
}

void
sleep_init(void)
{
    waitqueue_init(&realtime_sleepers);
    clock_changed = wake_realtime_sleepers;
}

/* Sleeps until `id` shows *until. Looks at the clock anew after every wake-up: REALTIME may have
 * been set. 0 or -EINTR. */
static int
sleep_until(int id, const struct timespec64 *until)
{
    struct waiter w;
    int err = 0;
    wait_enter(&w, &realtime_sleepers);
    while (!err) {
        wait_prepare();
        u64 deadline = clock_deadline_ticks(id, until); /* the past comes back as now */
        if (rdtime() >= deadline)
            break;
        err = schedule_until(deadline);
    }
    wait_leave(&w);
    return err;
}

static s64 sleep_again(struct restart *r);

/* Sleeps up to a deadline in ticks; the rest goes to `remaining` (user address) on a signal. */
static s64
sleep_ticks(u64 deadline, u64 remaining)
{
    int err = 0;
    while (wait_prepare(), rdtime() < deadline && !err)
        err = schedule_until(deadline);
    current()->state = THREAD_RUNNABLE;
    if (!err)
        return 0;
    struct timespec64 left = from_ns(deadline_left_ns(deadline));
    if (remaining && copy_to_user(remaining, &left, sizeof(left)))
        return -EFAULT;
    current_task()->sig.restart = (struct restart){ .again = sleep_again,
                                                    .deadline_ticks = deadline,
                                                    .remaining_addr = remaining };
    return -ERESTART_RESTARTBLOCK;
}

static s64
sleep_again(struct restart *r)
{
    return sleep_ticks(r->deadline_ticks, r->remaining_addr);
}

static s64
nanosleep(int id, bool absolute, u64 request, u64 remaining)
{
    struct timespec64 ts;
    if (copy_from_user(&ts, request, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (s64)NSEC_PER_SEC)
        return -EINVAL;
    if (absolute)
        return sleep_until(id, &ts) ? -ERESTARTNOHAND : 0;
    return sleep_ticks(deadline_after(&ts), remaining);
}

s64
sys_nanosleep(const u64 *arg)
{
    return nanosleep(CLOCK_MONOTONIC, false, arg[0], arg[1]);
}

s64
sys_clock_nanosleep(const u64 *arg)
{
    int id = (int)arg[0];
    if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC && id != CLOCK_BOOTTIME && id != CLOCK_TAI)
        return id >= CLOCK_PROCESS_CPUTIME_ID && id <= CLOCK_MONOTONIC_COARSE ? -EOPNOTSUPP
                                                                              : -EINVAL;
    if ((int)arg[1] & ~TIMER_ABSTIME)
        return -EINVAL;
    return nanosleep(id, (int)arg[1] & TIMER_ABSTIME, arg[2], arg[3]);
}
