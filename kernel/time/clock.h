/* clock.h - what time it is: the timekeeper.
 *
 * One clock source, the `time` CSR, with the device tree's timebase. Every tick (100 Hz) and every
 * change moves the base of each clock forward and publishes it in the vvar page through
 * vdso/vvar.c; the kernel's own readers use the same lines, so a call and the vDSO cannot disagree.
 * Clock ids are Linux's (<linux/time.h>). */
#pragma once

#include "lib/types.h"

#define NSEC_PER_SEC 1000000000UL

struct timespec64 {
    s64 tv_sec;
    s64 tv_nsec;
};
_Static_assert(sizeof(struct timespec64) == 16, "Linux's struct __kernel_timespec");

static inline struct timespec64
ns_to_timespec(u64 ns)
{
    return (struct timespec64){ (s64)(ns / NSEC_PER_SEC), (s64)(ns % NSEC_PER_SEC) };
}

/* Starts the clocks: MONOTONIC at the time since reset, REALTIME from the RTC. */
void clock_init(void);
/* Moves the bases; called by each hart's tick, the first one to come does the work. */
void clock_tick(void);

/* Reads clock `id` (REALTIME, MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI, the two COARSE ones).
 * 0 or -EINVAL. */
int clock_read(int id, struct timespec64 *ts);
/* What the least step of clock `id` is. 0 or -EINVAL, and *ts as it was. */
int clock_resolution(int id, struct timespec64 *ts);
/* clock_settime(CLOCK_REALTIME), in nanoseconds since 1970: 0, or -EINVAL for a time before the
 * boot (below MONOTONIC) and for one that leaves no room to run on. Wakes clock_waiters. */
int clock_set_real(u64 ns);

/* The nanoseconds that a clock shows. `id` must be one that is served: there is no error. */
u64 clock_ns(int id);
#define clock_real_ns()      clock_ns(0)
#define clock_monotonic_ns() clock_ns(1)

/* rdtime value at which clock `id` (REALTIME, MONOTONIC, BOOTTIME, TAI) will show `at_ns`, rounded
 * up; never early, also when the clock's rate swings. 0 when it shows that already; NEVER stays.
 * It holds until the clock is set: who waits for it is in clock_waiters, and then asks again. */
u64 clock_deadline_ticks(int id, u64 at_ns);
/* The queue of all who may wait for a moment of a clock, and for nothing else but to be woken by
 * name (thread_wake). */
extern struct waitqueue clock_waiters;
/* rdtime value a time from now, by MONOTONIC: while its rate is slewed, so is the wait. NEVER for
 * more than 292 years. */
u64 deadline_after(u64 ns);
/* Nanoseconds of MONOTONIC that are left until such a deadline; 0 when it has passed. */
u64 deadline_left_ns(u64 deadline_ticks);
/* Lengths of time, rounded up and down; saturate instead of overflowing. */
u64 ns_to_ticks(u64 ns);
u64 ticks_to_ns(u64 ticks);
/* In the unit of times(2) and /proc, as AT_CLKTCK says. */
#define NSEC_PER_CLKTCK            (NSEC_PER_SEC / 100)
#define ticks_to_hundredths(ticks) (ticks_to_ns(ticks) / NSEC_PER_CLKTCK)
