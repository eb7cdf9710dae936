/* balance.h - storms that must give all memory back: MemFree as before, exactly.
 *
 * Used by storm.c and storm2.c. Linux gives memory back in its own time, so there the storms pass
 * but the exact count does not: this is a promise of Postern. */
#pragma once
#include "check.h"
#include <time.h>

/* MemFree in kB. Without malloc and stdio: they would move what is measured. */
static inline long
free_kb(void)
{
    char text[2000], *at;
    int fd = OK(open("/proc/meminfo", O_RDONLY));
    long n = OK(read(fd, text, sizeof text - 1));
    close(fd);
    text[n] = 0;
    at = strstr(text, "MemFree:");
    TRUE(at != NULL);
    return atol(at + 8);
}

static inline void
pause_ms(long ms)
{
    struct timespec t = { 0, ms * 1000000 };
    nanosleep(&t, NULL);
}

/* Runs the storm twice; the second time nothing may be lost, once all ends are worked off. */
static inline void
gives_back(void (*storm)(void))
{
    storm();
    free_kb();
    pause_ms(50);
    long before = free_kb(), after = 0;
    storm();
    for (int tries = 0; tries < 40; tries++) {
        after = free_kb();
        if (after == before)
            return;
        pause_ms(25);
    }
    FAIL("expected %ld kB free as before, seen %ld (%ld kB lost)", before, after, before - after);
}

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
