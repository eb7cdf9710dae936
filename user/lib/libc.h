/* libc.h - what the library's own files share. No program includes it.
 *
 * Everything here is hidden: no program can bind to it, and no call of it goes through a table. The
 * exception is __libc_start, which each program's crt0 calls. */
#pragma once

#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))

typedef int main_t(int argc, char **argv, char **envp);
typedef void constructor_t(int argc, char **argv, char **envp);

/* Runs the program, first the constructors in [begin, end), then main. Never returns. `stack` is sp
 * as the kernel left it. */
_Noreturn void __libc_start(long *stack, main_t *main, constructor_t **begin, constructor_t **end);

/* Looks up the clock functions in the vDSO whose ELF header is at `image` (0: there is none). */
HIDDEN void bind_vdso(unsigned long image);

/* Turns an answer of the kernel or of the vDSO into that of a C function: a negated errno becomes
 * errno and -1, anything else is returned as it is. */
HIDDEN long check(long result);
