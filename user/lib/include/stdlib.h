/* stdlib.h - numbers, heap, environment, sorting, the end of a program, as ISO C and POSIX say.
 *
 * exit writes out stdio's buffers; there is no atexit. */
#pragma once

#include <stddef.h>

/* Blocks are aligned to 16 bytes. NULL with ENOMEM when there is no room. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *block);

/* Base 2 to 36, or 0: as the prefix says (0x, 0). *end is where reading stopped. */
long strtol(const char *restrict s, char **restrict end, int base);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

/* What getenv returns stays valid, whatever is set later. setenv copies. */
char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);

_Noreturn void exit(int status);
