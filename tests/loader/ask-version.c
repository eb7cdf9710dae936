/* ask-version.c - prints which version of `answer` the loader bound it to.
 *
 * It is linked twice: against the new libversion.so, and as ask-version-old against the old one. */

#include <stdio.h>
#include "libs.h"

int
main(void)
{
    printf("version %d\n", answer());
    return 0;
}
