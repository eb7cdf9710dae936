/* vdso-weak.c - asks for the vDSO's function by a weak reference.
 *
 * Where there is no vDSO, the program starts all the same and finds a null pointer. */

#include <stdio.h>
#include <sys/auxv.h>
#include <time.h>

int __vdso_clock_gettime(clockid_t clock, struct timespec *now) __attribute__((weak));

int
main(void)
{
    struct timespec now = { 0, 0 };
    printf("auxv has one: %d\n", getauxval(AT_SYSINFO_EHDR) != 0);
    printf("bound: %d\n", __vdso_clock_gettime != NULL);
    printf("library's clock: %d\n", clock_gettime(CLOCK_MONOTONIC, &now));
    return 0;
}
