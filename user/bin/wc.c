/* wc [-l | -w | -c] [FILE...] - counts lines, words and bytes; with an option only those.
 *
 * Without FILE it counts its standard input and prints no name; after several it prints their sum.
 * Follows POSIX.1-2017, "wc"; its
 * column widths are left to us, so one option and no FILE gives a bare number. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINES, WORDS, BYTES, COUNTS };

static int only = -1; /* which count was asked for, -1: all */

static long total[COUNTS]; /* of all files */

/* Reads to the end of the file; -1 with errno when it cannot. Words end at any blank. */
static int
count(int fd, long counts[COUNTS])
{
    static char buffer[32768];
    int in_word = 0;
    ssize_t size;
    while ((size = read(fd, buffer, sizeof(buffer))) > 0) {
        counts[BYTES] += size;
        for (ssize_t i = 0; i < size; i++) {
            int blank = isspace((unsigned char)buffer[i]);
            counts[LINES] += buffer[i] == '\n';
            counts[WORDS] += !blank && !in_word;
            in_word = !blank;
        }
    }
    return size == 0 ? 0 : -1;
}

/* Without a name for the standard input, and with "total" for the sum. */
static void
print(const long counts[COUNTS], const char *name)
{
    if (only >= 0)
        printf("%ld", counts[only]);
    else
        printf("%ld %ld %ld", counts[LINES], counts[WORDS], counts[BYTES]);
    printf(name ? " %s\n" : "\n", name);
}

/* NULL is the standard input. */
static int
count_file(const char *name)
{
    long counts[COUNTS] = { 0 };
    int fd = name ? open(name, O_RDONLY) : STDIN_FILENO;
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
    if (*option) {
        const char *found = strchr(options, *option);
        if (!found || option[1]) {
            fprintf(stderr, "usage: wc [-l | -w | -c] [FILE...]\n");
            return 2;
        }
        only = (int)(found - options);
    }
    if (first >= argc)
        status = count_file(NULL);
    for (int i = first; i < argc; i++)
        status |= count_file(argv[i]);
    if (first + 1 < argc)
        print(total, "total");
    return fflush(stdout) == 0 ? status : 1;
}
