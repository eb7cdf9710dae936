/* clock.c - the clock functions of the vDSO: the time without a system call.
 *
 * Each function reads the vvar page and the `time` CSR. What it cannot answer (another clock, a
 * CPU-time clock) goes to the system call of the same name in calls.S by a tail jump, and the
 * kernel's very answer comes back. Hot paths are straight lines without a stack frame: everything
 * unusual is a jump to one slow function that starts again from the arguments.
 *
 * The code runs in any program, on any stack, before any relocation: no data of its own, no calls
 * out of the image. linker/vdso.lds and tools/vdsolint hold that.
 * A bad pointer faults here (SIGSEGV), where the system call would answer EFAULT. */

#include <linux/time.h>

#include "vvar.h"

#define EXPORT __attribute__((visibility("default")))
#define HIDDEN __attribute__((visibility("hidden")))

/* One page below the image (linker/vdso.lds). Hidden, or the compiler would ask the global offset
 * table for the address and the linker would leave a relocation that nobody applies. */
extern const volatile struct vvar vvar HIDDEN;

/* Clock ids are `long` here: the psABI passes an int sign-extended, so the register already is the
 * index, and no instruction goes into widening it. */
HIDDEN int call_clock_gettime(long id, struct __kernel_timespec *now);
HIDDEN int call_clock_getres(long id, struct __kernel_timespec *resolution);

EXPORT int __vdso_clock_gettime(long id, struct __kernel_timespec *now);
EXPORT int __vdso_clock_getres(long id, struct __kernel_timespec *resolution);
EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *now, struct timezone *zone);
EXPORT __kernel_old_time_t __vdso_time(__kernel_old_time_t *now);

static inline bool
is_served(long id)
{
    return (unsigned long)id < VVAR_CLOCKS && vvar.clock[id].limit_ns != 0;
}

/* The time of the last tick, without rdtime: that is what these clocks are for. */
static struct vvar_time
read_coarse(const volatile struct vvar_clock *line)
{
    struct vvar_time now;
    uint64_t end;
    do {
        end = line->end;
        __asm__ volatile("fence r,r" ::: "memory");
        now.sec = line->sec;
        now.ns = line->offset_ns;
        __asm__ volatile("fence r,r" ::: "memory");
    } while (line->begin != end);
    return now;
}

/* Every case that the hot path of clock_gettime leaves over: ids above 4, ids without a line, an
 * update under way, a second that no tick has moved yet. */
static __attribute__((noinline, cold)) int
clock_gettime_slow(long id, struct __kernel_timespec *now)
{
    struct vvar_time t;
    if (!is_served(id))
        return call_clock_gettime(id, now);
    if (id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE)
        t = read_coarse(&vvar.clock[id]);
    else
        t = vvar_read(&vvar.clock[id]);
    now->tv_sec = t.sec;
    now->tv_nsec = (long)t.ns;
    return 0;
}

/* One straight look at a clock that is read often: CLOCK_REALTIME, MONOTONIC or MONOTONIC_RAW.
 * One comparison sends away negative ids, large ids and the coarse clocks, which must not execute
 * rdtime; the CPU-time clocks 2 and 3 pass it and fail at their line's limit_ns of 0. The limit
 * never changes, so it is read after the closing fence: then clang keeps two branches instead of
 * computing both conditions each time. */
static inline bool
look_fast(long id, struct vvar_time *t)
{
    return __builtin_expect((unsigned long)id <= CLOCK_MONOTONIC_RAW, 1) &&
           vvar_look(&vvar.clock[id], t) && __builtin_expect(t->ns < vvar.clock[id].limit_ns, 1);
}

/* 24 instructions from entry to return with gcc 12 and clang 14; tests/host/test_vdso_image.py
 * counts them. */
int
__vdso_clock_gettime(long id, struct __kernel_timespec *now)
{
    struct vvar_time t;
    if (!look_fast(id, &t))
        return clock_gettime_slow(id, now);
    now->tv_sec = t.sec;
    now->tv_nsec = (long)t.ns;
    return 0;
}

int
__vdso_clock_getres(long id, struct __kernel_timespec *resolution)
{
    if (!is_served(id))
        return call_clock_getres(id, resolution);
    if (resolution) {
        resolution->tv_sec = 0;
        resolution->tv_nsec = (long)vvar.clock[id].resolution_ns;
    }
    return 0;
}

/* The time zone is always zero, and filled in all the same, as on Linux. */
int
__vdso_gettimeofday(struct __kernel_old_timeval *now, struct timezone *zone)
{
    if (now) {
        struct vvar_time t = vvar_read(&vvar.clock[CLOCK_REALTIME]);
        now->tv_sec = t.sec;
        now->tv_usec = (long)(t.ns / 1000);
    }
    if (zone)
        *zone = (struct timezone){ 0 };
    return 0;
}

/* The second of the coarse clock, as Linux's time(). One aligned word is never torn: no seqlock. */
__kernel_old_time_t
__vdso_time(__kernel_old_time_t *now)
{
    __kernel_old_time_t sec = vvar.clock[CLOCK_REALTIME_COARSE].sec;
    if (now)
        *now = sec;
    return sec;
}
