/* timeofday.c - gettimeofday as programs have called it since 4.2BSD: through libc.
 *
 * A client: it knows nothing of Postern. It prints the time in seconds, then `ok` when 1,000
 * readings never stepped back and lie inside those of clock_gettime. */

#include <stdio.h>
#include <sys/time.h>
#include <time.h>

static long long
now_us(void)
{
    struct timeval now;
    if (gettimeofday(&now, NULL) != 0)
        return -1;
    return now.tv_sec * 1000000LL + now.tv_usec;
}

int
main(void)
{
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    long long first = now_us(), last = first;
    for (int i = 0; i < 1000; i++) {
        long long t = now_us();
        if (t < last) {
            printf("stepped back from %lld to %lld us\n", last, t);
            return 1;
        }
        last = t;
    }
    clock_gettime(CLOCK_REALTIME, &after);
    if (first < before.tv_sec * 1000000LL + before.tv_nsec / 1000 ||
        last > after.tv_sec * 1000000LL + after.tv_nsec / 1000) {
        printf("gettimeofday and clock_gettime disagree\n");
        return 1;
    }
    printf("%lld\nok\n", first / 1000000);
    return 0;
}
