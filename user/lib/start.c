/*
 * start.c - from the initial stack to main, and from main to the end.
 *
 * Called by crt0.S, once. The stack holds argc, argv[], 0, envp[], 0, auxv[] (Linux's
 * fs/binfmt_elf.c; linux-abi: the auxiliary vector). The clock's vDSO functions are bound here,
 * before any code of the program runs. At the end stdio's buffers are written out; there are no
 * destructors. _exit (syscalls.S) does without: use it in a forked child.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "libc.h"

char **environ;
static const Elf64_auxv_t *auxv;

unsigned long
getauxval(unsigned long type)
{
    for (const Elf64_auxv_t *entry = auxv; entry && entry->a_type != AT_NULL; entry++)
        if (entry->a_type == type)
            return entry->a_un.a_val;
    return 0;
}

/* exit_group, and not exit: the process ends, whatever threads it may have made. */
_Noreturn void
exit(int status)
{
    fflush(NULL);
    _exit(status);
}

/* argc words of argv and a NULL, then envp and a NULL, then the auxiliary vector. */
static void
read_stack(long *stack)
{
    environ = (char **)stack + 1 + stack[0] + 1;
    char **end = environ;
    while (*end)
        end++;
    auxv = (const Elf64_auxv_t *)(end + 1);
}

_Noreturn void
__libc_start(long *stack, main_t *main, constructor_t **begin, constructor_t **end)
{
    int argc = stack[0];
    char **argv = (char **)stack + 1;
    read_stack(stack);
    bind_vdso(getauxval(AT_SYSINFO_EHDR));
    for (constructor_t **each = begin; each < end; each++)
        (*each)(argc, argv, environ);
    exit(main(argc, argv, environ));
}
