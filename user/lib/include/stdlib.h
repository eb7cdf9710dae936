/* stdlib.h - numbers, heap, environment, sorting, the end of a program, as ISO C and POSIX say.
 *
 * exit runs at most 32 atexit functions, then writes out stdio's buffers. */
#ifndef POSTERN_STDLIB_H
#define POSTERN_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *block);

int atoi(const char *s);
long strtol(const char *restrict s, char **restrict end, int base);
unsigned long strtoul(const char *restrict s, char **restrict end, int base);

char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);

int atexit(void (*function)(void));
_Noreturn void exit(int status);
_Noreturn void abort(void);

#endif
