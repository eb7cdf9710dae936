/* shell.c - what the whole shell knows: its state, and the two ways in which something goes wrong.
 *
 * complain prints a message, and the command that failed goes on to its end. abandon gives up
 * everything that is being run. Nothing here calls another file of the shell. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "sh.h"

struct shell shell = { .name = "sh" };
volatile sig_atomic_t interrupted;

/* The name "sh" stands first, so that nobody takes the message for a program's. */
int
complain(int status, const char *format, ...)
{
    va_list arguments;
    fflush(stdout); /* what was printed before is seen before */
    fputs("sh: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return status;
}

/* A script must not go on with half of its commands done; a person decides what comes next. */
void
abandon(int status)
{
    shell.status = status;
    if (!shell.interactive)
        exit(status);
    shell.unwind = ABANDONED;
}
