/* mkdir [-p] FOLDER... - makes folders; -p makes missing parents too and accepts what is there.
 *
 * Follows POSIX.1-2017, "mkdir", without -m. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_MODE = 0777 }; /* the umask takes off what the user does not want */

/* Through links: `mkdir -p link/x` is right when the link leads to a folder. */
static int
is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Accepting what exists means folders: a file of that name stays an error. */
static int
make(const char *path, int accept_existing)
{
    if (mkdir(path, FOLDER_MODE) == 0 || (accept_existing && is_folder(path)))
        return 0;
    fprintf(stderr, "mkdir: %s: %s\n", path, strerror(errno));
    return 1;
}

/* Makes each parent by ending the path there for a moment: the argument is ours to change. */
static int
make_with_parents(char *path)
{
    for (char *slash = path + 1; *path && (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        int failed = make(path, 1);
        *slash = '/';
        if (failed)
            return 1;
    }
    return make(path, 1);
}

/* One folder that cannot be made does not keep the others from being made. */
int
main(int argc, char **argv)
{
    int parents = argc > 1 && strcmp(argv[1], "-p") == 0;
    int first = 1 + parents;
    int status = 0;
    if (first >= argc || (!parents && argv[first][0] == '-')) {
        fprintf(stderr, "usage: mkdir [-p] FOLDER...\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        status |= parents ? make_with_parents(argv[i]) : make(argv[i], 0);
    return status;
}
