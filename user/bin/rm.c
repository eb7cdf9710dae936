/* rm.c - removes files, but no folders.
 *
 *     rm [-f] FILE...      -f: says nothing about what is not there
 *
 * A link is removed, never what it points to. Follows POSIX.1-2017, "rm", without -r and without
 * its questions. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel refuses a folder. This does not ask first: until it removes the file, that could have
 * become another one. */
static int
remove_file(const char *path, bool force)
{
    if (unlink(path) == 0)
        return 0;
    if (force && errno == ENOENT)
        return 0;
    fprintf(stderr, "rm: %s: %s\n", path, strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    bool force = argc > 1 && strcmp(argv[1], "-f") == 0;
    int first = 1 + force;
    int status = 0;
    bool ended = first < argc && strcmp(argv[first], "--") == 0; /* no option behind it */
    first += ended;
    if (!force && (first >= argc || (!ended && argv[first][0] == '-'))) {
        fprintf(stderr, "usage: rm [-f] FILE...\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        status |= remove_file(argv[i], force);
    return status;
}
