/* two.c - libtwo.so: needs nobody.
 *
 * It is built a second time without two_gone: then the loader must miss that function by name. */

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
