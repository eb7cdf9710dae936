/*
 * exit.c - the end of a program: atexit's functions, last first, then stdio's buffers, then the
 * kernel. _exit (syscalls.S) skips the first two: use it in a forked child.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void (*functions[32])(void);
static unsigned int count;

int
atexit(void (*function)(void))
{
    if (count == sizeof(functions) / sizeof(functions[0]))
        return -1;
    functions[count++] = function;
    return 0;
}

_Noreturn void
exit(int status)
{
    while (count > 0)
        functions[--count]();
    fflush(NULL);
    _exit(status);
}

_Noreturn void
abort(void)
{
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    _exit(127); /* only when SIGABRT is blocked */
}
