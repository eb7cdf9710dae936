/* ls [-a1dl] [FILE...] - lists folders, sorted by name; without FILE the current one.
 *
 * -a with names that begin with a dot, -d folders as themselves, -l with mode, links, owner, group,
 * size and time (UTC), -1 one name a line even on a terminal, where names otherwise stand in
 * columns. Follows POSIX.1-2017, "ls", with a date that always has the year. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

struct names {
    char **list;
    size_t count, room;
};

static int all, long_format, folders_as_files, status;
static size_t line_columns; /* of the terminal, 0: one name a line */

/* stdio first writes what was listed before, so that the message stands at its place. */
static void
complain(const char *path)
{
    fflush(stdout);
    fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
    status = 1;
}

/* Keeps a copy: readdir gives its name only until the next call. */
static void
add(struct names *names, const char *name)
{
    if (names->count == names->room) {
        names->room = 2 * names->room + 16;
        names->list = realloc(names->list, names->room * sizeof(*names->list));
    }
    char *copy = strdup(name);
    if (!names->list || !copy) {
        complain(name);
        exit(1);
    }
    names->list[names->count++] = copy;
}

/* By bytes, as everywhere here: there is no locale. */
static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* qsort may not be given NULL, not even with nothing to sort. */
static void
sort(struct names *names)
{
    if (names->count > 0)
        qsort(names->list, names->count, sizeof(*names->list), compare);
}

/* --- one file in full ------------------------------------------------------------------------- */

/* "drwxr-xr-x" */
static void
mode_text(mode_t mode, char text[11])
{
    static const char types[16] = { [S_IFIFO >> 12] = 'p', [S_IFCHR >> 12] = 'c',
                                    [S_IFDIR >> 12] = 'd', [S_IFBLK >> 12] = 'b',
                                    [S_IFREG >> 12] = '-', [S_IFLNK >> 12] = 'l',
                                    [S_IFSOCK >> 12] = 's' };
    text[0] = types[(mode & S_IFMT) >> 12];
    for (int i = 0; i < 9; i++)
        text[1 + i] = mode & (0400 >> i) ? "rwx"[i % 3] : '-';
    if (mode & S_ISUID)
        text[3] = 's';
    if (mode & S_ISGID)
        text[6] = 's';
    if (mode & S_ISVTX)
        text[9] = 't';
    text[10] = '\0';
}

/* `folder` is where the name stands, NULL: the name is the path. */
static void
print_long(const char *folder, const char *name)
{
    char path[PATH_SIZE], mode[11], date[32], target[PATH_SIZE];
    struct stat about;
    struct tm tm;
    snprintf(path, sizeof(path), "%s%s%s", folder ? folder : "", folder ? "/" : "", name);
    if (lstat(path, &about) != 0) {
        complain(path);
        return;
    }
    time_t changed = about.st_mtime;
    mode_text(about.st_mode, mode);
    gmtime_r(&changed, &tm);
    strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
    printf("%s %2u %3u %3u %8ld %s %s", mode, (unsigned)about.st_nlink, (unsigned)about.st_uid,
           (unsigned)about.st_gid, (long)about.st_size, date, name);
    ssize_t length = S_ISLNK(about.st_mode) ? readlink(path, target, sizeof(target) - 1) : -1;
    if (length >= 0)
        printf(" -> %.*s", (int)length, target);
    putchar('\n');
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Names run down the columns, as in a dictionary. */
static void
print_columns(const struct names *names)
{
    size_t width = 0;
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->list[i]) + 2 > width)
            width = strlen(names->list[i]) + 2;
    size_t columns = width > 0 && width < line_columns ? line_columns / width : 1;
    size_t lines = (names->count + columns - 1) / columns;
    for (size_t line = 0; line < lines; line++) {
        for (size_t i = line; i < names->count; i += lines)
            printf("%-*s", i + lines < names->count ? (int)width : 0, names->list[i]);
        putchar('\n');
    }
}

/* In full one by one, else in columns. */
static void
print_names(const char *folder, const struct names *names)
{
    if (!long_format) {
        print_columns(names);
        return;
    }
    for (size_t i = 0; i < names->count; i++)
        print_long(folder, names->list[i]);
}

/* readdir gives no order: the names are collected before any is printed. */
static void
list_folder(const char *path)
{
    struct names names = { 0 };
    DIR *folder = opendir(path);
    struct dirent *entry;
    if (!folder) {
        complain(path);
        return;
    }
    while ((entry = readdir(folder)) != NULL)
        if (all || entry->d_name[0] != '.')
            add(&names, entry->d_name);
    closedir(folder);
    sort(&names);
    print_names(path, &names);
}

/* Files first, then each folder with its name above it, if there is more than one thing to list. */
static void
list(char **arguments, int count)
{
    struct names files = { 0 }, folders = { 0 };
    struct stat about;
    for (int i = 0; i < count; i++) {
        int found = folders_as_files || long_format ? lstat(arguments[i], &about)
                                                    : stat(arguments[i], &about);
        if (found != 0 && lstat(arguments[i], &about) != 0)
            complain(arguments[i]);
        else
            add(S_ISDIR(about.st_mode) && !folders_as_files ? &folders : &files, arguments[i]);
    }
    sort(&files);
    sort(&folders);
    print_names(NULL, &files);
    for (size_t i = 0; i < folders.count; i++) {
        if (count > 1)
            printf("%s%s:\n", i > 0 || files.count > 0 ? "\n" : "", folders.list[i]);
        list_folder(folders.list[i]);
    }
}

/* Options may stand together, -la, or apart. Returns the index of the first name. */
static int
parse_options(int argc, char **argv)
{
    struct winsize size;
    int one_column = 0;
    int i;
    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        for (const char *option = argv[i] + 1; *option; option++) {
            all |= *option == 'a';
            long_format |= *option == 'l';
            folders_as_files |= *option == 'd';
            one_column |= *option == '1';
            if (!strchr("ald1", *option)) {
                fprintf(stderr, "usage: ls [-a1dl] [FILE...]\n");
                exit(2);
            }
        }
    }
    if (!one_column && isatty(STDOUT_FILENO))
        line_columns =
            ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return i;
}

/* A full disk or a closed output is found out here: stdio keeps the failure until then. */
int
main(int argc, char **argv)
{
    static char *here[] = { "." };
    int first = parse_options(argc, argv);
    if (first < argc)
        list(argv + first, argc - first);
    else
        list(here, 1);
    return fflush(stdout) == 0 ? status : 1;
}
