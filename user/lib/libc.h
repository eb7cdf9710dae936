/*
 * libc.h - what the library's own files share. No program includes it.
 *
 * Everything here is hidden (no program can bind to it, no call goes through a table), but for
 * __libc_start, which each program's crt0 calls.
 */
#ifndef POSTERN_LIBC_H
#define POSTERN_LIBC_H

#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))

typedef int main_t(int argc, char **argv, char **envp);
typedef void constructor_t(int argc, char **argv, char **envp);

/* Runs the program: constructors in [begin, end), then main; never returns. `stack` is sp as the
 * kernel left it. */
_Noreturn void __libc_start(long *stack, main_t *main, constructor_t **begin, constructor_t **end);

/* Looks up the clock functions in the vDSO whose ELF header is at `image` (0: there is none). */
HIDDEN void bind_vdso(unsigned long image);

/* result, or -1 with errno set when it is a negated errno: the convention of system calls and of
 * vDSO functions alike. */
HIDDEN long check(long result);

#endif
