/* stream.c - standard output and error: buffers between single bytes and system calls.
 *
 * Formatting is in printf.c. These two are the only streams: input and other files are for the
 * calls of <unistd.h>. Source: ISO C, 7.21, as far as <stdio.h> promises it. */

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

static FILE streams[2];

FILE *const stdout = &streams[0];
FILE *const stderr = &streams[1];

/* Once a write has failed the stream stays failed, and what is put into it is dropped. */
int
fflush(FILE *file)
{
    if (!file)
        return fflush(stdout) | fflush(stderr);
    int fd = file == stdout ? STDOUT_FILENO : STDERR_FILENO;
    size_t done = 0;
    while (done < file->next && !file->failed) {
        ssize_t size = write(fd, file->buffer + done, file->next - done);
        if (size >= 0)
            done += size;
        else if (errno != EINTR)
            file->failed = 1;
    }
    file->next = 0;
    return file->failed ? EOF : 0;
}

void
clearerr(FILE *file)
{
    file->failed = 0;
}

void
stream_put(FILE *file, char c)
{
    file->buffer[file->next++] = c;
    if (file->next == BUFSIZ)
        fflush(file);
}

/* Whether stdout is a terminal. It is asked once, and errno stays: "no" is not an error. */
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

/* A whole line on a terminal, and anything on stderr, is to be seen at once. */
int
stream_done(FILE *file)
{
    if (file == stderr || (on_terminal() && memchr(file->buffer, '\n', file->next)))
        fflush(file);
    return file->failed ? EOF : 0;
}

/* No program of ours calls it, but a compiler does, in the place of fputs and fprintf. */
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
