/* rm [-f] FILE... - removes files, but no folders; -f is silent about what is not there.
 *
 * A link is removed, never what it points to. Follows POSIX.1-2017, "rm", without -r and without
 * its questions. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel says whether it is a folder: to ask first would leave time for it to become another
 * file. */
int
main(int argc, char **argv)
{
    int force = argc > 1 && strcmp(argv[1], "-f") == 0;
    int status = 0;
    if (argc < 2 || (!force && argv[1][0] == '-')) {
        fprintf(stderr, "usage: rm [-f] FILE...\n");
        return 2;
    }
    for (int i = 1 + force; i < argc; i++) {
        if (unlink(argv[i]) != 0 && !(force && errno == ENOENT)) {
            fprintf(stderr, "rm: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    }
    return status;
}
