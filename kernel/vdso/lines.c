/* lines.c - what the lines of the vvar page hold: which clocks there are, and how an update moves
 * them.
 *
 * An update reads each line at one rdtime and writes a line that shows the same time at that
 * rdtime. While the rate stays, nothing is rounded away, however often updates come; a change of
 * rate loses less than a nanosecond. In which order a line is written is in vvar.c, when and at
 * which rate in time/clock.c. */

#include <linux/time.h>
#include "vvar.h"
#include "lib/types.h"
#include "vdso/vdso.h"

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

struct vvar_clock *
vvar_line(int id)
{
    if (id < 0 || id >= VVAR_CLOCKS)
        return NULL;
    struct vvar_clock *c = &vvar_page()->clock[id];
    return c->limit_ns ? c : NULL;
}

/* The rate at which a clock runs from this update on: a coarse one stands still until the next, and
 * RAW keeps the rate that it has. */
static u64
rate_of(int id, const struct vvar_clock *c, u64 mult)
{
    if (is_coarse(id))
        return 0;
    return id == CLOCK_MONOTONIC_RAW ? c->mult : mult;
}

u64
vvar_update(u64 mult, const struct vvar_time *real)
{
    u64 ticks = vvar_begin_update();
    for (int id = 0; id < VVAR_CLOCKS; id++) {
        struct vvar_clock *c = vvar_line(id);
        if (!c)
            continue;
        int shown = is_coarse(id) ? FINE_OF(id) : id;
        const struct vvar_clock *from = vvar_line(shown); /* written already, if another line */
        struct vvar_time t = { from->sec, vvar_scale(ticks, from->mult) + from->offset_ns };
        vvar_carry(&t);
        if (real && (shown == CLOCK_REALTIME || shown == CLOCK_TAI))
            t = *real;
        c->mult = rate_of(id, c, mult);
        c->offset_ns = t.ns - vvar_scale(ticks, c->mult);
        c->sec = t.sec;
    }
    vvar_publish();
    return ticks;
}

void
vvar_start(u64 mult, u64 tick_ns)
{
    for (int id = 0; id < VVAR_CLOCKS; id++) {
        struct vvar_clock *c = &vvar_page()->clock[id];
        if (!((FINE | COARSE) >> id & 1))
            continue;
        c->mult = is_coarse(id) ? 0 : mult; /* second 0 is rdtime 0, the reset */
        c->resolution_ns = is_coarse(id) ? tick_ns : 1;
        c->limit_ns = VVAR_SECOND_NS;
    }
}
