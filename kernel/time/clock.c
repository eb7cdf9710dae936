/* clock.c - keeps the clocks going (the tick, the rate, clock_settime), reads them, converts times.
 *
 * All state is in the vvar page: what a clock shows at some rdtime is computed from its line, by
 * the formula that the vDSO uses (/vdso/vvar.h): a system call and the vDSO cannot disagree. Here
 * is decided when the lines move and at which rate; kernel/vdso/lines.c writes them. Clock ids are
 * Linux's.
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
/* Thirty years are left after it in which the machine may run on, as in Linux. */
#define LATEST_NS ((INT64_MAX / NSEC_PER_SEC - 30 * 365 * 86400UL) * NSEC_PER_SEC)

struct waitqueue clock_waiters = { LIST_INIT(clock_waiters.waiters) };
static struct spinlock lock = SPINLOCK_INIT("timekeeper");
static u64 nominal_mult; /* nanoseconds per tick of rdtime as a line holds them, without slew */
static u64 slew_ppm;     /* by how many millionths the clocks may run slower or faster */
static u64 last_update;  /* rdtime of the newest one */

/* --- reading --------------------------------------------------------------------------------- */

int
clock_read(int id, struct timespec64 *ts)
{
    const struct vvar_clock *line = vvar_line(id);
    if (!line)
        return -EINVAL;
    struct vvar_time now = vvar_read(line);
    *ts = (struct timespec64){ now.sec, (s64)now.ns };
    return 0;
}

int
clock_resolution(int id, struct timespec64 *ts)
{
    const struct vvar_clock *line = vvar_line(id);
    if (!line)
        return -EINVAL;
    *ts = (struct timespec64){ 0, (s64)line->resolution_ns };
    return 0;
}

u64
clock_ns(int id)
{
    struct vvar_time now = vvar_read(vvar_line(id));
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
deadline_after(u64 ns)
{
    if (ns > INT64_MAX)
        return NEVER;
    u64 slow = 1000000 - slew_ppm, from = rdtime();
    u64 ticks = ns_to_ticks(ns / slow * 1000000 + (ns % slow * 1000000 + slow - 1) / slow);
    return ticks > NEVER - from ? NEVER : from + ticks;
}

u64
clock_deadline_ticks(int id, u64 at_ns)
{
    if (at_ns == NEVER)
        return NEVER;
    u64 now = clock_ns(id); /* before deadline_after looks: never early */
    return at_ns > now ? deadline_after(at_ns - now) : 0;
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

/* Moves every clock to now, and REALTIME to *real if that is given. The slew swings to and fro
 * about the right rate. Lock held. */
static void
update(const struct vvar_time *real)
{
    static bool fast;
    u64 swing = nominal_mult / 1000000 * slew_ppm & ~(u64)VVAR_SHIFT_MASK;
    fast = !fast;
    u64 ticks = vvar_update(fast ? nominal_mult + swing : nominal_mult - swing, real);
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

/* A wall clock before the boot would make the moment of the boot negative. The waiters look again
 * when the lock is free: the scheduler's locks come before it, for its timer reads the clock. */
int
clock_set_real(u64 ns)
{
    spin_lock(&lock);
    bool possible = ns >= clock_monotonic_ns() && ns < LATEST_NS;
    if (possible)
        update(&(struct vvar_time){ (s64)(ns / NSEC_PER_SEC), ns % NSEC_PER_SEC });
    spin_unlock(&lock);
    wake_all(&clock_waiters);
    return possible ? 0 : -EINVAL;
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
    vvar_start(nominal_mult, NSEC_PER_SEC / TICK_HZ);
    u64 now_ns = rtc_read_ns();
    if (clock_set_real(now_ns) && now_ns > clock_monotonic_ns()) /* less: it was never set */
        pr_warn("rtc: %lu ns since 1970 cannot be: the wall clock starts in 1970", now_ns);
}
