/* timekeeper.h - what clock.c must know of the rates.
 *
 * Everybody outside of time/ includes clock.h. Both numbers are set once, by clock_init(). */
#pragma once

#include "vvar.h"
#include "lib/types.h"

/* Nanoseconds per tick of rdtime in the form of struct vvar_clock, without slew. */
u64 clock_nominal_mult(void);
/* By how many millionths the clocks may run slower than that. */
u64 clock_slew_ppm(void);
