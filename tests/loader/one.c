/* one.c - libone.so: needs libthree.so, is needed by the programs.
 *
 * main.c says what is asked of it. */

#include <unistd.h>
#include "libs.h"

int one_value = 41;
char one_zeros[100000]; /* .bss over many pages behind the file's part */
int *const one_pointer = &two_numbers[2];

int
one_sum(void)
{
    return three_sum() + 1;
}

const char *
one_asks_whose(void)
{
    return whose();
}

int *
one_value_of_library(void)
{
    return &one_value;
}

__attribute__((constructor)) static void
start(int argc, char **argv, char **envp)
{
    if (argc > 0 && !argv[argc] && envp == argv + argc + 1)
        write(1, "init one\n", 9);
}
