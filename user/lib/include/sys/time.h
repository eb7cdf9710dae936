/* sys/time.h - the time in microseconds.
 *
 * Goes through the vDSO as clock_gettime does, see <time.h>. `zone` should be NULL. */
#ifndef POSTERN_SYS_TIME_H
#define POSTERN_SYS_TIME_H

#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone);

#endif
