/*
 * copy.c - a program at a fixed address that uses a library's variable: the linker gives it a
 * copy, the loader fills it (R_RISCV_COPY), and the library must use the copy from then on.
 */
#include <stdio.h>
#include "libs.h"

int
main(void)
{
    printf("value %d\n", one_value);
    *one_value_of_library() = 7;
    printf("after the library changed it %d\n", one_value);
    return 0;
}
