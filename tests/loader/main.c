/* main.c - asks the loader for what linking promises, one line each.
 *
 * test_loader.py knows the right answers. What each line needs is in libs.h (who needs whom) and
 * one.c, two.c, three.c. Source: System V ABI (gABI), "Dynamic Linking"; RISC-V psABI for the
 * relocations. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libs.h"

/* Nobody defines it: gABI makes such a symbol 0, not an error. */
int nowhere(void) __attribute__((weak));

static int own_start;

const char *
whose(void)
{
    return "program";
}

__attribute__((constructor)) static void
start(void)
{
    own_start++;
}

/* The signal that ends a process which writes to this address, 0: none. */
static int
write_signal(const volatile void *at)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        *(volatile long *)at = 1;
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WTERMSIG(status);
}

int
main(int argc, char **argv)
{
    int zeros = 0;
    for (size_t i = 0; i < sizeof(one_zeros); i++)
        zeros += one_zeros[i] == 0;
    printf("arguments %d %s %s\n", argc, argv[1], argv[argc] ? "?" : "end");
    printf("program's constructor ran %d times\n", own_start);
    printf("library calls whose: %s\n", one_asks_whose());
    printf("pointer with addend: %d\n", *one_pointer);
    printf("variable is one: %d\n", &one_value == one_value_of_library());
    printf("call through two libraries: %d\n", one_sum() + two_gone());
    printf("zero bytes of .bss: %d\n", zeros);
    printf("weak symbol of nobody: %d\n", nowhere != NULL);
    printf("write to .bss: signal %d\n", write_signal(one_zeros));
    printf("write to RELRO: signal %d\n", write_signal(&one_pointer));
    return 42;
}
