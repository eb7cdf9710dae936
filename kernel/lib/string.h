/* string.h - memory and string functions of the kernel, C standard meanings (C11 7.24).
 *
 * The compiler may call memcpy, memset, memmove and memcmp on its own, so they must exist. */
#pragma once

#include "lib/types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strnlen(const char *s, size_t max);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

#define strlen(s)    strnlen(s, SIZE_MAX)
#define strcmp(a, b) strncmp(a, b, SIZE_MAX)

/* Copies at most size-1 characters and always ends the result with a NUL. Returns strlen(src), so
 * a result >= size tells that it was cut (BSD strlcpy). */
size_t strlcpy(char *dst, const char *src, size_t size);
