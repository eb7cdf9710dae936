/* uptime.c - how long the machine has been running, from /proc/uptime.
 *
 * The file holds two numbers, seconds since boot and seconds that harts were idle, each with two
 * digits behind the point (proc(5)). The first one is shown as days, hours, minutes, seconds. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The hundredths are printed as they stand in the file: `end` points at the dot before them. */
int
main(void)
{
    char line[80] = "";
    char *end;
    int fd = open("/proc/uptime", O_RDONLY);
    if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0) {
        fprintf(stderr, "uptime: /proc/uptime: %s\n", strerror(errno));
        return 1;
    }
    long seconds = strtol(line, &end, 10);
    if (*end != '.') {
        fprintf(stderr, "uptime: /proc/uptime: not a number of seconds: %s\n", line);
        return 1;
    }
    printf("up %ld days, %02ld:%02ld:%02ld%.3s\n", seconds / 86400, seconds / 3600 % 24,
           seconds / 60 % 60, seconds % 60, end);
    return fflush(stdout) == 0 ? 0 : 1;
}
