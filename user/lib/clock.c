/* clock.c - reading the clock: by the vDSO when there is one, by system call when there is none.
 *
 * Each function calls the vDSO's function, which vdso.c found before main; then the kernel never
 * runs. Without a vDSO (`vdso=0`, an old kernel, an emulator) it makes the system call instead. */

#include <unistd.h>
#include "libc.h"
#include "vdso.h"

int
clock_gettime(clockid_t clock, struct timespec *now)
{
    if (vdso.clock_gettime)
        return check(vdso.clock_gettime(clock, now));
    return syscall(__NR_clock_gettime, clock, now);
}

int
clock_getres(clockid_t clock, struct timespec *resolution)
{
    if (vdso.clock_getres)
        return check(vdso.clock_getres(clock, resolution));
    return syscall(__NR_clock_getres, clock, resolution);
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    if (vdso.gettimeofday)
        return check(vdso.gettimeofday(now, zone));
    return syscall(__NR_gettimeofday, now, zone);
}

/* riscv64 has no system call `time`. The seconds of the coarse clock are the same promise. */
time_t
time(time_t *now)
{
    if (vdso.time)
        return vdso.time(now);
    struct timespec coarse;
    if (clock_gettime(CLOCK_REALTIME_COARSE, &coarse) < 0)
        return -1;
    if (now)
        *now = coarse.tv_sec;
    return coarse.tv_sec;
}
