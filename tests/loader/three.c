/* three.c - libthree.so: needs libtwo.so, which the program names before it.
 *
 * Its constructor must still come after libtwo's. */

#include <unistd.h>
#include "libs.h"

int
three_sum(void)
{
    return two_numbers[0] + two_numbers[1];
}

__attribute__((constructor)) static void
start(void)
{
    write(1, "init three\n", 11);
}
