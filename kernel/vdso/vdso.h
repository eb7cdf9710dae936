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

/* --- vvar.c: the page as the kernel writes it; for the timekeeper only ----------------------- */

/* The page itself, for ever at one address. The timekeeper sets resolutions and limits in it once,
 * at boot, and changes the clocks between the two calls below. The kernel's own readers use
 * vvar_look() on it, as programs do. */
struct vvar *vvar_page(void);

/* Opens an update of all clocks that are served: from here to vvar_publish() no reader accepts what
 * it reads. Returns the rdtime for which the new data must be computed. One writer at a time (the
 * caller's lock), interrupts off, and no read of a clock in between: it would wait for itself. */
u64 vvar_begin_update(void);
/* Closes it: from here on readers take the new data. */
void vvar_publish(void);
