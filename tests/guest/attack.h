/* attack.h - what the attacks share: numbers drawn from a seed, and children that may not hang.
 *
 * A seed makes an attack repeatable; set it before the first draw. The generator is Marsaglia's
 * xorshift64 ("Xorshift RNGs", 2003). */
#pragma once
#include "balance.h"

static uint64_t seed; /* not 0: the generator would stay there */

/* Seeds 1, 2, 3... differ in two bits, and so would the first draws; times this odd number (2^64 by
 * the golden ratio) they differ in half of their bits. */
#define SPREAD(n) ((n)*0x9e3779b97f4a7c15UL)

static inline uint64_t
draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* The body of a thread, or the rest of a child, that is only there to be ended. */
static inline void *
sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return NULL;
}

/* Waits for the child, kills it when it does not end by itself, and returns its wait status. */
static inline int
end_of(pid_t pid)
{
    int status = -1;
    for (int tries = 0; waitpid(pid, &status, WNOHANG) == 0; tries++) {
        if (tries == 20) /* 40 ms: a spoilt program may well loop */
            kill(pid, SIGKILL);
        pause_ms(2);
    }
    return status;
}
