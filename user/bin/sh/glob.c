/* glob.c - file names from patterns: `*` is any text, `?` any character.
 *
 * A backslash makes the next character ordinary: quoted parts of a word arrive here so. No pattern
 * takes more than length(pattern) * length(name) steps: when the text behind a `*` does not match,
 * only the last `*` is tried again, one character longer. Follows POSIX.1-2017, "Shell Command
 * Language", 2.13 Pattern Matching Notation, without [...]. */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sh.h"

/* A `*` takes nothing at first. Where the rest does not match, the last `*` takes one character
 * more and the rest is tried again behind it; an earlier one never has to, for what it could take
 * more, the later one can. */
static bool
matches(const char *pattern, const char *text)
{
    const char *star = NULL;  /* behind the last `*` ... */
    const char *tried = NULL; /* ... and where the text is that it does not take */
    while (*text || *pattern) {
        bool escaped = pattern[0] == '\\' && pattern[1];
        if (*pattern == '*') {
            star = ++pattern;
            tried = text;
        } else if (*text && (*pattern == '?' || pattern[escaped] == *text)) {
            pattern += 1 + escaped;
            text++;
        } else if (star && *tried) {
            pattern = star;
            text = ++tried;
        } else {
            return false;
        }
    }
    return true;
}

/* A lone backslash at the end stays. */
char *
unescape(char *pattern)
{
    char *to = pattern;
    for (const char *from = pattern; *from; from++) {
        from += from[0] == '\\' && from[1];
        *to++ = *from;
    }
    *to = '\0';
    return pattern;
}

static void match_below(struct list *files, const char *folder, const char *pattern);

/* Goes on from a name that matched; `rest` is the pattern from its slashes on, or empty. */
static void
match_rest(struct list *files, const char *path, const char *rest)
{
    size_t slashes = strspn(rest, "/");
    struct stat about;
    if (lstat(path, &about) != 0)
        return;
    if (slashes == 0)
        list_add(files, (char *)path);
    else if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        match_below(files, join(path, arena_copy(rest, slashes), ""), rest + slashes);
}

/* Matches the first name of the pattern with what lies in a folder; "" is the current folder. A
 * name without * and ? is looked up and not searched for. */
static void
match_below(struct list *files, const char *folder, const char *pattern)
{
    size_t length = strcspn(pattern, "/");
    char *name = arena_copy(pattern, length);
    if (!name[strcspn(name, "*?")]) {
        match_rest(files, join(folder, unescape(name), ""), pattern + length);
        return;
    }
    DIR *open = opendir(*folder ? folder : ".");
    if (!open)
        return;
    for (struct dirent *entry = readdir(open); entry; entry = readdir(open)) {
        bool hidden = entry->d_name[0] == '.' && name[0] != '.';
        if (!hidden && matches(name, entry->d_name))
            match_rest(files, join(folder, entry->d_name, ""), pattern + length);
    }
    closedir(open);
}

/* Compares byte by byte: there is no locale. */
static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of this pattern are sorted among themselves, not into those of the words before. */
bool
match_files(struct list *files, const char *pattern)
{
    size_t before = files->count;
    size_t root = strspn(pattern, "/");
    match_below(files, arena_copy(pattern, root), pattern + root);
    if (files->count > before)
        qsort(files->items + before, files->count - before, sizeof(*files->items), compare);
    return files->count > before;
}
