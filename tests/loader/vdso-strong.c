/*
 * vdso-strong.c - calls the vDSO by name, as a library. Cannot start where there is none.
 */

#include <stdio.h>
#include <time.h>

int __vdso_clock_gettime(clockid_t clock, struct timespec *now);

int
main(void)
{
    struct timespec now = { 0, -1 };
    int result = __vdso_clock_gettime(CLOCK_MONOTONIC, &now);
    printf("result %d, a time was stored: %d\n", result, now.tv_nsec >= 0);
    return 0;
}
