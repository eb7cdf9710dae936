/* stdio.h - buffered streams and formatted output, the part of ISO C that our programs use.
 *
 * stdout is written at each newline on a terminal and when full elsewhere, stderr at the end of
 * each call. printf knows d i u x X o c s p %, flags - 0 #, width, precision, * and h l ll z. */
#ifndef POSTERN_STDIO_H
#define POSTERN_STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF    (-1)
#define BUFSIZ 1024

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

typedef struct FILE FILE;
extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

int printf(const char *restrict format, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *restrict file, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int snprintf(char *restrict to, size_t size, const char *restrict format, ...) PRINTF_LIKE(3, 4);
int vprintf(const char *restrict format, va_list arguments);
int vfprintf(FILE *restrict file, const char *restrict format, va_list arguments);
int vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list arguments);

int putchar(int c);
int fputc(int c, FILE *file);
int puts(const char *s);
int fputs(const char *restrict s, FILE *restrict file);
size_t fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict file);
int fflush(FILE *file); /* NULL: all streams */
void perror(const char *what);

FILE *fopen(const char *restrict path, const char *restrict mode); /* "r", "w" or "a" */
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *file);
int fileno(FILE *file);
int feof(FILE *file);
int ferror(FILE *file);
int fgetc(FILE *file);
int getchar(void);
char *fgets(char *restrict to, int size, FILE *restrict file);
size_t fread(void *restrict to, size_t size, size_t count, FILE *restrict file);
ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict file);

#endif
