/* start.c - from the initial stack to main, and from main to the end.
 *
 * crt0.S calls __libc_start once. The stack holds argc, argv[], 0, envp[], 0, auxv[] (Linux's
 * fs/binfmt_elf.c). The clock's vDSO functions are bound here, before any code of the program runs.
 * exit writes out stdio's buffers; there are no destructors. _exit (syscalls.S) leaves the buffers
 * as they are: a forked child uses that. */

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

/* _exit calls exit_group: the whole process ends, whatever threads it may have made. */
_Noreturn void
exit(int status)
{
    fflush(NULL);
    _exit(status);
}

_Noreturn void
__libc_start(long *stack, main_t *main, constructor_t **begin, constructor_t **end)
{
    int argc = stack[0];
    char **argv = (char **)stack + 1;
    environ = argv + argc + 1;
    char **last = environ;
    while (*last)
        last++;
    auxv = (const Elf64_auxv_t *)(last + 1);
    bind_vdso(getauxval(AT_SYSINFO_EHDR));
    for (constructor_t **each = begin; each < end; each++)
        (*each)(argc, argv, environ);
    exit(main(argc, argv, environ));
}
