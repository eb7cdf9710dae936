/* clockloop.c - reads each clock 1,000 times between two markers, for the machine's trap record.
 *
 * A client: it knows nothing of Postern. A marker is three calls of a number that no kernel has,
 * one instruction behind the other: in QEMU's record three ecalls at pc, pc+4, pc+8. The order of
 * the rows is printed, one name a line, so that the n-th pair of markers has a name. Each row runs
 * once before its first marker: pages and symbols are then there. tests/host/test_notrap.py counts
 * the traps between the markers: none, but for the rows named slow_, which show that the count
 * works. */

#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../guest/vdsosym.h"

#define READS 1000

static struct timespec spec;
static struct timeval val;
static int (*vdso_gettime)(int, struct timespec *);
static int (*vdso_getres)(int, struct timespec *);
static int (*vdso_gettimeofday)(struct timeval *, void *);
static int (*vdso_getcpu)(unsigned *, void *, void *);
static long (*vdso_time)(long *);

/* norvc keeps the ecalls 4 bytes long and so apart. It is not inlined, so that all markers have one
 * address. */
__attribute__((noinline)) static void
marker(void)
{
    __asm__ volatile(
        "li a7, 5000\n .option push\n .option norvc\n ecall\n ecall\n ecall\n .option pop"
        :
        :
        : "a0", "a7", "memory");
}

/* The rows' bodies: one read each, of one shape, so that row() can call any of them. */
static void
libc_gettime(int id)
{
    clock_gettime(id, &spec);
}

static void
libc_gettimeofday(int id)
{
    gettimeofday(&val, NULL);
}

static void
image_gettime(int id)
{
    vdso_gettime(id, &spec);
}

static void
image_getres(int id)
{
    vdso_getres(id, &spec);
}

static void
image_gettimeofday(int id)
{
    vdso_gettimeofday(&val, NULL);
}

static void
image_time(int id)
{
    if (vdso_time)
        vdso_time(NULL);
}

static void
image_getcpu(int id)
{
    unsigned cpu;
    vdso_getcpu(&cpu, NULL, NULL);
}

static void
call_gettime(int id)
{
    syscall(SYS_clock_gettime, id, &spec);
}

static void
read_often(void (*read)(int), int id)
{
    for (int i = 0; i < READS; i++)
        read(id);
}

/* Nothing may be printed between the markers: a write is a trap. */
static void
row(const char *name, void (*read)(int), int id)
{
    printf("%s %d\n", name, id);
    fflush(stdout);
    read_often(read, id);
    marker();
    read_often(read, id);
    marker();
}

/* Converts what the lookup gives; NULL stays NULL. */
#define FIND(pointer, name) *(void **)&pointer = vdso_symbol(name)

static void
image_rows(const int *ids, int count)
{
    FIND(vdso_gettime, "__vdso_clock_gettime");
    FIND(vdso_getres, "__vdso_clock_getres");
    FIND(vdso_gettimeofday, "__vdso_gettimeofday");
    FIND(vdso_getcpu, "__vdso_getcpu");
    FIND(vdso_time, "__vdso_time");
    /* Without a vDSO (vdso=0) libc's rows are all there is. */
    if (!vdso_gettime)
        return;
    for (int i = 0; i < count; i++) {
        row("vdso_clock_gettime", image_gettime, ids[i]);
        row("vdso_clock_getres", image_getres, ids[i]);
    }
    row("vdso_gettimeofday", image_gettimeofday, 0);
    row("vdso_time", image_time, 0);
    row("slow_vdso_clock_gettime", image_gettime, CLOCK_PROCESS_CPUTIME_ID);
    row("slow_vdso_clock_getres", image_getres, CLOCK_THREAD_CPUTIME_ID);
    row("slow_vdso_getcpu", image_getcpu, 0);
}

int
main(void)
{
    static const int ids[] = {
        CLOCK_REALTIME,         CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,  CLOCK_TAI,
    };
    int count = sizeof(ids) / sizeof(ids[0]);
    for (int i = 0; i < count; i++)
        row("libc_clock_gettime", libc_gettime, ids[i]);
    row("libc_gettimeofday", libc_gettimeofday, 0);
    row("slow_call", call_gettime, CLOCK_MONOTONIC);
    row("slow_libc_clock_gettime", libc_gettime, CLOCK_PROCESS_CPUTIME_ID);
    image_rows(ids, count);
    return 0;
}
