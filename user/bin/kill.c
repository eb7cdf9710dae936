/* kill.c - sends a signal to processes.
 *
 *     kill [-SIGNAL | -s SIGNAL] PID...
 *     kill -l                                lists the names
 *
 * SIGNAL is a name with or without SIG, or a number; TERM unless said otherwise. 0 only asks
 * whether PID exists. A negative PID means a process group, after a SIGNAL or `--`. The names and
 * numbers are those of <signal.h> on this machine. Follows POSIX.1-2017, "kill". */

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME(name) [SIG##name] = #name

static const char *const names[] = {
    [0] = "EXIT", NAME(HUP),  NAME(INT),    NAME(QUIT), NAME(ILL),  NAME(TRAP),   NAME(ABRT),
    NAME(BUS),    NAME(FPE),  NAME(KILL),   NAME(USR1), NAME(SEGV), NAME(USR2),   NAME(PIPE),
    NAME(ALRM),   NAME(TERM), NAME(STKFLT), NAME(CHLD), NAME(CONT), NAME(STOP),   NAME(TSTP),
    NAME(TTIN),   NAME(TTOU), NAME(URG),    NAME(XCPU), NAME(XFSZ), NAME(VTALRM), NAME(PROF),
    NAME(WINCH),  NAME(IO),   NAME(PWR),    NAME(SYS),
};
enum { NAMES = sizeof(names) / sizeof(names[0]), LAST_SIGNAL = 64 };

/* Returns the status of wrong use. */
static int
usage(void)
{
    fprintf(stderr, "usage: kill [-SIGNAL | -s SIGNAL] PID...\n"
                    "       kill -l\n");
    return 2;
}

/* Reads a whole decimal number, a sign included. False when the text is anything else. */
static bool
parse_number(const char *text, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return *text && !*end;
}

/* The number of a signal given by name or number, -1 for neither. */
static int
parse_signal(const char *text)
{
    long number;
    if (isdigit(*text)) {
        bool known = parse_number(text, &number) && number <= LAST_SIGNAL;
        return known ? number : -1;
    }
    if (strncmp(text, "SIG", 3) == 0)
        text += 3;
    for (int i = 0; i < NAMES; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

/* Lists six names a line: a screen is 80 columns wide. */
static int
list(void)
{
    for (int i = 1; i < NAMES; i++) {
        bool line_ends = i % 6 == 0 || i == NAMES - 1;
        printf("%2d %-8s%s", i, names[i], line_ends ? "\n" : "");
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

/* Takes the signal from the arguments; *next becomes the index of the first PID. -1, after a
 * message, when there is no such signal. */
static int
choose_signal(int argc, char **argv, int *next)
{
    const char *option = argc > 1 ? argv[1] : "";
    if (option[0] != '-') {
        *next = 1;
        return SIGTERM;
    }
    *next = 2;
    if (strcmp(option, "--") == 0)
        return SIGTERM;
    const char *name = option + 1;
    if (strcmp(option, "-s") == 0) {
        *next = 3;
        name = argc > 2 ? argv[2] : "";
    }
    int signal = parse_signal(name);
    if (signal < 0)
        fprintf(stderr, "kill: unknown signal '%s'; `kill -l` lists the names\n", name);
    if (*next < argc && strcmp(argv[*next], "--") == 0)
        ++*next;
    return signal;
}

/* Sends the signal to one process. Returns the status that this adds. A number beyond 32 bits is
 * refused: cut off, it would be the number of another process. */
static int
send_to(const char *text, int signal)
{
    long pid;
    if (!parse_number(text, &pid) || pid != (pid_t)pid) {
        fprintf(stderr, "kill: '%s' is not a process number\n", text);
        return 2;
    }
    if (kill(pid, signal) != 0) {
        fprintf(stderr, "kill: %s: %s\n", text, strerror(errno));
        return 1;
    }
    return 0;
}

/* Every PID is tried, and the last failure is the status. */
int
main(int argc, char **argv)
{
    int status = 0;
    int i;
    if (argc == 2 && strcmp(argv[1], "-l") == 0)
        return list();
    int signal = choose_signal(argc, argv, &i);
    if (signal < 0 || i >= argc)
        return usage();
    for (; i < argc; i++) {
        int result = send_to(argv[i], signal);
        if (result != 0)
            status = result;
    }
    return status;
}
