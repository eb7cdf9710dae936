/*
 * clock-loop.c - reads the clock N times in each way that the C library has, and nothing else: how
 * often the kernel was entered meanwhile is counted from outside.
 */

#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

int
main(int argc, char **argv)
{
    struct timespec now;
    struct timeval day;
    for (long i = argc > 1 ? strtol(argv[1], NULL, 10) : 0; i > 0; i--)
        if (clock_gettime(CLOCK_MONOTONIC, &now) || clock_getres(CLOCK_MONOTONIC, &now) ||
            gettimeofday(&day, NULL) || time(NULL) < 0)
            return 1;
    return 0;
}
