/* vdso-strong.c - calls the vDSO's function by name, as it would call a library's.
 *
 * The program cannot start where there is no vDSO. */

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
