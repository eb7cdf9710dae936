/* cat.c - copies files to its standard output.
 *
 *     cat [-u] [FILE...]      no FILE, or `-`: its standard input
 *
 * It reads and writes without stdio: what has been read is written at once, so that it can stand
 * in the middle of a conversation. A file that cannot be read gives status 1, and the others are
 * still copied. Follows POSIX.1-2017, "cat"; -u asks for what it always does. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes all of it, in as many steps as it takes: a pipe may take less than it was given. */
static void
write_all(const char *from, size_t size)
{
    while (size > 0) {
        ssize_t done = write(STDOUT_FILENO, from, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            fprintf(stderr, "cat: cannot write: %s\n", strerror(errno));
            exit(1); /* no later file could be written either */
        }
        from += done;
        size -= done;
    }
}

/* Copies an open file. Returns the status that it adds, 0 or 1; `name` is for the message. */
static int
copy(int fd, const char *name)
{
    static char buffer[32768];
    for (;;) {
        ssize_t size = read(fd, buffer, sizeof(buffer));
        if (size == 0)
            return 0;
        if (size > 0) {
            write_all(buffer, size);
        } else if (errno != EINTR) {
            fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
            return 1;
        }
    }
}

/* `-` is the standard input, wherever it stands among the files. */
static int
copy_file(const char *name)
{
    if (strcmp(name, "-") == 0)
        return copy(STDIN_FILENO, "standard input");
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
        return 1;
    }
    int status = copy(fd, name);
    close(fd);
    return status;
}

/* One file that failed makes the status 1, whatever the others did. */
int
main(int argc, char **argv)
{
    int status = 0;
    int first = argc > 1 && strcmp(argv[1], "-u") == 0 ? 2 : 1;
    bool ended = first < argc && strcmp(argv[first], "--") == 0; /* no option behind it */
    first += ended;
    if (first >= argc)
        return copy_file("-");
    if (!ended && argv[first][0] == '-' && argv[first][1]) {
        fprintf(stderr, "usage: cat [-u] [FILE...]\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        status |= copy_file(argv[i]);
    return status;
}
