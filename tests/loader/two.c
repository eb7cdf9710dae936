/*
 * two.c - libtwo.so: needs nobody. Built a second time without two_gone, to be found missing.
 */

#include <unistd.h>
#include "libs.h"

int two_numbers[4] = { 10, 11, 12, 13 };

const char *
whose(void)
{
    return "library";
}

#ifndef WITHOUT_GONE
int
two_gone(void)
{
    return 2;
}
#endif

__attribute__((constructor)) static void
start(void)
{
    write(1, "init two\n", 9);
}
