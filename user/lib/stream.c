/*
 * stream.c - the three standard streams, opening and closing others, and writing.
 *
 * Reading is in input.c, formatting in printf.c. Output waits in the stream's buffer until a rule
 * (enum flush) sends it, because each write is a system call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

static FILE in = { .fd = 0 };
static FILE err = { .fd = 2, .flush = AT_CALL_END, .following = &in };
static FILE out = { .fd = 1, .following = &err };
static FILE *streams = &out;
static int asked_terminal; /* whether out.flush is known: asked at the first output */

FILE *const stdin = &in;
FILE *const stdout = &out;
FILE *const stderr = &err;

static void
write_out(FILE *file)
{
    size_t done = 0;
    while (done < file->next) {
        ssize_t size = write(file->fd, file->buffer + done, file->next - done);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            file->failed = 1;
            break;
        }
        done += size;
    }
    file->next = 0;
}

void
stream_put(FILE *file, char c)
{
    if (file == &out && !asked_terminal) {
        asked_terminal = 1;
        int saved = errno; /* "not a terminal" is an answer, not an error of the caller's */
        out.flush = isatty(out.fd) ? AT_NEWLINE : WHEN_FULL;
        errno = saved;
    }
    file->buffer[file->next++] = c;
    if (file->next == BUFSIZ || (c == '\n' && file->flush == AT_NEWLINE))
        write_out(file);
}

int
stream_done(FILE *file)
{
    if (file->flush == AT_CALL_END)
        write_out(file);
    return file->failed ? EOF : 0;
}

/* Unread input stays: a stream with bytes in [next, end) is a reader's. */
int
fflush(FILE *file)
{
    if (file) {
        if (!file->end)
            write_out(file);
        return file->failed ? EOF : 0;
    }
    int result = 0;
    for (FILE *each = streams; each; each = each->following)
        result |= fflush(each);
    return result;
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

FILE *
fdopen(int fd, const char *mode)
{
    FILE *file = calloc(1, sizeof(*file));
    if (!file)
        return NULL;
    file->fd = fd;
    file->following = streams;
    streams = file;
    return file;
}

FILE *
fopen(const char *restrict path, const char *restrict mode)
{
    int flags = *mode == 'r'   ? O_RDONLY
                : *mode == 'w' ? O_WRONLY | O_CREAT | O_TRUNC
                               : O_WRONLY | O_CREAT | O_APPEND;
    int fd = open(path, flags, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, mode);
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

int
fclose(FILE *file)
{
    int result = fflush(file);
    FILE **link = &streams;
    while (*link != file)
        link = &(*link)->following;
    *link = file->following;
    result |= close(file->fd);
    if (file != &in && file != &out && file != &err)
        free(file);
    return result;
}
