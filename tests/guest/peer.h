/* peer.h - another process that does something while the check is inside a call.
 *
 * Used by the checks about waiting, waking and interrupting. No check may depend on who is faster:
 * a pause only makes it likely that the other side sleeps already, and a check that is early must
 * pass as well. Where one event may come too early to be seen, it is sent again and again. */
#pragma once
#include "fixture.h"

/* Lets this many milliseconds pass, whatever signals come. */
static inline void
let_pass_ms(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    while (nanosleep(&t, &t) == -1)
        ;
}

/* A child that sends the caller this signal every `ms`, until KILL_PEER. A single signal could
 * arrive before the call that it is to interrupt, and that call would then sleep for ever. */
static inline pid_t
peer_nags(int signal, long ms)
{
    pid_t me = getpid(), pid = OK(fork());
    while (pid == 0) {
        let_pass_ms(ms);
        kill(me, signal);
    }
    return pid;
}

/* Waits for the child; it ended with this wait status (EXITED, KILLED, 0). */
#define ENDS(pid, wanted) EQ(STATUS(pid), wanted)

#define KILL_PEER(pid)                                                                             \
    do {                                                                                           \
        kill(pid, SIGKILL);                                                                        \
        ENDS(pid, KILLED(SIGKILL));                                                                \
    } while (0)
