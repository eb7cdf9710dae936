/* sys/time.h - the time in microseconds, and the interval timers. */
#ifndef POSTERN_SYS_TIME_H
#define POSTERN_SYS_TIME_H

#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone);

#endif
