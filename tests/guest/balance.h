/* balance.h - storms that must give all memory back: MemFree as before, exactly.
 *
 * Used by storm_process.c, storm_memory.c and the attacks. A leak of one page a fork is found after
 * one storm, and so is a page that is freed twice and counted twice. Linux caches and frees in its
 * own time, so there the storms pass but the exact count does not: it is a promise of Postern. */
#pragma once
#include "fixture.h"

/* MemFree of proc(5), in kB. Without malloc and stdio: they would move what is measured. */
static inline long
free_kb(void)
{
    char text[2000], *at;
    int fd = OK(open("/proc/meminfo", O_RDONLY));
    long n = OK(read(fd, text, sizeof(text) - 1));
    close(fd);
    text[n] = 0;
    at = strstr(text, "MemFree:");
    TRUE(at);
    return atol(at + 8);
}

/* The count when it has stood still for 100 ms. A process is gone for its parent a little before
 * its last thread has left its stack; on a busy host that little may be long. */
static inline long
settled_kb(void)
{
    long last = free_kb();
    for (int still = 0, tries = 0; still < 4 && tries < 200; tries++) {
        pause_ms(25);
        long now = free_kb();
        still = now == last ? still + 1 : 0;
        last = now;
    }
    return last;
}

/* Two storms, and only the second is measured: the first brings in what stays on purpose: pages
 * of this program, tables for kernel stacks. */
static inline void
gives_back(void (*storm)(void))
{
    storm();
    long before = settled_kb(); /* its buffer on the stack is touched by then, too */
    storm();
    long after = settled_kb();
    if (after != before)
        FAIL("expected %ld kB free as before, seen %ld (%ld kB lost)", before, after,
             before - after);
}
