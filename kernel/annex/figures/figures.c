/* figures.c - figures for people: times(2) and sysinfo(2).
 *
 * No program runs better for them; time(1), uptime(1) and their like print them. What a clock reads
 * and what getrusage(2) tells is in syscall/. Source: Linux man-pages times(2), sysinfo(2). */

#include <asm/errno.h>
#include <asm/unistd.h>
#include <linux/sysinfo.h>
#include "mm/frame.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/clock.h"

/* In units of 1/100 s, as AT_CLKTCK says. */
static s64
times(const u64 *arg)
{
    spin_lock(&process_lock);
    u64 own = process_run_ticks(current_process()), childrens = current_process()->child_ticks;
    spin_unlock(&process_lock);
    u64 t[4] = { ticks_to_hundredths(own), 0, ticks_to_hundredths(childrens), 0 };
    if (answer_to_user(arg[0], t, sizeof(t)))
        return -EFAULT;
    return (s64)ticks_to_hundredths(rdtime());
}

/* What there is not (swap, shared and buffered memory, load) reads as zero. */
static s64
sysinfo(const u64 *arg)
{
    struct sysinfo s = { .uptime = (s64)(clock_monotonic_ns() / NSEC_PER_SEC), .mem_unit = 1 };
    struct process *p;
    s.totalram = frames_total() * PAGE_SIZE;
    s.freeram = frames_free() * PAGE_SIZE;
    spin_lock(&process_lock);
    for_each_process (p)
        s.procs++;
    spin_unlock(&process_lock);
    return copy_to_user(arg[0], &s, sizeof(s));
}

static const struct annex_call calls[] = { { __NR_times, times },
                                           { __NR_sysinfo, sysinfo },
                                           { .call = NULL } };
static const struct annex annex ANNEX = { .calls = calls };
