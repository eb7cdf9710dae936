/* vdso.h - the kernel's side of the vDSO: the image, its data page, its place in a process.
 *
 * The image is built from /vdso, carried by embed.S (.incbin) and never written again. The contract
 * with the code inside is /vdso/vvar.h. */
#pragma once

#include "lib/types.h"

struct space;
struct vvar;

/* Checks the image's ELF header and that its build-id is the one compiled in; panics when not.
 * Reads the kernel word `vdso=0`. */
void vdso_init(void);

/* Maps vvar and image into `s` at a fresh random base, sets s->vdso_base and s->sigreturn. With
 * vdso=0 only the image's pages, as "[sigpage]", and vdso_base stays 0. 0 or -ENOMEM. */
int vdso_map(struct space *s);

/* --- lines.c: the clocks as the timekeeper (time/clock.c) moves them ------------------------- */

struct vvar_clock;
struct vvar_time;

/* Enters the clocks that are served, at boot: all begin at rdtime 0 and run at `mult`; the coarse
 * ones step every `tick_ns`. */
void vvar_start(u64 mult, u64 tick_ns);
/* Moves every line to now, at the rate `mult` from here on. If *real is given, REALTIME jumps to
 * it, and so does TAI, which keeps its distance of 0; the others, MONOTONIC above all, do not
 * notice. Returns the rdtime that it counts as now. One writer at a time (the caller's lock),
 * interrupts off, and no read of a clock in between: it would wait for itself. */
u64 vvar_update(u64 mult, const struct vvar_time *real);
/* The line of a clock that is served, else NULL. The kernel's own readers use vvar_read() on it, as
 * programs do. */
struct vvar_clock *vvar_line(int id);

/* --- vvar.c: the page, and the order in which lines are written ------------------------------ */

/* The page itself, for ever at one address. */
struct vvar *vvar_page(void);
/* Opens an update of all clocks that are served: from here to vvar_publish() no reader accepts what
 * it reads. Returns the rdtime for which the new data must be computed. */
u64 vvar_begin_update(void);
/* Closes it: from here on readers take the new data. */
void vvar_publish(void);
