/* clock.c - keeps the clocks going (the tick, the rate, clock_settime), reads them, converts times.
 *
 * All state is in the vvar page: what a clock shows at some rdtime is computed from its line, by
 * the formula that the vDSO uses (/vdso/vvar.h): a system call and the vDSO cannot disagree. An
 * update reads each line at one rdtime and writes a line that shows the same time at that rdtime.
 * While the rate stays, nothing is rounded away, however often the tick comes; a change of rate
 * loses less than a nanosecond. Publishing is in vdso/vvar.c. Clock ids are Linux's.
 *
 * The kernel word clock.slew=PPM lets the rate swing by that much at every update. It serves no
 * user: it exercises the order of the writer, which matters only when the rate changes. */

#include "time/clock.h"
#include <asm/errno.h>
#include <linux/time.h>
#include "vvar.h"
#include "dev/device.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "riscv/csr.h"
#include "time/timer.h"
#include "vdso/vdso.h"

#define MAX_SLEW_PPM 100000UL
/* Years that a machine may run on after clock_settime without an overflow, as in Linux. */
#define LATEST_SEC ((s64)(INT64_MAX / NSEC_PER_SEC) - 30 * 365 * 86400L)

/* The clocks that are served, as a set of ids. A coarse one shows what a fine one showed
 * at the last update. */
#define FINE                                                                                       \
    (1 << CLOCK_REALTIME | 1 << CLOCK_MONOTONIC | 1 << CLOCK_MONOTONIC_RAW | 1 << CLOCK_BOOTTIME | \
     1 << CLOCK_TAI)
#define COARSE (1 << CLOCK_REALTIME_COARSE | 1 << CLOCK_MONOTONIC_COARSE)
_Static_assert((FINE | COARSE) >> VVAR_CLOCKS == 0, "each clock has a line in vdso/vvar.h");

#define is_coarse(id) (COARSE >> (id)&1)

/* Linux gives a coarse clock the number of its fine one, plus 5. */
#define FINE_OF(id) ((id) - (CLOCK_REALTIME_COARSE - CLOCK_REALTIME))
_Static_assert(FINE_OF(CLOCK_MONOTONIC_COARSE) == CLOCK_MONOTONIC, "both pairs are 5 apart");

static struct spinlock lock = SPINLOCK_INIT("timekeeper");
static u64 nominal_mult; /* nanoseconds per tick of rdtime as a line holds them, without slew */
static u64 slew_ppm;     /* by how many millionths the clocks may run slower or faster */
static u64 last_update;  /* rdtime of the newest one */

/* --- reading --------------------------------------------------------------------------------- */

/* The line of a clock that is served, else NULL. */
static struct vvar_clock *
served(int id)
{
    if (id < 0 || id >= VVAR_CLOCKS)
        return NULL;
    struct vvar_clock *c = &vvar_page()->clock[id];
    return c->limit_ns ? c : NULL;
}

int
clock_read(int id, struct timespec64 *ts)
{
    if (!served(id))
        return -EINVAL;
    struct vvar_time now = vvar_read(served(id));
    *ts = (struct timespec64){ now.sec, (s64)now.ns };
    return 0;
}

int
clock_resolution(int id, struct timespec64 *ts)
{
    if (!served(id))
        return -EINVAL;
    *ts = (struct timespec64){ 0, (s64)served(id)->resolution_ns };
    return 0;
}

u64
clock_ns(int id)
{
    struct vvar_time now = vvar_read(served(id));
    return (u64)now.sec * NSEC_PER_SEC + now.ns;
}

/* --- lengths of time and deadlines ----------------------------------------------------------- */

u64
ticks_to_ns(u64 ticks)
{
    u64 shift = nominal_mult & VVAR_SHIFT_MASK;
    if (shift && ticks >> (64 - shift))
        return ~0UL;
    return vvar_scale(ticks, nominal_mult);
}

u64
ns_to_ticks(u64 ns)
{
    u64 hz = machine.timebase_hz, sec = ns / NSEC_PER_SEC;
    u64 rest = ((ns % NSEC_PER_SEC) * hz + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
    if (sec >= ~0UL / hz)
        return ~0UL;
    return sec * hz + rest;
}

/* Never early, also if no tick comes to end a slow phase (idle harts have none): at its slowest a
 * clock shows 1000000 - slew_ppm nanoseconds in the time of 1000000. */
u64
deadline_after(const struct timespec64 *ts)
{
    s64 ns = MIN(ts->tv_sec, 1L << 33) * (s64)NSEC_PER_SEC + ts->tv_nsec;
    if (ns <= 0)
        return 0;
    u64 slow = 1000000 - slew_ppm, from = rdtime();
    u64 ticks =
        ns_to_ticks((u64)ns / slow * 1000000 + ((u64)ns % slow * 1000000 + slow - 1) / slow);
    return ticks > ~0UL - from ? ~0UL : from + ticks;
}

u64
clock_deadline_ticks(int id, const struct timespec64 *ts)
{
    struct vvar_time now = vvar_read(served(id)); /* before deadline_after looks: never early */
    return deadline_after(&(struct timespec64){ ts->tv_sec - now.sec, ts->tv_nsec - (s64)now.ns });
}

/* The opposite of what deadline_after adds for a slow clock: never more than was asked. */
u64
deadline_left_ns(u64 deadline_ticks)
{
    u64 now = rdtime();
    u64 ns = now < deadline_ticks ? ticks_to_ns(deadline_ticks - now) : 0;
    return slew_ppm ? ns / 1000000 * (1000000 - slew_ppm) : ns;
}

/* --- updates --------------------------------------------------------------------------------- */

/* The rate at which a clock runs from this update on: a coarse one stands still until the next. The
 * slew swings to and fro about the right rate, but RAW always has that one. */
static u64
rate_of(int id, bool fast)
{
    u64 swing = nominal_mult / 1000000 * slew_ppm & ~(u64)VVAR_SHIFT_MASK;
    if (is_coarse(id))
        return 0;
    if (id == CLOCK_MONOTONIC_RAW)
        return nominal_mult;
    return fast ? nominal_mult + swing : nominal_mult - swing;
}

/* Moves every line to now. If *real is given, REALTIME jumps to it, and so does TAI, which keeps
 * its distance of 0. The others, MONOTONIC above all, do not notice. Lock held. */
static void
update(const struct vvar_time *real)
{
    static bool fast;
    u64 ticks = vvar_begin_update();
    fast = !fast;
    for (int id = 0; id < VVAR_CLOCKS; id++) {
        struct vvar_clock *c = served(id);
        if (!c)
            continue;
        int shown = is_coarse(id) ? FINE_OF(id) : id;
        const struct vvar_clock *from = served(shown); /* written already, if another line */
        struct vvar_time t = { from->sec, vvar_scale(ticks, from->mult) + from->offset_ns };
        vvar_carry(&t);
        if (real && (shown == CLOCK_REALTIME || shown == CLOCK_TAI))
            t = *real;
        c->mult = rate_of(id, fast);
        c->offset_ns = t.ns - vvar_scale(ticks, c->mult);
        c->sec = t.sec;
    }
    vvar_publish();
    __atomic_store_n(&last_update, ticks, __ATOMIC_RELAXED);
}

/* Every busy hart ticks; an update by another one less than 3/4 of a tick ago is recent enough.
 * Signed: the other's may be later than this hart's look at the time. */
void
clock_tick(void)
{
    s64 since = (s64)(rdtime() - __atomic_load_n(&last_update, __ATOMIC_RELAXED));
    if (since < (s64)(machine.timebase_hz / TICK_HZ * 3 / 4))
        return;
    spin_guard(&lock);
    update(NULL);
}

int
clock_set_real(const struct timespec64 *ts)
{
    if (ts->tv_sec < 0 || ts->tv_sec > LATEST_SEC || (u64)ts->tv_nsec >= NSEC_PER_SEC)
        return -EINVAL;
    spin_guard(&lock);
    update(&(struct vvar_time){ ts->tv_sec, (u64)ts->tv_nsec });
    return 0;
}

/* --- start ----------------------------------------------------------------------------------- */

/* Nanoseconds per tick as a line holds them. The smallest shift will do that leaves room for the
 * slew: the larger it is, the sooner rdtime << shift overflows (at 10 MHz after 450 years). */
static u64
mult_of(u64 hz)
{
    u64 shift = 0;
    while (hz << shift <= NSEC_PER_SEC + NSEC_PER_SEC / 8)
        shift++;
    /* 10^9 * 2^64 / (hz << shift), in two digits of 32 bits: 128 at once would need libgcc. */
    u64 divisor = hz << shift, high = (NSEC_PER_SEC << 32) / divisor;
    u64 low = ((NSEC_PER_SEC << 32) % divisor << 32) / divisor;
    return ((high << 32 | low) & ~(u64)VVAR_SHIFT_MASK) | shift;
}

/* The value of the kernel word, digits and nothing else; NULL when it was not given. */
static void
read_slew(const char *value)
{
    u64 ppm = 0;
    const char *p = value ?: "0";
    for (; *p >= '0' && *p <= '9' && ppm <= MAX_SLEW_PPM; p++)
        ppm = ppm * 10 + (u64)(*p - '0');
    if (*p || ppm > MAX_SLEW_PPM)
        pr_warn("clock.slew: expected a number of ppm up to %lu; ignored", MAX_SLEW_PPM);
    else
        slew_ppm = ppm;
}

void
clock_init(void)
{
    if (machine.timebase_hz < 1000 || machine.timebase_hz >> 32)
        panic("device tree: /cpus: timebase-frequency %lu is no clock", machine.timebase_hz);
    nominal_mult = mult_of(machine.timebase_hz);
    log_ticks_to_ns = ticks_to_ns; /* reads no line: it must work in the middle of an update */
    read_slew(cmdline_get("clock.slew"));
    for (int id = 0; id < VVAR_CLOCKS; id++) {
        struct vvar_clock *c = &vvar_page()->clock[id];
        if (!((FINE | COARSE) >> id & 1))
            continue;
        c->mult = is_coarse(id) ? 0 : nominal_mult; /* second 0 is rdtime 0, the reset */
        c->resolution_ns = is_coarse(id) ? NSEC_PER_SEC / TICK_HZ : 1;
        c->limit_ns = VVAR_SECOND_NS;
    }
    struct timespec64 now = ns_to_timespec(rtc_read_ns());
    clock_set_real(&now);
}
