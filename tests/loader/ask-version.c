/*
 * ask-version.c - prints which version of `answer` the loader bound it to.
 */

#include <stdio.h>
#include "libs.h"

int
main(void)
{
    printf("version %d\n", answer());
    return 0;
}
