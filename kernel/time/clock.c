/* clock.c - reads the clocks and converts times. How they are kept: timekeeper.c.
 *
 * A read by system call uses the same line and the same code as the vDSO (/vdso/vvar.h): the two
 * cannot disagree. */

#include "time/clock.h"
#include <asm/errno.h>
#include <linux/time.h>
#include "dev/machine.h"
#include "riscv/csr.h"
#include "time/timekeeper.h"
#include "vdso/vdso.h"

/* The line of a clock that is served, else NULL. */
static const struct vvar_clock *
served(int id)
{
    if (id < 0 || id >= VVAR_CLOCKS || !vvar_page()->clock[id].limit_ns)
        return NULL;
    return &vvar_page()->clock[id];
}

int
clock_read(int id, struct timespec64 *ts)
{
    const struct vvar_clock *c = served(id);
    if (!c)
        return -EINVAL;
    struct vvar_time now = vvar_read(c);
    *ts = (struct timespec64){ now.sec, (s64)now.ns };
    return 0;
}

int
clock_resolution(int id, struct timespec64 *ts)
{
    const struct vvar_clock *c = served(id);
    if (!c)
        return -EINVAL;
    *ts = (struct timespec64){ 0, (s64)c->resolution_ns };
    return 0;
}

static u64
read_ns(int id)
{
    struct vvar_time now = vvar_read(served(id));
    return (u64)now.sec * NSEC_PER_SEC + now.ns;
}

u64
clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

u64
clock_real_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

u64
ticks_to_ns(u64 ticks)
{
    u64 mult = clock_nominal_mult(), shift = mult & VVAR_SHIFT_MASK;
    return shift && ticks >> (64 - shift) ? ~0UL : vvar_scale(ticks, mult);
}

u64
ns_to_ticks(u64 ns)
{
    u64 hz = machine.timebase_hz, sec = ns / NSEC_PER_SEC;
    u64 rest = ((ns % NSEC_PER_SEC) * hz + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
    return sec >= ~0UL / hz ? ~0UL : sec * hz + rest;
}

u64
clock_deadline_ticks(int id, const struct timespec64 *ts)
{
    struct vvar_time now = vvar_read(served(id));
    if (ts->tv_sec < now.sec || (ts->tv_sec == now.sec && (u64)ts->tv_nsec <= now.ns))
        return 0;
    u64 sec = (u64)(ts->tv_sec - now.sec);
    if (sec > ~0UL / NSEC_PER_SEC / 2)
        return ~0UL;
    u64 ns = sec * NSEC_PER_SEC + (u64)ts->tv_nsec - now.ns;
    if (clock_slew_ppm()) /* a slow clock gets there later; never fire before it does */
        ns += ns / 1000000 * clock_slew_ppm() + clock_slew_ppm();
    u64 from = rdtime(), ticks = ns_to_ticks(ns); /* later than the clock was read: never early */
    return ticks > ~0UL - from ? ~0UL : from + ticks;
}

/* By MONOTONIC, as all can read it: while its rate is slewed, so is the sleep. */
u64
deadline_after(const struct timespec64 *ts)
{
    struct timespec64 until = { 0, 0 };
    clock_read(CLOCK_MONOTONIC, &until);
    until.tv_sec += MIN(ts->tv_sec, 1L << 33); /* 272 years: for ever */
    until.tv_nsec += ts->tv_nsec;
    until.tv_sec += until.tv_nsec / (s64)NSEC_PER_SEC;
    until.tv_nsec %= (s64)NSEC_PER_SEC;
    return clock_deadline_ticks(CLOCK_MONOTONIC, &until);
}

/* The opposite of what clock_deadline_ticks adds for a slow clock: never more than was asked. */
u64
deadline_left_ns(u64 deadline_ticks)
{
    u64 now = rdtime();
    u64 ns = now < deadline_ticks ? ticks_to_ns(deadline_ticks - now) : 0;
    return clock_slew_ppm() ? ns / (1000000 + clock_slew_ppm()) * 1000000 : ns;
}
