/* kill [-SIGNAL | -s SIGNAL] PID... - sends a signal, TERM unless said otherwise; kill -l lists
 * the names. SIGNAL is a name with or without SIG, or a number; 0 only asks whether PID exists.
 *
 * A negative PID means a process group, after a SIGNAL or `--`. The names and numbers are those
 * of <signal.h> on this machine. Follows POSIX.1-2017, "kill". */

#include <ctype.h>
#include <errno.h>
#include <signal.h>
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

/* Reads a whole decimal number, a sign included. False when TEXT is anything else. */
static int
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
    if (isdigit(*text))
        return parse_number(text, &number) && number <= LAST_SIGNAL ? (int)number : -1;
    if (strncmp(text, "SIG", 3) == 0)
        text += 3;
    for (int i = 0; i < NAMES; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

/* Six a line: a screen is 80 columns wide. */
static int
list(void)
{
    for (int i = 1; i < NAMES; i++)
        printf("%2d %-8s%s", i, names[i], i % 6 == 0 || i == NAMES - 1 ? "\n" : "");
    return fflush(stdout) == 0 ? 0 : 1;
}

/* Takes the signal from the arguments; *NEXT becomes the index of the first PID. */
static int
choose_signal(int argc, char **argv, int *next)
{
    const char *option = argc > 1 ? argv[1] : "";
    const char *name = option + 1;
    *next = 2;
    if (option[0] != '-') {
        *next = 1;
        return SIGTERM;
    }
    if (strcmp(option, "--") == 0)
        return SIGTERM;
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

/* Every PID is tried, and the last failure is the status. A number beyond 32 bits is refused: cut
 * off, it would be the number of another process. */
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
        long pid;
        if (!parse_number(argv[i], &pid) || pid != (pid_t)pid) {
            fprintf(stderr, "kill: '%s' is not a process number\n", argv[i]);
            status = 2;
        } else if (kill((pid_t)pid, signal) != 0) {
            fprintf(stderr, "kill: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    }
    return status;
}
