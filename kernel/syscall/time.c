/* time.c - system calls about time, and futex, which is mostly waiting with a timeout.
 *
 * Programs read clocks in the vDSO; what comes here are the clocks that need the kernel, and who
 * has no vDSO. All waiting is until a deadline in ticks of rdtime.
 * Source: clock_gettime(2), clock_nanosleep(2), gettimeofday(2), futex(2); CPU-time clock ids as in
 * Linux include/linux/posix-timers_types.h: ~pid << 3 | kind, bit 2 for a thread. */

#include <linux/futex.h>
#include <linux/time.h>
#include "mm/usercopy.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"

/* --- reading --------------------------------------------------------------------------------- */

/* What a CPU-time clock shows: one's own, by fixed id or by number, and those of one's threads
 * (clock_getcpuclockid, pthread_getcpuclockid). Another process' is refused. */
static int
cpu_time(int id, struct timespec64 *ts)
{
    struct process *p = current_process();
    bool thread = id < 0 ? id & 4 : id == CLOCK_THREAD_CPUTIME_ID;
    int number = id < 0 ? ~(id >> 3) : 0; /* 0: one's own */
    if (id < 0 ? (id & 3) == 3 : !thread && id != CLOCK_PROCESS_CPUTIME_ID)
        return -EINVAL;
    spin_guard(&process_lock);
    bool self = !number || (number == p->pid && !thread);
    struct task *t = self ? current_task() : task_find(number);
    if (!t || t->process != p)
        return -EINVAL;
    *ts = ns_to_timespec(ticks_to_ns(thread ? thread_run_ticks(t->thread) : process_run_ticks(p)));
    return 0;
}

s64
sys_clock_gettime(const u64 *arg)
{
    struct timespec64 ts;
    int id = (int)arg[0], err = clock_read(id, &ts) ? cpu_time(id, &ts) : 0;
    return err ?: copy_to_user(arg[1], &ts, sizeof(ts));
}

s64
sys_clock_getres(const u64 *arg)
{
    struct timespec64 ts = { 0, 1 }, now;
    int id = (int)arg[0], err = clock_resolution(id, &ts) ? cpu_time(id, &now) : 0;
    return err ?: arg[1] ? copy_to_user(arg[1], &ts, sizeof(ts)) : 0;
}

s64
sys_gettimeofday(const u64 *arg)
{
    struct timespec64 ts;
    static const s32 zone[2]; /* minutes west, daylight saving: obsolete, zero */
    clock_read(CLOCK_REALTIME, &ts);
    ts.tv_nsec /= 1000; /* struct timeval has the same shape */
    int err = arg[0] ? copy_to_user(arg[0], &ts, sizeof(ts)) : 0;
    return err ?: arg[1] ? copy_to_user(arg[1], zone, sizeof(zone)) : 0;
}

/* --- setting --------------------------------------------------------------------------------- */

static struct waitqueue sleepers = { LIST_INIT(sleepers.waiters) };

/* Who waits for a moment of REALTIME looks again: it may have come nearer, or be past. */
static s64
set_realtime(u64 addr, u64 unit_ns)
{
    struct timespec64 ts;
    int err = time_from_user(&ts, addr, unit_ns) ?: clock_set_real(&ts);
    wake_all(&sleepers);
    return err;
}

s64
sys_clock_settime(const u64 *arg)
{
    return (int)arg[0] == CLOCK_REALTIME ? set_realtime(arg[1], 1) : -EINVAL;
}

s64
sys_settimeofday(const u64 *arg)
{
    return arg[0] ? set_realtime(arg[0], 1000) : 0; /* else the time zone, which nobody keeps */
}

/* --- sleeping -------------------------------------------------------------------------------- */

int
time_from_user(struct timespec64 *ts, u64 addr, u64 unit_ns)
{
    if (copy_from_user(ts, addr, sizeof(*ts)))
        return -EFAULT;
    if (ts->tv_sec < 0 || (u64)ts->tv_nsec >= NSEC_PER_SEC / unit_ns)
        return -EINVAL;
    ts->tv_nsec *= (s64)unit_ns;
    return 0;
}

int
deadline_from_user(u64 addr, int id, u64 *deadline)
{
    struct timespec64 ts;
    int err = addr ? time_from_user(&ts, addr, 1) : 0;
    *deadline = ~0UL;
    if (addr && !err)
        *deadline = id == RELATIVE ? deadline_after(&ts) : clock_deadline_ticks(id, &ts);
    return err;
}

/* Sleeps until clock `id` shows *until, or with NULL until the deadline. Looks at the clock anew
 * after every wake-up: REALTIME may have been set. 0 or -EINTR. */
static int
sleep(int id, const struct timespec64 *until, u64 deadline)
{
    struct waiter w;
    int err = 0;
    wait_enter(&w, &sleepers);
    do {
        wait_prepare();
        if (until)
            deadline = clock_deadline_ticks(id, until); /* the past comes back as now */
    } while (rdtime() < deadline && !(err = schedule_until(deadline)));
    wait_leave(&w);
    return err;
}

/* Sleeps until arg[0], in ticks; the rest goes to arg[1] (user address, 0: nowhere) on a signal. A
 * stop leaves the deadline as it is: the sleep that goes on afterwards is not a new one. */
static s64
sleep_rest(const u64 *arg)
{
    if (!sleep(RELATIVE, NULL, arg[0]))
        return 0;
    struct timespec64 left = ns_to_timespec(deadline_left_ns(arg[0]));
    if (arg[1] && copy_to_user(arg[1], &left, sizeof(left)))
        return -EFAULT;
    current_task()->sig.restart = (struct restart){ sleep_rest, { arg[0], arg[1] } };
    return -ERESTART_RESTARTBLOCK;
}

s64
sys_clock_nanosleep(const u64 *arg)
{
    int id = (int)arg[0], flags = (int)arg[1];
    struct timespec64 ts;
    if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC && id != CLOCK_BOOTTIME && id != CLOCK_TAI)
        return id >= CLOCK_PROCESS_CPUTIME_ID && id <= CLOCK_MONOTONIC_COARSE ? -EOPNOTSUPP
                                                                              : -EINVAL;
    int err = time_from_user(&ts, arg[2], 1);
    if (err)
        return err;
    if (flags & TIMER_ABSTIME) /* the only flag that is looked at, on Linux too */
        return sleep(id, &ts, 0) ? -ERESTARTNOHAND : 0;
    return sleep_rest((u64[]){ deadline_after(&ts), arg[3] });
}

s64
sys_nanosleep(const u64 *arg)
{
    return sys_clock_nanosleep((u64[]){ CLOCK_MONOTONIC, 0, arg[0], arg[1] });
}

/* WAIT's time is relative, WAIT_BITSET's a moment of MONOTONIC or REALTIME. A requeue has a number
 * where the others have the time. */
s64
sys_futex(const u64 *arg)
{
    u64 addr = arg[0], deadline;
    int op = (int)arg[1], command = op & FUTEX_CMD_MASK, err;
    bool selects = command == FUTEX_WAIT_BITSET || command == FUTEX_WAKE_BITSET;
    u32 value = (u32)arg[2], value3 = (u32)arg[5];
    u32 bitset = selects ? value3 : FUTEX_BITSET_MATCH_ANY;
    int clock = op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        err = deadline_from_user(arg[3], command == FUTEX_WAIT ? RELATIVE : clock, &deadline);
        return err ?: futex_wait(addr, value, deadline, bitset);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
        return futex_requeue(addr, value, bitset, 0, 0, NULL);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
        if ((s32)value < 0 || (s32)arg[3] < 0)
            return -EINVAL;
        return futex_requeue(addr, value, bitset, arg[4], (u32)arg[3],
                             command == FUTEX_CMP_REQUEUE ? &value3 : NULL);
    default:
        return -ENOSYS;
    }
}
