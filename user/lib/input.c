/*
 * input.c - reading from a stream: a byte, a line, a block. All come down to fgetc.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "stream.h"

/* Reads the next bufferful. False at the end of input and on an error. */
static int
fill(FILE *file)
{
    ssize_t size = read(file->fd, file->buffer, BUFSIZ);
    file->at_end |= size == 0;
    file->failed |= size < 0;
    file->next = 0;
    file->end = size > 0 ? size : 0;
    return size > 0;
}

int
fgetc(FILE *file)
{
    if (file->next == file->end && !fill(file))
        return EOF;
    return (unsigned char)file->buffer[file->next++];
}

int
getchar(void)
{
    return fgetc(stdin);
}

char *
fgets(char *restrict to, int size, FILE *restrict file)
{
    int length = 0, c = 0;
    while (length + 1 < size && c != '\n' && (c = fgetc(file)) != EOF)
        to[length++] = c;
    to[length] = 0;
    return length ? to : NULL;
}

size_t
fread(void *restrict to, size_t size, size_t count, FILE *restrict file)
{
    size_t done = 0;
    int c;
    while (done < size * count && (c = fgetc(file)) != EOF)
        ((char *)to)[done++] = c;
    return size ? done / size : 0;
}

/* Makes room for `length` bytes and a zero. */
static int
grow(char **line, size_t *size, size_t length)
{
    if (*line && length < *size)
        return 0;
    size_t bigger = *line ? *size * 2 : 0;
    if (bigger < 128)
        bigger = 128;
    char *moved = realloc(*line, bigger);
    if (!moved)
        return -1;
    *line = moved;
    *size = bigger;
    return 0;
}

ssize_t
getline(char **restrict line, size_t *restrict size, FILE *restrict file)
{
    ssize_t length = 0;
    int c = 0;
    while (c != '\n' && (c = fgetc(file)) != EOF) {
        if (grow(line, size, length + 1) < 0)
            return -1;
        (*line)[length++] = c;
    }
    if (length == 0)
        return -1;
    (*line)[length] = 0;
    return length;
}

int
fileno(FILE *file)
{
    return file->fd;
}

int
feof(FILE *file)
{
    return file->at_end;
}

int
ferror(FILE *file)
{
    return file->failed;
}
