/* date.c - prints the time in UTC, or sets the clock and prints it.
 *
 *     date [-u] [+FORMAT]
 *     date [-u] -s @SECONDS
 *
 * There are no time zones on this system, so -u, which asks for UTC, changes nothing. FORMAT is
 * strftime's, with %s, SECONDS since 1970, and GNU's %N, nine digits of nanoseconds. Setting the
 * clock moves CLOCK_REALTIME and never CLOCK_MONOTONIC. Follows POSIX.1-2017, "date". */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
usage(void)
{
    fprintf(stderr, "usage: date [-u] [+FORMAT]\n       date [-u] -s @SECONDS\n");
    return 2;
}

/* It understands @SECONDS only: a date in words would need a parser as long as this program. */
static int
set_clock(const char *text)
{
    struct timespec now = { 0 };
    char *end;
    if (text[0] != '@')
        return usage();
    now.tv_sec = strtol(text + 1, &end, 10);
    if (end == text + 1 || *end)
        return usage();
    if (clock_settime(CLOCK_REALTIME, &now) != 0) {
        fprintf(stderr, "date: cannot set the clock: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}

/* Replaces what strftime does not know, %s and %N. Any other conversion, %% too, is copied with its
 * letter. False when there is no room. */
static bool
insert_numbers(char *to, size_t size, const char *format, const struct timespec *now)
{
    size_t used = 0;
    for (; *format; format++) {
        if (size - used < 24) /* a number of seconds with its sign takes up to 20 */
            return false;
        if (format[0] == '%' && format[1] == 's') {
            used += snprintf(to + used, size - used, "%ld", (long)now->tv_sec);
            format++;
        } else if (format[0] == '%' && format[1] == 'N') {
            used += snprintf(to + used, size - used, "%09ld", (long)now->tv_nsec);
            format++;
        } else if (format[0] == '%' && format[1]) {
            to[used++] = '%';
            to[used++] = format[1];
            format++;
        } else {
            to[used++] = *format;
        }
    }
    to[used] = '\0';
    return true;
}

/* Makes the text. False when it is too long. strftime tells that by 0, which is also the length of
 * the text of an empty format. */
static bool
format_time(char *to, size_t size, const char *wanted, const struct timespec *now)
{
    char format[512];
    struct tm date;
    if (!insert_numbers(format, sizeof(format), wanted, now))
        return false;
    to[0] = '\0';
    gmtime_r(&now->tv_sec, &date);
    return strftime(to, size, format, &date) > 0 || !format[0];
}

/* One reading of the clock serves seconds, nanoseconds and date: they belong together. */
static int
print_time(const char *wanted)
{
    char text[1024];
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        fprintf(stderr, "date: %s\n", strerror(errno));
        return 1;
    }
    if (!format_time(text, sizeof(text), wanted, &now)) {
        fprintf(stderr, "date: the result is too long\n");
        return 1;
    }
    puts(text);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* All arguments are read before the clock is set: a wrong use changes nothing. */
int
main(int argc, char **argv)
{
    const char *format = "%a %b %e %H:%M:%S UTC %Y";
    const char *clock = NULL;
    int i = 1;
    if (i < argc && strcmp(argv[i], "-u") == 0)
        i++;
    if (i + 1 < argc && strcmp(argv[i], "-s") == 0) {
        clock = argv[i + 1];
        i += 2;
    }
    if (i < argc && argv[i][0] == '+') {
        format = argv[i] + 1;
        i++;
    }
    if (i < argc)
        return usage();
    if (clock) {
        int status = set_clock(clock);
        if (status != 0)
            return status;
    }
    return print_time(format);
}
