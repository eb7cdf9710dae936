/* wc.c - counts lines, words and bytes; with an option only those.
 *
 *     wc [-l | -w | -c] [FILE...]      without FILE: its standard input
 *
 * The standard input gets no name; after several files it prints their sum. Follows POSIX.1-2017,
 * "wc". Column widths are left open there: here one option and no FILE gives a bare number. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINES, WORDS, BYTES, COUNTS };

static int only = -1; /* which count was asked for; -1 means all */

static long total[COUNTS]; /* of all files */

/* Reads to the end of the file; -1 with errno when it cannot. Words end at any blank. */
static int
count(int fd, long counts[COUNTS])
{
    static char buffer[32768];
    bool in_word = false;
    for (;;) {
        ssize_t size = read(fd, buffer, sizeof(buffer));
        if (size <= 0)
            return size;
        counts[BYTES] += size;
        for (ssize_t i = 0; i < size; i++) {
            bool blank = isspace(buffer[i]);
            counts[LINES] += buffer[i] == '\n';
            counts[WORDS] += !blank && !in_word;
            in_word = !blank;
        }
    }
}

/* `name` is NULL for the standard input, and "total" for the sum. */
static void
print(const long counts[COUNTS], const char *name)
{
    if (only >= 0)
        printf("%ld", counts[only]);
    else
        printf("%ld %ld %ld", counts[LINES], counts[WORDS], counts[BYTES]);
    if (name)
        printf(" %s", name);
    putchar('\n');
}

/* Counts one file, NULL for the standard input. Returns the status that this adds. */
static int
count_file(const char *name)
{
    long counts[COUNTS] = { 0 };
    int fd = name && strcmp(name, "-") != 0 ? open(name, O_RDONLY) : STDIN_FILENO;
    if (fd < 0 || count(fd, counts) != 0) {
        fprintf(stderr, "wc: %s: %s\n", name ? name : "standard input", strerror(errno));
        return 1;
    }
    print(counts, name);
    for (int i = 0; i < COUNTS; i++)
        total[i] += counts[i];
    close(fd);
    return 0;
}

/* One option at most: who wants two counts asks for all three. */
int
main(int argc, char **argv)
{
    static const char options[] = "lwc"; /* in the order of the counts */
    const char *option = argc > 1 && argv[1][0] == '-' ? argv[1] + 1 : "";
    int first = *option ? 2 : 1;
    int status = 0;
    if (strcmp(option, "-") == 0)
        option = ""; /* "--": no option behind it */
    else if (*option && first < argc && strcmp(argv[first], "--") == 0)
        first++;
    if (*option) {
        const char *found = strchr(options, *option);
        if (!found || option[1]) {
            fprintf(stderr, "usage: wc [-l | -w | -c] [FILE...]\n");
            return 2;
        }
        only = found - options;
    }
    if (first >= argc)
        status = count_file(NULL);
    for (int i = first; i < argc; i++)
        status |= count_file(argv[i]);
    if (first + 1 < argc)
        print(total, "total");
    return fflush(stdout) == 0 ? status : 1;
}
