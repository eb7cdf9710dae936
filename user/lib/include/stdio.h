/* stdio.h - buffered output and formats, the part of ISO C that our programs use. Input is read(2).
 *
 * stdout is written at each newline on a terminal and when full elsewhere, stderr at the end of
 * each call. printf knows d u x o p c s %, flags - 0 #, width, precision, *, and l ll z. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF    (-1)
#define BUFSIZ 1024

typedef struct FILE FILE;
extern FILE *const stdout;
extern FILE *const stderr;

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Each returns how many bytes it made (snprintf: would have made), or -1 on an error. */
int printf(const char *restrict format, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *restrict file, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int snprintf(char *restrict to, size_t size, const char *restrict format, ...) PRINTF_LIKE(3, 4);
int vfprintf(FILE *restrict file, const char *restrict format, va_list arguments);

/* Each returns EOF on an error, and so do all later ones on that stream, until clearerr. */
int putchar(int c);
int fputc(int c, FILE *file);
int puts(const char *s);
int fputs(const char *restrict s, FILE *restrict file);
size_t fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict file);
int fflush(FILE *file); /* NULL: all streams */
void clearerr(FILE *file);
