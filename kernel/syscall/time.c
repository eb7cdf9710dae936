/* time.c - system calls about time, and futex, which is mostly waiting with a timeout.
 *
 * Programs read clocks in the vDSO; what comes here are the clocks that need the kernel, and who
 * has no vDSO. Lengths and moments are nanoseconds here.
 * Source: clock_gettime(2), clock_nanosleep(2), gettimeofday(2), futex(2); CPU-time clock ids as in
 * Linux include/linux/posix-timers_types.h: ~pid << 3 | kind, bit 2 for a thread. */

#include <linux/futex.h>
#include <linux/time.h>
#include "proc/futex.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"
#include "time/timer.h"

/* --- reading --------------------------------------------------------------------------------- */

/* Which time a CPU-time clock shows: of the process or of one thread, and the number of either; 0
 * is the caller's own. False for an id that names no such clock. */
static bool
decode_cpu_clock(int id, bool *thread, int *number)
{
    if (id >= 0) { /* the two fixed ids */
        *thread = id == CLOCK_THREAD_CPUTIME_ID;
        *number = 0;
        return *thread || id == CLOCK_PROCESS_CPUTIME_ID;
    }
    *thread = id & 4;
    *number = ~id >> 3;
    return (id & 3) != 3; /* 3 would be a clock behind a file */
}

/* Reads a CPU-time clock: one's own and those of one's threads (clock_getcpuclockid,
 * pthread_getcpuclockid). Another process' is refused. */
static int
cpu_time(int id, struct timespec64 *ts)
{
    struct process *p = current_process();
    struct task *t = current_task();
    bool thread;
    int number;
    if (!decode_cpu_clock(id, &thread, &number))
        return -EINVAL;
    spin_guard(&process_lock);
    if (number && (thread || number != p->pid))
        t = task_find(number);
    if (!t || t->process != p)
        return -EINVAL;
    u64 ticks = thread ? thread_run_ticks(t->thread) : process_run_ticks(p);
    *ts = ns_to_timespec(ticks_to_ns(ticks));
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
    struct timespec64 ts = { 0, 1 }, now; /* 1 ns stays for a CPU-time clock, if there is such */
    int id = (int)arg[0], err = clock_resolution(id, &ts) ? cpu_time(id, &now) : 0;
    return err ?: answer_to_user(arg[1], &ts, sizeof(ts));
}

s64
sys_gettimeofday(const u64 *arg)
{
    struct timespec64 ts;
    static const s32 zone[2]; /* minutes west, daylight saving: obsolete, zero */
    clock_read(CLOCK_REALTIME, &ts);
    ts.tv_nsec /= 1000; /* struct timeval has the same shape */
    return answer_to_user(arg[0], &ts, sizeof(ts)) ?: answer_to_user(arg[1], zone, sizeof(zone));
}

/* --- setting --------------------------------------------------------------------------------- */

s64
sys_clock_settime(const u64 *arg)
{
    u64 ns;
    if ((int)arg[0] != CLOCK_REALTIME)
        return -EINVAL;
    return time_from_user(&ns, arg[1], 1) ?: clock_set_real(ns);
}

/* The time zone is looked at, and nobody keeps it. */
s64
sys_settimeofday(const u64 *arg)
{
    u64 ns = 0;
    s32 zone[2] = { 0, 0 }; /* minutes west of Greenwich, and a number without meaning */
    int err = arg[0] ? time_from_user(&ns, arg[0], 1000) : 0;
    if (err)
        return err;
    if (arg[1] && copy_from_user(zone, arg[1], sizeof(zone)))
        return -EFAULT;
    if (zone[0] < -15 * 60 || zone[0] > 15 * 60)
        return -EINVAL;
    return arg[0] ? clock_set_real(ns) : 0;
}

/* --- sleeping -------------------------------------------------------------------------------- */

int
time_from_user(u64 *ns, u64 addr, u64 unit_ns)
{
    struct timespec64 ts;
    if (copy_from_user(&ts, addr, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec < 0 || (u64)ts.tv_nsec >= NSEC_PER_SEC / unit_ns)
        return -EINVAL;
    u64 sec = MIN((u64)ts.tv_sec, INT64_MAX / NSEC_PER_SEC);
    *ns = sec * NSEC_PER_SEC + (u64)ts.tv_nsec * unit_ns;
    return 0;
}

int
deadline_from_user(u64 addr, u64 *deadline)
{
    u64 ns = NEVER;
    int err = addr ? time_from_user(&ns, addr, 1) : 0;
    *deadline = deadline_after(ns);
    return err;
}

/* Sleeps until clock `id` shows that. 0, or -EINTR. */
static int
sleep_until(int id, u64 at_ns)
{
    int err = WAIT_UNTIL(&clock_waiters, false, clock_deadline_ticks(id, at_ns));
    return err == -ETIMEDOUT ? 0 : err;
}

/* Sleeps until arg[0] ns of MONOTONIC; on a signal the time that is left goes to the user address
 * arg[1], unless that is 0. A stop leaves the moment as it is: the sleep that goes on afterwards is
 * not a new one. */
static s64
sleep_rest(const u64 *arg)
{
    if (!sleep_until(CLOCK_MONOTONIC, arg[0]))
        return 0;
    u64 now = clock_monotonic_ns();
    struct timespec64 left = ns_to_timespec(arg[0] - MIN(now, arg[0]));
    if (answer_to_user(arg[1], &left, sizeof(left)))
        return -EFAULT;
    current_task()->sig.restart = (struct restart){ sleep_rest, { arg[0], arg[1] } };
    return -ERESTART_RESTARTBLOCK;
}

s64
sys_clock_nanosleep(const u64 *arg)
{
    int id = (int)arg[0], flags = (int)arg[1];
    u64 ns;
    bool sleeps =
        id == CLOCK_REALTIME || id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME || id == CLOCK_TAI;
    bool known = id >= CLOCK_PROCESS_CPUTIME_ID && id <= CLOCK_MONOTONIC_COARSE;
    if (!sleeps)
        return known ? -EOPNOTSUPP : -EINVAL;
    int err = time_from_user(&ns, arg[2], 1);
    if (err)
        return err;
    if (!(flags & TIMER_ABSTIME)) /* the only flag that is looked at, on Linux too */
        return sleep_rest((u64[]){ clock_monotonic_ns() + ns, arg[3] });
    return sleep_until(id, ns) ? -ERESTARTNOHAND : 0;
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
    u64 addr = arg[0], at_ns = NEVER;
    int op = (int)arg[1], command = op & FUTEX_CMD_MASK, err;
    u32 value = (u32)arg[2], value3 = (u32)arg[5], bitset = FUTEX_BITSET_MATCH_ANY;
    int clock = op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    if (command == FUTEX_WAIT_BITSET || command == FUTEX_WAKE_BITSET)
        bitset = value3;
    if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        err = arg[3] ? time_from_user(&at_ns, arg[3], 1) : 0;
        if (arg[3] && command == FUTEX_WAIT)
            at_ns += clock_ns(clock);
        return err ?: futex_wait(addr, value, bitset, clock, at_ns);
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
