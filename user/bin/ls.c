/* ls.c - lists folders, sorted by name.
 *
 *     ls [-a1dl] [FILE...]      without FILE: the current folder
 *
 * -a also lists names that begin with a dot. -d lists folders as themselves. -l tells mode, links,
 * owner, group, size and time (UTC). -1 gives one name a line even on a terminal, where names
 * otherwise stand in columns. Follows POSIX.1-2017, "ls", with a date that always has the year. */

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 + 1, DEFAULT_WIDTH = 80 }; /* what is cut is too long for the kernel */

struct names {
    char **list;
    size_t count, room;
};

static bool all, long_format, folders_as_files, one_column;
static int status;

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

/* Compares byte by byte: there is no locale. */
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

/* Where a link leads to. */
static void
print_target(const char *path)
{
    char target[PATH_SIZE];
    ssize_t length = readlink(path, target, sizeof(target));
    if (length >= 0)
        printf(" -> %.*s", (int)length, target);
}

/* `folder` is where the name stands; when it is NULL, the name is the path. */
static void
print_long(const char *folder, const char *name)
{
    char path[PATH_SIZE], mode[11], date[32];
    struct stat about;
    struct tm tm;
    if (folder)
        snprintf(path, sizeof(path), "%s/%s", folder, name);
    else
        snprintf(path, sizeof(path), "%s", name);
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
    if (S_ISLNK(about.st_mode))
        print_target(path);
    putchar('\n');
}

/* --- lists ------------------------------------------------------------------------------------ */

/* How wide the screen is; 0 when the output is no terminal. */
static size_t
screen_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return DEFAULT_WIDTH;
    return size.ws_col;
}

/* How many columns `width` wide names stand in. */
static size_t
count_columns(size_t width)
{
    size_t screen = one_column ? 0 : screen_width();
    return width > 0 && width < screen ? screen / width : 1;
}

/* Names run down the columns, as in a dictionary. The last name of a line needs no padding. */
static void
print_columns(const struct names *names)
{
    size_t width = 0;
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->list[i]) + 2 > width)
            width = strlen(names->list[i]) + 2;
    size_t columns = count_columns(width);
    size_t lines = (names->count + columns - 1) / columns;
    for (size_t line = 0; line < lines; line++) {
        for (size_t i = line; i < names->count; i += lines) {
            bool last = i + lines >= names->count;
            printf("%-*s", last ? 0 : (int)width, names->list[i]);
        }
        putchar('\n');
    }
}

/* Prints names in full one by one, or in columns. */
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
    if (!folder) {
        complain(path);
        return;
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (all || entry->d_name[0] != '.')
            add(&names, entry->d_name);
    closedir(folder);
    sort(&names);
    print_names(path, &names);
}

/* Looks at a file that was named. A link to a folder is a folder, unless the list tells of the link
 * itself; a link that leads nowhere is a file. */
static int
look_at(const char *path, struct stat *about)
{
    bool follow = !folders_as_files && !long_format;
    if (follow && stat(path, about) == 0)
        return 0;
    return lstat(path, about);
}

/* Files come first, then each folder, with its name above it if there is more than one thing to
 * list. */
static void
list(char **arguments, int count)
{
    struct names files = { 0 }, folders = { 0 };
    for (int i = 0; i < count; i++) {
        struct stat about;
        if (look_at(arguments[i], &about) != 0)
            complain(arguments[i]);
        else if (S_ISDIR(about.st_mode) && !folders_as_files)
            add(&folders, arguments[i]);
        else
            add(&files, arguments[i]);
    }
    sort(&files);
    sort(&folders);
    print_names(NULL, &files);
    for (size_t i = 0; i < folders.count; i++) {
        if (i > 0 || files.count > 0)
            putchar('\n');
        if (count > 1)
            printf("%s:\n", folders.list[i]);
        list_folder(folders.list[i]);
    }
}

static void
set_option(char option)
{
    switch (option) {
    case 'a':
        all = true;
        break;
    case 'l':
        long_format = true;
        break;
    case 'd':
        folders_as_files = true;
        break;
    case '1':
        one_column = true;
        break;
    default:
        fprintf(stderr, "usage: ls [-a1dl] [FILE...]\n");
        exit(2);
    }
}

/* Options may stand together, -la, or apart. Returns the index of the first name. */
static int
parse_options(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        for (const char *option = argv[i] + 1; *option; option++)
            set_option(*option);
    }
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
