/* env.c - runs a command with a changed environment, or prints it.
 *
 *     env [-i] [NAME=VALUE]... [COMMAND [ARGUMENT...]]      -i: begins with an empty one
 *
 * Status: COMMAND's own, 127 when it is not found, 126 when it cannot be executed, 2 for a bad
 * option. Follows POSIX.1-2017, "env". */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One NAME=VALUE a line, in the order in which the program got them. */
static int
print_environment(void)
{
    for (char **entry = environ; *entry; entry++)
        puts(*entry);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* Sets NAME=VALUE. `equals` is the `=` in it; the argument is ours to change. 0 or -1. */
static int
set(char *assignment, char *equals)
{
    *equals = '\0';
    if (setenv(assignment, equals + 1, 1) == 0)
        return 0;
    fprintf(stderr, "env: cannot set '%s': %s\n", assignment, strerror(errno));
    return -1;
}

/* exec keeps the process: nobody waits, so the command's status is ours. This returns only when
 * there is no such command. */
static int
run(char **command)
{
    execvp(command[0], command);
    if (errno == ENOENT || errno == ENOTDIR) {
        fprintf(stderr, "env: %s: not found\n", command[0]);
        return 127;
    }
    fprintf(stderr, "env: %s: %s\n", command[0], strerror(errno));
    return 126;
}

/* Assignments end at the first word without `=`: what follows is the command, whatever it looks
 * like. */
int
main(int argc, char **argv)
{
    static char *empty[] = { NULL };
    int i = 1;
    if (i < argc && strcmp(argv[i], "-i") == 0) {
        environ = empty;
        i++;
    } else if (i < argc && argv[i][0] == '-') {
        fprintf(stderr, "usage: env [-i] [NAME=VALUE]... [COMMAND [ARGUMENT...]]\n");
        return 2;
    }
    for (; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals)
            break;
        if (set(argv[i], equals) != 0)
            return 1;
    }
    return i < argc ? run(argv + i) : print_environment();
}
