/* sleep.c - waits for a time, to the nanosecond that the kernel can keep.
 *
 *     sleep SECONDS[.FRACTION]
 *
 * The fraction is read digit by digit: the C library has no floating point numbers to read.
 * Follows POSIX.1-2017, "sleep"; the fraction is a custom of GNU and BSD. */

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NS_PER_S = 1000000000 };

/* Reads a text such as "1", "0.25" or ".5" into *t. False when it has another form, or too many
 * digits to count. */
static bool
parse_seconds(const char *text, struct timespec *t)
{
    const char *s = text;
    long scale_ns = NS_PER_S / 10;
    t->tv_sec = 0;
    t->tv_nsec = 0;
    for (; isdigit(*s) && t->tv_sec < NS_PER_S; s++)
        t->tv_sec = t->tv_sec * 10 + (*s - '0');
    if (*s == '.') {
        s++;
        for (; isdigit(*s); s++) {
            t->tv_nsec += scale_ns * (*s - '0');
            scale_ns /= 10;
        }
    }
    return !*s && s > text && isdigit(s[-1]);
}

/* A signal that does not end the program interrupts the wait, which goes on with what is left. */
int
main(int argc, char **argv)
{
    struct timespec left;
    if (argc != 2 || !parse_seconds(argv[1], &left)) {
        fprintf(stderr, "usage: sleep SECONDS[.FRACTION]\n");
        return 2;
    }
    while (nanosleep(&left, &left) != 0) {
        if (errno != EINTR) {
            fprintf(stderr, "sleep: %s\n", strerror(errno));
            return 1;
        }
    }
    return 0;
}
