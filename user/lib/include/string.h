/* string.h - memory and strings, with the meaning that ISO C and POSIX give to each name.
 *
 * strerror and strsignal return constant text in English; an unknown number has one text. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
void *memchr(const void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* Strings. What finds a place returns a pointer into the string, NULL when there is none. */
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
size_t strspn(const char *s, const char *set);
size_t strcspn(const char *s, const char *set);
char *strcpy(char *restrict to, const char *restrict from);
char *strdup(const char *s); /* the caller frees it */

char *strerror(int error);
char *strsignal(int signal);
