/* threads.h - starts and joins threads of glibc, for checks that do so again and again.
 *
 * Used by pthread.c and threadend.c. A thread that cannot be made fails the check at once, as
 * everything after it would be about something else. Not here: threads by the raw clone call
 * (thread.c). Source: pthread_create(3), pthread_join(3). */
#pragma once
#include "fixture.h"
#include <pthread.h>

static inline void
start(pthread_t *t, void *(*body)(void *), void *arg)
{
    EQ(pthread_create(t, NULL, body, arg), 0);
}

/* Waits for the thread's end and gives what its function returned. */
static inline long
join(pthread_t t)
{
    void *value;
    EQ(pthread_join(t, &value), 0);
    return (long)value;
}

/* The body of a thread that ends at once, with a result that tells whose it is. */
static inline void *
add_one(void *arg)
{
    return (void *)((long)arg + 1);
}
