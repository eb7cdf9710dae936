/* head.c - the first lines of files.
 *
 *     head [-n N | -N] [FILE...]      without N: ten; no FILE, or `-`: the standard input
 *
 * It takes no more of a file than it prints: what reads on behind it finds the next line. Of a pipe
 * it has to take a whole block. Follows POSIX.1-2017, "head". */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The size of the first *lines lines of a text; *lines becomes how many are still missing. */
static size_t
size_of_lines(const char *text, size_t size, long *lines)
{
    size_t used = 0;
    while (*lines > 0 && used < size) {
        const char *newline = memchr(text + used, '\n', size - used);
        *lines -= newline != NULL;
        used = newline ? (size_t)(newline + 1 - text) : size;
    }
    return used;
}

/* Returns the status that this adds. */
static int
print_lines(int fd, const char *name, long lines)
{
    static char block[4096];
    while (lines > 0) {
        ssize_t size = read(fd, block, sizeof(block));
        if (size < 0) {
            fprintf(stderr, "head: %s: %s\n", name, strerror(errno));
            return 1;
        }
        if (size == 0)
            break;
        size_t used = size_of_lines(block, size, &lines);
        fwrite(block, 1, used, stdout);
        lseek(fd, (off_t)used - size, SEEK_CUR);
    }
    return 0;
}

/* One of several files gets its name above it, with an empty line before all but the first. */
static int
print_file(const char *name, long lines, bool several)
{
    static bool behind_another;
    bool is_input = strcmp(name, "-") == 0;
    int fd = is_input ? STDIN_FILENO : open(name, O_RDONLY);
    if (fd < 0) {
        fprintf(stderr, "head: %s: %s\n", name, strerror(errno));
        return 1;
    }
    if (several)
        printf("%s==> %s <==\n", behind_another ? "\n" : "", name);
    behind_another = true;
    int status = print_lines(fd, name, lines);
    if (!is_input)
        close(fd);
    return status;
}

/* -n N, -nN or -N. Returns N, or -1 when the words are none of these; *first becomes the word
 * behind them. */
static long
take_count(char **argv, int *first)
{
    const char *digits = argv[1] + 1;
    if (*digits == 'n')
        digits++;
    *first = 2;
    if (!*digits && argv[2]) {
        digits = argv[2];
        *first = 3;
    }
    char *end;
    long count = strtol(digits, &end, 10);
    return isdigit(*digits) && !*end ? count : -1;
}

int
main(int argc, char **argv)
{
    long lines = 10;
    int first = 1, status = 0;
    if (argc > 1 && argv[1][0] == '-' && argv[1][1] && strcmp(argv[1], "--") != 0)
        lines = take_count(argv, &first);
    if (lines < 0) {
        fprintf(stderr, "usage: head [-n N | -N] [FILE...]\n");
        return 2;
    }
    if (first < argc && strcmp(argv[first], "--") == 0)
        first++;
    if (first >= argc)
        status = print_file("-", lines, false);
    for (int i = first; i < argc; i++)
        status |= print_file(argv[i], lines, argc - first > 1);
    return fflush(stdout) == 0 ? status : 1;
}
