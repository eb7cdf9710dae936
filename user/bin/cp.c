/* cp.c - copies files, and with -r whole folders.
 *
 *     cp [-r] FROM TO        cp [-r] FROM... FOLDER
 *
 * A copy has the rights of what it was made of, but for the umask, and the present time. With -r
 * links stay links, and devices and pipes are refused: they have no end. Follows POSIX.1-2017,
 * "cp", without -p and its questions. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, RIGHTS = 0777, OWNER_ALL = 0700 };

static bool recursive;

/* Says what is wrong with a path; returns the status of a failure. */
static int
fail(const char *path, const char *why)
{
    fprintf(stderr, "cp: %s: %s\n", path, why);
    return 1;
}

/* --- one file --------------------------------------------------------------------------------- */

/* Writes all of it, in as many steps as it takes. */
static bool
write_all(int fd, const char *from, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, from, size);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            from += done;
            size -= done;
        }
    }
    return true;
}

static int
copy_bytes(int from, const char *from_path, int to, const char *to_path)
{
    static char buffer[32768];
    for (;;) {
        ssize_t size = read(from, buffer, sizeof(buffer));
        if (size == 0)
            return 0;
        if (size < 0 && errno != EINTR)
            return fail(from_path, strerror(errno));
        if (size > 0 && !write_all(to, buffer, size))
            return fail(to_path, strerror(errno));
    }
}

static int
copy_file(const char *from_path, const char *to_path, mode_t mode)
{
    int from = open(from_path, O_RDONLY);
    if (from < 0)
        return fail(from_path, strerror(errno));
    int to = open(to_path, O_WRONLY | O_CREAT | O_TRUNC, mode & RIGHTS);
    int status = to < 0 ? fail(to_path, strerror(errno)) : copy_bytes(from, from_path, to, to_path);
    close(from);
    close(to);
    return status;
}

static int
copy_link(const char *from, const char *to)
{
    char target[PATH_SIZE];
    ssize_t length = readlink(from, target, sizeof(target) - 1);
    if (length < 0)
        return fail(from, strerror(errno));
    target[length] = '\0';
    if (syscall(__NR_symlinkat, target, AT_FDCWD, to) != 0)
        return fail(to, strerror(errno));
    return 0;
}

/* --- folders ---------------------------------------------------------------------------------- */

static int copy(const char *from, const char *to, bool named);

static bool
join(char path[PATH_SIZE], const char *folder, const char *name)
{
    return snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE;
}

static int
copy_entry(const char *from, const char *to, const char *name)
{
    char from_path[PATH_SIZE], to_path[PATH_SIZE];
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (!join(from_path, from, name) || !join(to_path, to, name))
        return fail(name, strerror(ENAMETOOLONG));
    return copy(from_path, to_path, false);
}

/* Whether a path lies in the folder: its copy would find itself again and again. The kernel knows,
 * by number, each folder on the way up to the root. */
static bool
lies_in(const char *path, const struct stat *folder)
{
    char up[PATH_SIZE];
    struct stat here, last = { 0 };
    snprintf(up, sizeof(up), "%s", path);
    for (;;) {
        if (stat(up, &here) != 0 || (here.st_ino == last.st_ino && here.st_dev == last.st_dev))
            return false;
        if (here.st_ino == folder->st_ino && here.st_dev == folder->st_dev)
            return true;
        last = here;
        if (strlen(up) + sizeof("/..") > sizeof(up))
            return false;
        strcpy(up + strlen(up), "/..");
    }
}

static bool
is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* A new folder must be writable until it is full, whatever its rights. */
static int
copy_folder(const char *from, const char *to, const struct stat *about)
{
    int status = 0;
    if (!recursive)
        return fail(from, "is a folder, and -r was not said");
    if (mkdir(to, (about->st_mode & RIGHTS) | OWNER_ALL) != 0 && errno != EEXIST)
        return fail(to, strerror(errno));
    if (!is_folder(to))
        return fail(to, strerror(ENOTDIR));
    if (lies_in(to, about))
        return fail(to, "lies in the folder that is copied");
    DIR *folder = opendir(from);
    if (!folder)
        return fail(from, strerror(errno));
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        status |= copy_entry(from, to, entry->d_name);
    closedir(folder);
    return status;
}

/* --- all -------------------------------------------------------------------------------------- */

static bool
is_same(const char *path, const struct stat *file)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_ino == file->st_ino && about.st_dev == file->st_dev;
}

/* Copies whatever is there. `named` on the command line: a link without -r is followed. */
static int
copy(const char *from, const char *to, bool named)
{
    struct stat about;
    if ((recursive ? lstat(from, &about) : stat(from, &about)) != 0)
        return fail(from, strerror(errno));
    if (is_same(to, &about))
        return fail(to, "is the same file");
    if (S_ISDIR(about.st_mode))
        return copy_folder(from, to, &about);
    if (S_ISLNK(about.st_mode))
        return copy_link(from, to);
    if (!S_ISREG(about.st_mode) && !named)
        return fail(from, "is no file, and has no end");
    return copy_file(from, to, about.st_mode);
}

/* The name in a folder is the last one of the path; slashes at its end are taken off, which changes
 * the argument. */
static int
copy_into(char *from, const char *folder)
{
    char to[PATH_SIZE];
    size_t length = strlen(from);
    while (length > 1 && from[length - 1] == '/')
        from[--length] = '\0';
    char *slash = strrchr(from, '/');
    if (!join(to, folder, slash && slash[1] ? slash + 1 : from))
        return fail(from, strerror(ENAMETOOLONG));
    return copy(from, to, true);
}

int
main(int argc, char **argv)
{
    recursive = argc > 1 && (strcmp(argv[1], "-r") == 0 || strcmp(argv[1], "-R") == 0);
    int first = 1 + recursive;
    const char *to = argv[argc - 1];
    int status = 0;
    bool ended = first < argc && strcmp(argv[first], "--") == 0; /* no option behind it */
    first += ended;
    if (argc - first < 2 || (!recursive && !ended && argv[1][0] == '-' && argv[1][1])) {
        fprintf(stderr, "usage: cp [-r] FROM TO\n       cp [-r] FROM... FOLDER\n");
        return 2;
    }
    if (argc - first > 2 && !is_folder(to))
        return fail(to, strerror(ENOTDIR));
    for (int i = first; i < argc - 1; i++)
        status |= is_folder(to) ? copy_into(argv[i], to) : copy(argv[i], to, true);
    return status;
}
