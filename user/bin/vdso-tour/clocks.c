/* clocks.c - the data that the kernel keeps up to date, and what reading the time costs.
 *
 * vdso/vvar.h is the contract between kernel and image. No other program reads it, and this one
 * only shows it. A read by vDSO is a call of a function; a read by system call is a trap, and
 * everything that the kernel does until it returns. */

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../../../vdso/vvar.h"
#include "tour.h"

enum { PAGE_SIZE = 4096, READS = 20000, NS_PER_S = 1000000000 };

static const clockid_t shown[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE };
enum { SHOWN = sizeof(shown) / sizeof(shown[0]) };

/* A copy of a clock's line that no update cut in two: `end` is read first and `begin` last. */
static struct vvar_clock
read_line(const volatile struct vvar_clock *line)
{
    struct vvar_clock copy;
    do {
        copy.end = line->end;
        __asm__ volatile("fence r,r" ::: "memory");
        copy.mult = line->mult;
        copy.offset_ns = line->offset_ns;
        copy.sec = line->sec;
        copy.limit_ns = line->limit_ns;
        copy.resolution_ns = line->resolution_ns;
        __asm__ volatile("fence r,r" ::: "memory");
        copy.begin = line->begin;
    } while (copy.begin != copy.end);
    return copy;
}

/* One field of all shown clocks, side by side. The fields are all 64 bits wide. */
static void
show_field(const char *name, const struct vvar_clock *lines, size_t offset, const char *format)
{
    printf("        %-13s", name);
    for (int i = 0; i < SHOWN; i++)
        printf(format, *(const uint64_t *)((const char *)&lines[i] + offset));
    printf("\n");
}

#define SHOW(field, format) show_field(#field, lines, offsetof(struct vvar_clock, field), format)

/* The layout is the contract that the kernel's writer and the image's reader are compiled from. */
void
show_vvar(unsigned long base)
{
    const struct vvar *vvar = (const struct vvar *)(base - PAGE_SIZE);
    struct vvar_clock lines[SHOWN];
    for (int i = 0; i < SHOWN; i++)
        lines[i] = read_line(&vvar->clock[shown[i]]);
    printf("vvar    0x%-11lx%18s%19s%19s\n", (unsigned long)vvar, "REALTIME", "MONOTONIC",
           "MONOTONIC_COARSE");
    SHOW(begin, " %18lu");
    SHOW(end, " %18lu");
    SHOW(mult, " %#18lx");
    SHOW(offset_ns, " %18ld");
    SHOW(sec, " %18ld");
    SHOW(limit_ns, " %18lu");
    SHOW(resolution_ns, " %18lu");
}

/* The same question, asked through the gate. */
static int
by_call(clockid_t clock, struct timespec *now)
{
    return (int)syscall(SYS_clock_gettime, clock, now);
}

/* One number is easier to compare and to subtract than two. 64 bits last until the year 2262. */
static long
to_ns(struct timespec t)
{
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The clock is MONOTONIC, because nobody can set it between the readings. The call lies between two
 * reads by the vDSO: if both sides see one clock, the three are in order. */
bool
show_time(clock_function *by_vdso)
{
    struct timespec before = { 0 }, called, after = { 0 };
    if (!by_vdso) {
        by_call(CLOCK_MONOTONIC, &called);
        printf("time    call %ld.%09ld s\n", (long)called.tv_sec, (long)called.tv_nsec);
        return true;
    }
    by_vdso(CLOCK_MONOTONIC, &before); /* the first read may have to fetch the pages */
    by_vdso(CLOCK_MONOTONIC, &before);
    by_call(CLOCK_MONOTONIC, &called);
    by_vdso(CLOCK_MONOTONIC, &after);
    bool agree = to_ns(before) <= to_ns(called) && to_ns(called) <= to_ns(after);
    printf("time    vDSO %ld.%09ld s, call +%ld ns, vDSO +%ld ns: %s\n", (long)before.tv_sec,
           (long)before.tv_nsec, to_ns(called) - to_ns(before), to_ns(after) - to_ns(before),
           agree ? "they agree" : "THEY DO NOT AGREE");
    return agree;
}

/* How many tenths of a nanosecond one read takes. */
static long
measure(clock_function *read_clock)
{
    struct timespec start, end, now;
    read_clock(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < READS; i++)
        read_clock(CLOCK_MONOTONIC, &now);
    read_clock(CLOCK_MONOTONIC, &end);
    return (to_ns(end) - to_ns(start)) * 10 / READS;
}

/* Under --icount a nanosecond of guest time is an instruction, so these are counts then. */
void
show_cost(clock_function *by_vdso)
{
    long call = measure(by_call);
    printf("cost    ");
    if (by_vdso) {
        long vdso = measure(by_vdso);
        printf("vDSO %ld.%ld ns, ", vdso / 10, vdso % 10);
    }
    printf("call %ld.%ld ns, the mean of %d reads\n", call / 10, call % 10, READS);
}
