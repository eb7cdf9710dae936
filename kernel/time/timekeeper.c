/* timekeeper.c - keeps the clocks going: the tick, the rate, clock_settime.
 *
 * All state is in the vvar page: what a clock shows at some rdtime is computed from its line, by
 * the formula that the vDSO uses. An update reads each line at one rdtime and writes a line that
 * shows the same time at that rdtime. While the rate stays, nothing is rounded away, however often
 * the tick comes; a change of rate loses less than a nanosecond.
 *
 * The kernel word clock.slew=PPM lets the rate swing by that much at every tick. It serves no user:
 * it exercises the order of the writer, which matters only when the rate changes.
 * Reading is in clock.c, publishing in vdso/vvar.c. Clock ids are Linux's. */

#include <asm/errno.h>
#include <linux/time.h>
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "riscv/csr.h"
#include "time/clock.h"
#include "time/timekeeper.h"
#include "vdso/vdso.h"

#define MAX_SLEW_PPM 100000UL
/* Years that a machine may run on after clock_settime without an overflow, as in Linux. */
#define LATEST_SEC ((s64)(INT64_MAX / NSEC_PER_SEC) - 30 * 365 * 86400L)

static const u8 fine_clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                                  CLOCK_BOOTTIME, CLOCK_TAI };

static struct spinlock lock = SPINLOCK_INIT("timekeeper");
static u64 nominal_mult;
static u64 slew_ppm;
static u64 last_update; /* rdtime of the newest one */

u64
clock_nominal_mult(void)
{
    return nominal_mult;
}

u64
clock_slew_ppm(void)
{
    return slew_ppm;
}

/* --- rates ----------------------------------------------------------------------------------- */

/* floor(n * 2^64 / d) for n < d < 2^63, bit by bit: 128-bit division would need libgcc. */
static u64
fraction(u64 n, u64 d)
{
    u64 q = 0;
    for (int i = 0; i < 64; i++) {
        n <<= 1;
        q <<= 1;
        if (n >= d) {
            n -= d;
            q |= 1;
        }
    }
    return q;
}

/* Nanoseconds per tick as a line holds them. The smallest shift will do that leaves room for the
 * slew: the larger it is, the sooner rdtime << shift overflows (at 10 MHz after 450 years). */
static u64
mult_of(u64 hz)
{
    u64 shift = 0;
    while (hz << shift <= NSEC_PER_SEC + NSEC_PER_SEC / 8)
        shift++;
    return (fraction(NSEC_PER_SEC, hz << shift) & ~(u64)VVAR_SHIFT_MASK) | shift;
}

/* Swings to and fro about the right rate. */
static u64
next_mult(void)
{
    static bool fast;
    u64 swing = nominal_mult / 1000000 * slew_ppm & ~(u64)VVAR_SHIFT_MASK;
    fast = !fast;
    return fast ? nominal_mult + swing : nominal_mult - swing;
}

static void
read_slew_word(void)
{
    const char *p = cmdline_get("clock.slew");
    for (; p && *p >= '0' && *p <= '9' && slew_ppm <= MAX_SLEW_PPM; p++)
        slew_ppm = slew_ppm * 10 + (u64)(*p - '0');
    if (p && (*p || slew_ppm > MAX_SLEW_PPM)) {
        pr_warn("clock.slew: expected a number of ppm up to %lu; ignored", MAX_SLEW_PPM);
        slew_ppm = 0;
    }
}

/* --- lines ----------------------------------------------------------------------------------- */

static struct vvar_clock *
line(u32 id)
{
    return &vvar_page()->clock[id];
}

static struct vvar_time
shows(const struct vvar_clock *c, u64 ticks)
{
    struct vvar_time t = { c->sec, vvar_scale(ticks, c->mult) + c->offset_ns };
    vvar_carry(&t);
    return t;
}

/* From now on the clock shows `t` at `ticks` and runs at `mult`. */
static void
set_line(struct vvar_clock *c, struct vvar_time t, u64 ticks, u64 mult)
{
    c->mult = mult;
    c->offset_ns = t.ns - vvar_scale(ticks, mult);
    c->sec = t.sec;
}

/* A coarse clock stands at what its fine one showed at this update, so it is never ahead. */
static void
set_coarse(u64 ticks)
{
    set_line(line(CLOCK_REALTIME_COARSE), shows(line(CLOCK_REALTIME), ticks), ticks, 0);
    set_line(line(CLOCK_MONOTONIC_COARSE), shows(line(CLOCK_MONOTONIC), ticks), ticks, 0);
}

static void
serve(u32 id, u64 resolution_ns)
{
    line(id)->limit_ns = VVAR_SECOND_NS;
    line(id)->resolution_ns = resolution_ns;
}

/* --- updates --------------------------------------------------------------------------------- */

static void
update_rates(u64 ticks)
{
    u64 mult = next_mult();
    for (u32 i = 0; i < ARRAY_SIZE(fine_clocks); i++) {
        struct vvar_clock *c = line(fine_clocks[i]);
        u64 own = fine_clocks[i] == CLOCK_MONOTONIC_RAW ? nominal_mult : mult;
        set_line(c, shows(c, ticks), ticks, own);
    }
    set_coarse(ticks);
    __atomic_store_n(&last_update, ticks, __ATOMIC_RELAXED);
}

/* Every busy hart ticks; an update by another one less than 3/4 of a tick ago is recent enough.
 * Signed: the other's may be later than this hart's look at the time. */
static bool
is_due(void)
{
    u64 enough = machine.timebase_hz / TICK_HZ * 3 / 4;
    return (s64)(rdtime() - __atomic_load_n(&last_update, __ATOMIC_RELAXED)) >= (s64)enough;
}

void
clock_tick(void)
{
    if (!is_due())
        return; /* the lock is not worth waiting for */
    spin_lock(&lock);
    if (is_due()) {
        update_rates(vvar_begin_update());
        vvar_publish();
    }
    spin_unlock(&lock);
}

/* Real time jumps; the others, MONOTONIC above all, do not notice. TAI keeps its distance of 0. */
static void
set_real(struct vvar_time t)
{
    spin_lock(&lock);
    u64 ticks = vvar_begin_update();
    set_line(line(CLOCK_REALTIME), t, ticks, line(CLOCK_REALTIME)->mult);
    set_line(line(CLOCK_TAI), t, ticks, line(CLOCK_TAI)->mult);
    set_coarse(ticks);
    vvar_publish();
    spin_unlock(&lock);
}

int
clock_set_real(const struct timespec64 *ts)
{
    if (ts->tv_sec < 0 || ts->tv_sec > LATEST_SEC || (u64)ts->tv_nsec >= NSEC_PER_SEC)
        return -EINVAL;
    set_real((struct vvar_time){ ts->tv_sec, (u64)ts->tv_nsec });
    return 0;
}

/* For the log, which must work in the middle of an update too: nothing of the lines is read. */
static u64
us_since_reset(void)
{
    return ticks_to_ns(rdtime()) / 1000;
}

void
clock_init(void)
{
    if (machine.timebase_hz < 1000 || machine.timebase_hz >> 40)
        panic("device tree: /cpus: timebase-frequency %lu is no clock", machine.timebase_hz);
    nominal_mult = mult_of(machine.timebase_hz);
    log_clock_us = us_since_reset;
    read_slew_word();
    for (u32 i = 0; i < ARRAY_SIZE(fine_clocks); i++) {
        serve(fine_clocks[i], 1);
        line(fine_clocks[i])->mult = nominal_mult; /* second 0 is rdtime 0, the reset */
    }
    serve(CLOCK_REALTIME_COARSE, TICK_NS);
    serve(CLOCK_MONOTONIC_COARSE, TICK_NS);
    u64 now_ns = rtc_read_ns();
    set_real((struct vvar_time){ (s64)(now_ns / NSEC_PER_SEC), now_ns % NSEC_PER_SEC });
    clock_tick();
}
