/* vdso.h - the functions that the library took from the vDSO.
 *
 * vdso.c fills them in once, before main; clock.c uses them. Where a pointer is NULL, clock.c makes
 * the system call instead. */
#pragma once

#include <time.h>
#include <sys/time.h>

struct vdso_functions { /* each returns 0 or a negated errno; `time` returns the seconds */
    int (*clock_gettime)(clockid_t clock, struct timespec *now);
    int (*clock_getres)(clockid_t clock, struct timespec *resolution);
    int (*gettimeofday)(struct timeval *now, void *zone);
    time_t (*time)(time_t *now);
};

extern struct vdso_functions vdso __attribute__((visibility("hidden")));
