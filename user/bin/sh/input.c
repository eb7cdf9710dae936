/*
 * input.c - where the characters of a script come from: a string, a file, or the terminal.
 *
 * The shell shares its standard input with the commands that it starts: after the line `read x`, or
 * `cat`, the next line of the script is data for them. So it takes one line at a time off a file
 * and no byte more (POSIX.1-2017, "sh", INPUT FILES).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

enum { BLOCK = 512 };

/* Reads from fd up to BLOCK bytes, of which none lies behind a newline. */
static ssize_t
read_within_line(int fd, char *to)
{
    off_t here = lseek(fd, 0, SEEK_CUR);
    ssize_t size;

    do
        size = read(fd, to, here < 0 ? 1 : BLOCK); /* what cannot be put back is not taken */
    while (size < 0 && errno == EINTR && !interrupted);
    char *newline = here >= 0 && size > 0 ? memchr(to, '\n', (size_t)size) : NULL;
    if (newline != NULL) {
        size = newline + 1 - to;
        lseek(fd, here + size, SEEK_SET);
    }
    return size;
}

bool
read_line(int fd, struct text *t)
{
    char block[BLOCK];
    ssize_t size;

    while ((size = read_within_line(fd, block)) > 0) {
        bool complete = block[size - 1] == '\n';
        for (ssize_t i = 0; i < size - complete; i++)
            if (block[i] != '\0') /* it would end the text early; no word can hold it */
                text_add(t, block[i]);
        if (complete)
            return true;
    }
    return false;
}

/* Makes the line and a newline the next characters of the input. */
static void
keep_line(struct input *in, const char *line, size_t length)
{
    if (length + 1 > in->room) {
        free(in->buffer);
        in->room = 2 * length + BLOCK;
        in->buffer = malloc(in->room);
        if (in->buffer == NULL)
            out_of_memory();
    }
    memcpy(in->buffer, line, length);
    in->buffer[length] = '\n';
    in->at = in->buffer;
    in->end = in->buffer + length + 1;
}

/* The line is built in the arena and moved: it must outlive the command that asked for it. */
static bool
refill_from_fd(struct input *in)
{
    struct arena_mark mark = arena_mark();
    struct text line = { 0 };
    bool any = read_line(in->fd, &line) || line.length > 0; /* the last may lack its newline */
    size_t length = line.length;

    if (any)
        keep_line(in, text_take(&line), length);
    arena_release(mark);
    return any;
}

/* The second prompt tells a person that the shell waits for the rest of a command. */
static bool
refill_from_terminal(struct input *in)
{
    const char *line = edit_line(in->continues ? "> " : "postern$ ");

    if (line != NULL)
        keep_line(in, line, strlen(line));
    return line != NULL;
}

void
input_from_string(struct input *in, const char *text)
{
    *in = (struct input){ .at = text, .end = text + strlen(text), .line = 1 };
}

void
input_from_fd(struct input *in, int fd)
{
    bool typed = fd == STDIN_FILENO && shell.interactive;

    *in = (struct input){ .fd = fd, .refill = typed ? refill_from_terminal : refill_from_fd };
}

int
open_script(const char *path)
{
    int low = open(path, O_RDONLY | O_CLOEXEC);

    if (low < 0)
        return -1;
    int fd = fcntl(low, F_DUPFD_CLOEXEC, SHELL_FD);
    close(low);
    return fd;
}

/* Reads on only when everything has been used up, and not at all after an end. */
int
input_peek(struct input *in)
{
    if (in->at == in->end && !in->ended) {
        in->ended = in->refill == NULL || !in->refill(in);
        in->line += !in->ended;
    }
    return in->ended ? INPUT_END : (unsigned char)*in->at;
}

int
input_peek_second(struct input *in)
{
    bool there = input_peek(in) != INPUT_END && in->at + 1 < in->end;

    return there ? (unsigned char)in->at[1] : INPUT_END;
}

int
input_next(struct input *in)
{
    int c = input_peek(in);

    if (c != INPUT_END)
        in->at++;
    if (c == '\n' && in->refill == NULL) /* a string counts its lines as they are used up */
        in->line++;
    return c;
}
