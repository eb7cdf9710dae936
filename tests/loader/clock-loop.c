/* clock-loop.c - reads the clock N times in each way that the C library has, and nothing else.
 *
 * test_loader.py counts from outside how often the kernel was entered meanwhile. */

#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

int
main(int argc, char **argv)
{
    struct timespec now;
    struct timeval day;
    long times = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (; times > 0; times--) {
        if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
            return 1;
        if (clock_getres(CLOCK_MONOTONIC, &now) != 0)
            return 1;
        if (gettimeofday(&day, NULL) != 0)
            return 1;
        if (time(NULL) < 0)
            return 1;
    }
    return 0;
}
