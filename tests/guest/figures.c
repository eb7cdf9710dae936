/* figures.c - figures for people: times and sysinfo.
 *
 * The clocks are clock.c, getrusage is there too. Source: times(2), sysinfo(2), time(7). */

#include "check.h"
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <time.h>

/* Works until this thread has had so much CPU time in all. */
static void
burn(long until_ns)
{
    struct timespec t;
    do
        OK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t));
    while (t.tv_sec == 0 && t.tv_nsec < until_ns);
}

/* times(2) counts in 1/100 s (AT_CLKTCK), so 120 ms are 12; the bounds leave room for both ends
 * to be cut. 6000 is a minute: a clock in ticks of another unit would be beyond it. */
TEST(times_counts, "user time does not grow, or the unit is not 1/100 s",
     "kernel/annex/figures/figures.c:/^times/, kernel/sched/schedule.c:/^thread_run_ticks/")
{
    struct tms a, b;
    clock_t t = times(&a);
    TRUE(t != (clock_t)-1);
    burn(120000000);
    clock_t u = times(&b);
    TRUE(u - t >= 10 && u - t < 6000);
    TRUE(b.tms_utime + b.tms_stime - a.tms_utime - a.tms_stime >= 8);
}

TEST(times_of_children, "the time of waited children is not added",
     "kernel/annex/figures/figures.c:/^times/, kernel/proc/wait.c:/^look/")
{
    struct tms a, b;
    times(&a);
    EQ(IN_CHILD(burn(100000000)), 0);
    times(&b);
    TRUE(b.tms_cutime + b.tms_cstime - a.tms_cutime - a.tms_cstime >= 7);
}

TEST(bad_pointer, "an answer goes through a bad pointer", "kernel/annex/figures/figures.c:/^times/")
{
    ERR(sys(SYS_times, 8), EFAULT);
    ERR(sys(SYS_sysinfo, 8), EFAULT);
    ERR(sys(SYS_sysinfo, 0), EFAULT);
}

/* Uptime counts like CLOCK_BOOTTIME; a second each way for its rounding. totalram is in units: a
 * kernel that fills in bytes must say mem_unit 1 (sysinfo(2)). */
TEST(sysinfo_fields, "uptime or memory are 0, or the unit is missing",
     "kernel/annex/figures/figures.c:/^sysinfo/")
{
    struct sysinfo s;
    struct timespec t;
    memset(&s, 0xff, sizeof(s));
    OK(sysinfo(&s));
    clock_gettime(CLOCK_BOOTTIME, &t);
    TRUE(s.uptime >= t.tv_sec - 1 && s.uptime <= t.tv_sec + 1);
    TRUE(s.mem_unit >= 1 && s.totalram * s.mem_unit > 20UL << 20);
    TRUE(s.freeram < s.totalram && s.procs > 0 && s.totalswap == 0);
}
