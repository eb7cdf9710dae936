/* signals.h - counts the signals that a handler catches, blocks them and asks what is pending.
 *
 * Used by sigaction.c and sigmask.c. The handler changes nothing but these variables, so that a
 * check may let it run at any moment. */

#pragma once
#include "peer.h"

/* A signal's bit in the kernel's mask of one word; and the mask of all but the two signals that
 * cannot be blocked (sigprocmask(2), NOTES). */
#define BIT(signal) (1UL << ((signal)-1))
#define BLOCKABLE   (~(BIT(SIGKILL) | BIT(SIGSTOP)))

/* What handler() has seen: how many signals, the last one, and the mask under which it ran. */
static volatile int count, last;
static volatile unsigned long seen_mask;

/* The mask now, in the kernel's form. */
static inline unsigned long
mask(void)
{
    unsigned long now = 0;
    sys(SYS_rt_sigprocmask, 0, 0, &now, sizeof(now));
    return now;
}

static void
handler(int signal)
{
    count++;
    last = signal;
    seen_mask = mask();
}

/* Sets the handler above for this signal. */
static inline void
set(int signal, int flags)
{
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    OK(sigaction(signal, &a, NULL));
}

/* Blocks or unblocks one signal, as `how` says (SIG_BLOCK, SIG_UNBLOCK). */
static inline void
block(int how, int signal)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, signal);
    OK(sigprocmask(how, &s, NULL));
}

/* Is this signal pending, for the thread or for the process? */
static inline bool
pending(int signal)
{
    sigset_t s;
    OK(sigpending(&s));
    return sigismember(&s, signal);
}
