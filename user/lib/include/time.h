/* time.h - clocks, waiting, and dates in UTC. There are no time zones.
 *
 * clock_gettime, clock_getres and time read the clock through the vDSO when the kernel gave one
 * (see clock.c); the identities of the clocks are the kernel's. */
#pragma once

#include <sys/types.h>
#include <linux/time.h>

struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};

/* clock: CLOCK_REALTIME, CLOCK_MONOTONIC ...; -1 with EINVAL for one that is not there. */
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_settime(clockid_t clock, const struct timespec *now);
time_t time(time_t *now);
int nanosleep(const struct timespec *wanted, struct timespec *left);

struct tm *gmtime_r(const time_t *restrict seconds, struct tm *restrict to);
/* Knows %a %b %d %e %F %H %j %m %M %S %T %Y %Z and %%; returns 0 when the text does not fit. */
size_t strftime(char *restrict to, size_t size, const char *restrict format,
                const struct tm *restrict date);
