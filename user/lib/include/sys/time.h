/* sys/time.h - the time in microseconds.
 *
 * Goes through the vDSO as clock_gettime does, see <time.h>. `zone` should be NULL. */
#pragma once

#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone);
