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

/* read, but a signal other than ctrl-c does not end it. */
static ssize_t
read_again(int fd, char *to, size_t size)
{
    ssize_t got;
    do
        got = read(fd, to, size);
    while (got < 0 && errno == EINTR && !interrupted);
    return got;
}

/* Reads from fd up to BLOCK bytes, of which none lies behind a newline. From a file it reads a
 * block and goes back to the newline. Where that is not possible, it takes single bytes. */
static ssize_t
read_within_line(int fd, char *to)
{
    off_t here = lseek(fd, 0, SEEK_CUR);
    if (here < 0)
        return read_again(fd, to, 1);
    ssize_t size = read_again(fd, to, BLOCK);
    if (size <= 0)
        return size;
    char *newline = memchr(to, '\n', size);
    if (newline) {
        size = newline + 1 - to;
        lseek(fd, here + size, SEEK_SET);
    }
    return size;
}

/* Both the lines of a script and the builtin `read` come from here: each must leave the rest to
 * whoever reads next. Zeros are dropped: they would end the text early, and no word can hold
 * one. */
bool
read_line(int fd, struct text *t)
{
    char block[BLOCK];
    for (;;) {
        ssize_t size = read_within_line(fd, block);
        if (size <= 0)
            return false;
        for (ssize_t i = 0; i < size; i++) {
            if (block[i] == '\n')
                return true;
            if (block[i])
                text_add(t, block[i]);
        }
    }
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
    in->continues = true; /* until the next command begins */
    arena_release(mark);
    return any;
}

/* The text stays the caller's. */
void
input_from_string(struct input *in, const char *text)
{
    *in = (struct input){ .at = text, .fd = -1, .line = 1 };
}

/* Nothing is read yet: the prompt must not appear before somebody asks for a character. */
void
input_from_fd(struct input *in, int fd)
{
    *in = (struct input){ .at = "", .fd = fd, .typed = fd == STDIN_FILENO && shell.interactive };
}

/* The script is opened above the descriptors that it can name: else `exec 3>file` could take its
 * own away. Commands that it starts do not get the descriptor. */
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
    if (!*in->at && !in->ended) {
        bool more = in->fd >= 0 && refill(in);
        in->ended = !more;
    }
    return in->ended ? INPUT_END : (unsigned char)*in->at;
}

/* At an end nothing moves, so that it can be asked for again. A string counts its lines here, as
 * they are used up; other inputs count when they read one. */
int
input_next(struct input *in)
{
    int c = input_peek(in);
    if (c != INPUT_END)
        in->at++;
    if (c == '\n' && in->fd < 0)
        in->line++;
    return c;
}
