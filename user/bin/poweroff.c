/* poweroff.c - ends the machine in order.
 *
 *     poweroff
 *
 * Process 1 is the machine: when it ends, the power goes off. So the wish is a signal to init, as
 * busybox sends it too. Nothing comes after a poweroff, and so this waits to be ended. It is no
 * system call of its own, and asks nobody who still runs. Follows busybox, "poweroff". */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A process 1 that is not init does not hear the signal; a second is long for one that does. */
int
main(int argc, char **argv)
{
    if (argc > 1) {
        fprintf(stderr, "usage: poweroff\n");
        return 2;
    }
    if (kill(1, SIGUSR2) != 0) {
        fprintf(stderr, "poweroff: %s\n", strerror(errno));
        return 1;
    }
    nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
    fprintf(stderr, "poweroff: process 1 goes on, it is not init\n");
    return 1;
}
