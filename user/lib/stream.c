/*
 * stream.c - standard input, output and error: buffers between single bytes and system calls.
 *
 * Formatting is in printf.c. No other stream can be opened: programs read and write files with
 * the calls of <unistd.h>. Source: ISO C, 7.21, as far as <stdio.h> promises it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

static FILE streams[3];

FILE *const stdin = &streams[0];
FILE *const stdout = &streams[1];
FILE *const stderr = &streams[2];

int
fflush(FILE *file)
{
    if (!file)
        return fflush(stdout) | fflush(stderr);
    size_t done = 0;
    while (done < file->next && !file->failed) {
        ssize_t size = write(file - streams, file->buffer + done, file->next - done);
        file->failed = size < 0 && errno != EINTR;
        done += size < 0 ? 0 : size;
    }
    file->next = 0;
    return file->failed ? EOF : 0;
}

void
stream_put(FILE *file, char c)
{
    file->buffer[file->next++] = c;
    if (file->next == BUFSIZ)
        fflush(file);
}

/* Whether stdout is a terminal is asked once. That it is none is an answer, not an error. */
static int
on_terminal(void)
{
    static int answer = -1;
    int saved = errno;
    if (answer < 0)
        answer = isatty(STDOUT_FILENO);
    errno = saved;
    return answer;
}

int
stream_done(FILE *file)
{
    if (file == stderr || (on_terminal() && memchr(file->buffer, '\n', file->next)))
        fflush(file);
    return file->failed ? EOF : 0;
}

size_t
fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict file)
{
    for (size_t i = 0; i < size * count; i++)
        stream_put(file, ((const char *)from)[i]);
    return stream_done(file) < 0 ? 0 : count;
}

int
fputs(const char *restrict s, FILE *restrict file)
{
    fwrite(s, 1, strlen(s), file);
    return file->failed ? EOF : 0;
}

int
puts(const char *s)
{
    fputs(s, stdout);
    return putchar('\n');
}

int
fputc(int c, FILE *file)
{
    stream_put(file, c);
    return stream_done(file) < 0 ? EOF : (unsigned char)c;
}

int
putchar(int c)
{
    return fputc(c, stdout);
}

int
fgetc(FILE *file)
{
    if (file->next == file->end) {
        ssize_t size = read(file - streams, file->buffer, BUFSIZ);
        file->next = 0;
        file->end = size > 0 ? size : 0;
        if (size <= 0)
            return EOF;
    }
    return (unsigned char)file->buffer[file->next++];
}

/* The buffer is always one byte longer than what is in it, for the zero at the end. */
ssize_t
getline(char **restrict line, size_t *restrict size, FILE *restrict file)
{
    size_t length = 0;
    int c = 0;
    while (c != '\n' && (c = fgetc(file)) != EOF) {
        if (!*line || length + 2 > *size) {
            char *bigger = realloc(*line, 2 * length + 128);
            if (!bigger)
                return -1;
            *line = bigger;
            *size = 2 * length + 128;
        }
        (*line)[length++] = c;
    }
    if (length == 0)
        return -1;
    (*line)[length] = 0;
    return length;
}
