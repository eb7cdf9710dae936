/* input.c - where the characters of a script come from: a string, a file, or the terminal.
 *
 * The shell shares its standard input with the commands that it starts: after the line `read x`, or
 * `cat`, the next line of the script is data for them. So it takes one line at a time off a file
 * and no byte more (POSIX.1-2017, "sh", INPUT FILES). */

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
    if (newline) {
        size = newline + 1 - to;
        lseek(fd, here + size, SEEK_SET);
    }
    return size;
}

/* For the lines of a script and for `read`, which both must leave the rest to whoever reads
 * next. */
bool
read_line(int fd, struct text *t)
{
    char block[BLOCK];
    ssize_t size;
    while ((size = read_within_line(fd, block)) > 0) {
        bool complete = block[size - 1] == '\n';
        for (ssize_t i = 0; i < size - complete; i++)
            if (block[i]) /* it would end the text early; no word can hold it */
                text_add(t, block[i]);
        if (complete)
            return true;
    }
    return false;
}

/* Lets a person type the next line. The second prompt says that the shell waits for the rest of a
 * command. */
static bool
type_line(struct input *in, struct text *line)
{
    const char *typed = edit_line(in->continues ? "> " : "postern$ ");
    if (typed)
        text_append(line, typed);
    return typed;
}

/* The last line of a file may end without a newline. */
static bool
take_line(struct input *in, struct text *line)
{
    bool complete = read_line(in->fd, line);
    return complete || line->length > 0;
}

/* Makes the next line the input's; false when there is none. The line is built in the arena and
 * then copied, because it must outlive the command that asked for it. */
static bool
refill(struct input *in)
{
    struct arena_mark mark = arena_mark();
    struct text line = { 0 };
    bool any = in->typed ? type_line(in, &line) : take_line(in, &line);
    text_add(&line, '\n');
    free(in->buffer);
    in->buffer = copy_string(text_take(&line));
    in->at = in->buffer;
    in->line += any;
    arena_release(mark);
    return any;
}

/* The text stays the caller's; it ends by being used up. */
void
input_from_string(struct input *in, const char *text)
{
    *in = (struct input){ .at = text, .fd = -1, .line = 1 };
}

/* Nothing is read yet: the prompt has to wait for the first question. */
void
input_from_fd(struct input *in, int fd)
{
    *in = (struct input){ .at = "", .fd = fd, .typed = fd == STDIN_FILENO && shell.interactive };
}

/* `exec 3>file` in the script would otherwise cut the script itself off, and a command that it
 * starts could read on in it. */
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
    if (!*in->at && !in->ended)
        in->ended = in->fd < 0 || !refill(in);
    return in->ended ? INPUT_END : (unsigned char)*in->at;
}

/* At an end nothing moves, so that it can be asked for again. */
int
input_next(struct input *in)
{
    int c = input_peek(in);
    in->at += c != INPUT_END;
    in->line += c == '\n' && in->fd < 0; /* a string counts its lines as they are used up */
    return c;
}
