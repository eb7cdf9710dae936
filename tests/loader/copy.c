/* copy.c - a program at a fixed address that uses a library's variable.
 *
 * The linker gives the program a copy, the loader fills it (R_RISCV_COPY), and the library must use
 * the copy from then on. stdout is such a variable too, and a pointer: its copy must be made when
 * the library's own is bound. */

#include <stdio.h>
#include "libs.h"

int
main(void)
{
    fprintf(stdout, "value %d\n", one_value);
    *one_value_of_library() = 7;
    fprintf(stdout, "after the library changed it %d\n", one_value);
    return 0;
}
