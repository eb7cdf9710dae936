/* echo.c - prints its arguments with one space between them, and a newline.
 *
 *     echo [-n] [WORD...]      -n: no newline
 *
 * Backslashes are ordinary: POSIX leaves echo's treatment of them open, and this one prints what
 * it was given. Follows POSIX.1-2017, "echo". */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Only the first argument can be -n, and only exactly that: `echo -nx` prints it. The output is
 * flushed here, because exit could not tell anybody that it failed. */
int
main(int argc, char **argv)
{
    bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;
    int first = newline ? 1 : 2;
    for (int i = first; i < argc; i++) {
        if (i > first)
            putchar(' ');
        fputs(argv[i], stdout);
    }
    if (newline)
        putchar('\n');
    if (fflush(stdout) != 0) {
        fprintf(stderr, "echo: cannot write: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
