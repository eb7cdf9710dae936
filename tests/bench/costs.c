/* costs.c - what a call costs: runs each of a few operations many times and prints the mean.
 *
 * Each line is a name and nanoseconds times 1,000. tools/bench starts it under `--icount`, where
 * one instruction of the machine, in whatever mode, takes one nanosecond: so the line tells
 * thousandths of an instruction. The time comes from CLOCK_MONOTONIC, in steps of 100 ns; the loop
 * itself is measured empty and taken off. Any Linux on riscv64 runs this program too. */

#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../guest/vdsosym.h"

#define NS_PER_S  1000000000L
#define THOUSANDS 1000

static int (*vdso_clock_gettime)(clockid_t clock, struct timespec *now);
static int to_child[2], to_parent[2];

static long
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* One loop of each kind, so that an operation costs its call site and nothing else. The compiler
 * must not see what a function pointer points at; the empty statement keeps the empty loop. */
static void
run_nothing(long times)
{
    while (times-- > 0)
        __asm__ volatile("");
}

static void
run_vdso(long times)
{
    struct timespec now;
    while (times-- > 0)
        vdso_clock_gettime(CLOCK_MONOTONIC, &now);
}

/* getppid: libc cannot remember its answer, so it is a call each time, and next to nothing
 * inside. */
static void
run_null_call(long times)
{
    while (times-- > 0)
        getppid();
}

/* The whole life of a process, with the parent asleep in wait meanwhile. */
static void
run_fork(long times)
{
    while (times-- > 0) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        waitpid(child, NULL, 0);
    }
}

/* Sends a byte to the other process and gets it back. */
static void
run_pipe(long times)
{
    char byte = 0;
    while (times-- > 0) {
        write(to_child[1], &byte, 1);
        read(to_parent[0], &byte, 1);
    }
}

/* The first run brings in pages and fills caches. It is not counted. */
static long
measure_ns(void (*run)(long), long times)
{
    run(1);
    long start = now_ns();
    run(times);
    return now_ns() - start;
}

static void
report(const char *name, void (*run)(long), long times)
{
    long empty = measure_ns(run_nothing, times);
    long full = measure_ns(run, times);
    printf("%s %ld\n", name, (full - empty) * THOUSANDS / times);
}

/* The other end of run_pipe, until the pipe is closed. */
static void
start_echo(void)
{
    char byte;
    pipe(to_child);
    pipe(to_parent);
    if (fork() != 0)
        return;
    close(to_child[1]);
    while (read(to_child[0], &byte, 1) == 1)
        write(to_parent[1], &byte, 1);
    _exit(0);
}

int
main(void)
{
    vdso_clock_gettime = vdso_symbol("__vdso_clock_gettime");
    if (vdso_clock_gettime)
        report("vdso_clock_monotonic", run_vdso, 200000);
    report("null_call", run_null_call, 20000);
    report("fork_exit_wait", run_fork, 200);
    start_echo();
    report("pipe_round_trip", run_pipe, 2000);
    return fflush(stdout) == 0 ? 0 : 1;
}
