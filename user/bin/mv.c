/* mv.c - gives files and folders another name, or moves them into a folder.
 *
 *     mv FROM TO        mv FROM... FOLDER
 *
 * What stood under the new name is replaced in one step: a reader finds the old file or the new
 * one, never none. Nothing is copied: all of a machine's files are in one file system. Follows
 * POSIX.1-2017, "mv", without questions. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static bool
is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* The last name of a path; slashes at its end are taken off, which changes the argument. */
static const char *
last_name(char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
    char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* Returns the status that this adds. */
static int
move(const char *from, const char *to)
{
    if (syscall(__NR_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0) == 0)
        return 0;
    fprintf(stderr, "mv: %s to %s: %s\n", from, to, strerror(errno));
    return 1;
}

static int
move_into(char *from, const char *folder)
{
    char to[PATH_SIZE];
    int length = snprintf(to, sizeof(to), "%s/%s", folder, last_name(from));
    if (length >= PATH_SIZE) {
        fprintf(stderr, "mv: %s/%s: %s\n", folder, last_name(from), strerror(ENAMETOOLONG));
        return 1;
    }
    return move(from, to);
}

int
main(int argc, char **argv)
{
    const char *to = argv[argc - 1];
    int status = 0;
    bool ended = argc > 1 && strcmp(argv[1], "--") == 0; /* no option behind it */
    int first = 1 + ended;
    if (argc - first < 2 || (!ended && argv[1][0] == '-' && argv[1][1])) {
        fprintf(stderr, "usage: mv FROM TO\n       mv FROM... FOLDER\n");
        return 2;
    }
    if (!is_folder(to) && argc - first > 2) {
        fprintf(stderr, "mv: %s: %s\n", to, strerror(ENOTDIR));
        return 1;
    }
    for (int i = first; i < argc - 1; i++)
        status |= is_folder(to) ? move_into(argv[i], to) : move(argv[i], to);
    return status;
}
