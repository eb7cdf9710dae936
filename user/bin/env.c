/* env [-i] [NAME=VALUE]... [COMMAND [ARGUMENT...]] - runs COMMAND with a changed environment, or
 * prints the environment. -i begins with an empty one.
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

/* Assignments end at the first word without `=`: what follows is the command, whatever it looks
 * like. exec keeps the process: nobody waits, so the command's status is ours. */
int
main(int argc, char **argv)
{
    static char *empty[] = { NULL };
    char *equals;
    int i = 1;
    if (i < argc && strcmp(argv[i], "-i") == 0) {
        environ = empty;
        i++;
    } else if (i < argc && argv[i][0] == '-') {
        fprintf(stderr, "usage: env [-i] [NAME=VALUE]... [COMMAND [ARGUMENT...]]\n");
        return 2;
    }
    for (; i < argc && (equals = strchr(argv[i], '=')) != NULL; i++) {
        *equals = '\0'; /* the argument is ours to change */
        if (setenv(argv[i], equals + 1, 1) != 0) {
            fprintf(stderr, "env: cannot set '%s': %s\n", argv[i], strerror(errno));
            return 1;
        }
    }
    if (i == argc)
        return print_environment();
    execvp(argv[i], argv + i);
    int error = errno, missing = error == ENOENT || error == ENOTDIR;
    fprintf(stderr, "env: %s: %s\n", argv[i], missing ? "not found" : strerror(error));
    return missing ? 127 : 126;
}
