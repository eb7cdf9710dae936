/* tour.h - the stations of vdso-tour, in the order in which a visitor comes to them.
 *
 * Each prints its part of the screen, which is 80 columns wide. */
#pragma once

#include <stdbool.h>
#include <time.h>

/* --- maps.c --- */

/* The lines of /proc/self/maps about the vDSO, its data and what takes its place under vdso=0. */
void show_maps(void);

/* --- image.c: the ELF image at `base`, as the auxiliary vector gave it --- */

void show_headers(unsigned long base);
void show_symbols(unsigned long base);
/* The address of an exported function, NULL when there is none of that name. */
void *find_symbol(unsigned long base, const char *name);

/* --- clocks.c --- */

typedef int clock_function(clockid_t clock, struct timespec *now);

/* The data page, which lies directly below the image. */
void show_vvar(unsigned long base);
/* The time by vDSO (NULL: there is none) and by system call. False when they do not agree. */
bool show_time(clock_function *by_vdso);
void show_cost(clock_function *by_vdso);
