/*
 * vdso.h - the functions that the library took from the vDSO; a null pointer is the sign to make
 * the system call instead. Filled in once, before main (vdso.c); used by clock.c.
 */
#ifndef POSTERN_VDSO_H
#define POSTERN_VDSO_H

#include <time.h>
#include <sys/time.h>

struct vdso_functions { /* each returns 0 or a negated errno; `time` returns the seconds */
    int (*clock_gettime)(clockid_t clock, struct timespec *now);
    int (*clock_getres)(clockid_t clock, struct timespec *resolution);
    int (*gettimeofday)(struct timeval *now, void *zone);
    time_t (*time)(time_t *now);
};

extern struct vdso_functions vdso __attribute__((visibility("hidden")));

#endif
