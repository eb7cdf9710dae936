/* vdso.h - the kernel's side of the vDSO: the image, its data page, its place in a process.
 *
 * The image is built from /vdso, carried by image.S (.incbin) and never written again. The contract
 * with the code inside is /vdso/vvar.h. */
#pragma once

#include "lib/types.h"

struct space;

/* Finds the image, checks its ELF headers and that its build-id is the one compiled in; panics when
 * not. Reads the kernel word `vdso=0`. */
void vdso_init(void);
bool vdso_enabled(void);

/* Maps vvar and image into `s` at a fresh random base, sets s->vdso_base and s->sigreturn. With
 * vdso=0 only the image's pages, as "[sigpage]", and vdso_base stays 0. 0 or -ENOMEM. */
int vdso_map(struct space *s);

/* The vvar page as the kernel writes it; the writer is time/clock.c's only. */
struct vvar;
struct vvar *vvar_page(void);
