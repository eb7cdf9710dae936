/* mkdir.c - makes folders.
 *
 *     mkdir [-p] FOLDER...      -p: makes missing parents too, and accepts what is there
 *
 * Follows POSIX.1-2017, "mkdir", without -m. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_MODE = 0777 }; /* the umask takes off what the user does not want */

/* A link to a folder counts as one: `mkdir -p link/x` is right then. */
static bool
is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Makes one folder. Returns the status that this adds. Only a folder that exists is accepted: a
 * file of that name stays an error. */
static int
make(const char *path, bool accept_existing)
{
    if (mkdir(path, FOLDER_MODE) == 0 || (accept_existing && is_folder(path)))
        return 0;
    fprintf(stderr, "mkdir: %s: %s\n", path, strerror(errno));
    return 1;
}

/* Makes each parent by ending the path there for a moment: the argument is ours to change. A slash
 * at the beginning is the root and no parent to make. */
static int
make_with_parents(char *path)
{
    char *slash = *path ? strchr(path + 1, '/') : NULL;
    for (; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = make(path, true);
        *slash = '/';
        if (failed)
            return 1;
    }
    return make(path, true);
}

/* One folder that cannot be made does not keep the others from being made. */
int
main(int argc, char **argv)
{
    bool parents = argc > 1 && strcmp(argv[1], "-p") == 0;
    int first = 1 + parents;
    int status = 0;
    bool ended = first < argc && strcmp(argv[first], "--") == 0; /* no option behind it */
    first += ended;
    if (first >= argc || (!parents && !ended && argv[first][0] == '-')) {
        fprintf(stderr, "usage: mkdir [-p] FOLDER...\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        status |= parents ? make_with_parents(argv[i]) : make(argv[i], false);
    return status;
}
