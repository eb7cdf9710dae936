/* main.c - grep: prints the lines that match a pattern.
 *
 *     grep [-ivncqlF] [-e] PATTERN [FILE...]      no FILE, or `-`: the standard input
 *
 * -i upper and lower case are one, -v the lines that do not match, -n with their numbers, -c only
 * how many, -q nothing at all, -l only the names of files, -F the pattern is a plain text. Status:
 * 0 when a line was found, 1 when none was, 2 after an error. Follows POSIX.1-2017, "grep", without
 * -E, -f, -s and -x. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "grep.h"

enum { FOUND = 0, NONE = 1, FAILED = 2, BLOCK = 4096 };

static struct pattern pattern;
static bool invert, numbers, count_only, quiet, names_only;
static bool several; /* files: each line is told with its file's name */

static const struct {
    char letter;
    bool *value;
} options[] = {
    { 'i', &pattern.ignore_case }, { 'v', &invert }, { 'n', &numbers },
    { 'c', &count_only },          { 'q', &quiet },  { 'l', &names_only },
    { 'F', &pattern.plain },
};

/* --- lines ------------------------------------------------------------------------------------ */

/* What has been read of a file: the bytes [start, end) of the buffer are still to be looked at. */
struct input {
    int fd;
    char *buffer;
    size_t start, end, room;
};

static void
make_room(struct input *in)
{
    memmove(in->buffer, in->buffer + in->start, in->end - in->start);
    in->end -= in->start;
    in->start = 0;
    if (in->room - in->end > BLOCK)
        return;
    in->room += in->room + 2 * BLOCK;
    in->buffer = realloc(in->buffer, in->room);
    if (!in->buffer) {
        fprintf(stderr, "grep: a line does not fit into memory\n");
        exit(FAILED);
    }
}

/* Reads on. Returns what read does; at the end of a file whose last line has no newline it adds
 * one, and says that there was more. */
static ssize_t
read_more(struct input *in)
{
    make_room(in);
    ssize_t size = read(in->fd, in->buffer + in->end, BLOCK);
    if (size == 0 && in->end > in->start) {
        in->buffer[in->end] = '\n';
        size = 1;
    }
    if (size > 0)
        in->end += size;
    return size;
}

/* The next line, *length bytes without its newline, until the next call. NULL at the end and after
 * an error; *failed tells which. */
static const char *
next_line(struct input *in, size_t *length, bool *failed)
{
    for (;;) {
        char *line = in->buffer + in->start;
        size_t size = in->end - in->start;
        char *newline = size > 0 ? memchr(line, '\n', size) : NULL;
        if (newline) {
            *length = newline - line;
            in->start = newline + 1 - in->buffer;
            return line;
        }
        ssize_t more = read_more(in);
        *failed = more < 0;
        if (more <= 0)
            return NULL;
    }
}

/* --- files ------------------------------------------------------------------------------------ */

static void
print_line(const char *name, long number, const char *line, size_t length)
{
    if (several)
        printf("%s:", name);
    if (numbers)
        printf("%ld:", number);
    fwrite(line, 1, length, stdout);
    putchar('\n');
}

/* What is told of a file when all of it has been looked at. */
static void
print_sum(const char *name, long count)
{
    if (names_only && count > 0)
        puts(name);
    if (!count_only || names_only)
        return;
    if (several)
        printf("%s:", name);
    printf("%ld\n", count);
}

/* Returns FOUND, NONE or FAILED. */
static int
search(int fd, const char *name)
{
    struct input in = { .fd = fd };
    bool silent = quiet || count_only || names_only;
    bool failed = false;
    long count = 0, number = 0;
    size_t length;
    for (;;) {
        const char *line = next_line(&in, &length, &failed);
        if (!line)
            break;
        number++;
        if (pattern_matches(&pattern, line, length) == invert)
            continue;
        count++;
        if (quiet || names_only)
            break;
        if (!silent)
            print_line(name, number, line, length);
    }
    if (failed)
        fprintf(stderr, "grep: %s: %s\n", name, strerror(errno));
    else if (!quiet)
        print_sum(name, count);
    free(in.buffer);
    if (failed)
        return FAILED;
    return count > 0 ? FOUND : NONE;
}

static int
search_file(const char *name)
{
    if (strcmp(name, "-") == 0)
        return search(STDIN_FILENO, "(standard input)");
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        fprintf(stderr, "grep: %s: %s\n", name, strerror(errno));
        return FAILED;
    }
    int status = search(fd, name);
    close(fd);
    return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static bool
set_option(char letter)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (options[i].letter != letter)
            continue;
        *options[i].value = true;
        return true;
    }
    return false;
}

/* Returns the index of the pattern, or 0 when an option is none. -e and -- come last: both say that
 * the next word is the pattern, whatever it begins with. */
static int
take_options(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "-e") == 0)
            return i + 1;
        for (const char *letter = argv[i] + 1; *letter; letter++)
            if (!set_option(*letter))
                return 0;
    }
    return i;
}

/* An error weighs more than what was found, but for -q: who asks only whether, has the answer. */
int
main(int argc, char **argv)
{
    int at = take_options(argc, argv);
    int result = NONE;
    bool failed = false;
    if (at == 0 || at >= argc) {
        fprintf(stderr, "usage: grep [-ivncqlF] [-e] PATTERN [FILE...]\n");
        return FAILED;
    }
    pattern.text = argv[at++];
    const char *fault = pattern_fault(&pattern);
    if (fault) {
        fprintf(stderr, "grep: %s: %s\n", pattern.text, fault);
        return FAILED;
    }
    several = argc - at > 1;
    for (int i = at; i < argc || i == at; i++) {
        int status = search_file(i < argc ? argv[i] : "-");
        failed |= status == FAILED;
        if (status == FOUND)
            result = FOUND;
    }
    if (fflush(stdout) != 0 || (failed && !(quiet && result == FOUND)))
        return FAILED;
    return result;
}
