/* glob.c - patterns: `*` is any text, `?` any character, [a-z] one of these; file names by them.
 *
 * A backslash makes the next character ordinary: quoted parts of a word arrive here so. No pattern
 * takes more than length(pattern) * length(name) steps: when the text behind a `*` does not match,
 * only the last `*` is tried again, one character longer. Follows POSIX.1-2017, "Shell Command
 * Language", 2.13 Pattern Matching Notation. */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sh.h"

/* Takes one character of a bracket expression, which a backslash may precede. */
static char
bracket_char(const char **at)
{
    if ((*at)[0] == '\\' && (*at)[1])
        ++*at;
    return *(*at)++;
}

/* Takes a character or a range off the expression: whether c is in it. */
static bool
in_range(const char **at, char c)
{
    char low = bracket_char(at);
    char high = low;
    if ((*at)[0] == '-' && (*at)[1] && (*at)[1] != ']') {
        ++*at;
        high = bracket_char(at);
    }
    return low <= c && c <= high;
}

/* Takes a class such as [:alpha:], or else a range. The characters are ASCII's: there is no locale.
 */
static bool
in_class(const char **at, char c)
{
    static const struct {
        const char *name, *members;
    } classes[] = {
        { "[:alnum:]", "0-9A-Za-z" }, { "[:alpha:]", "A-Za-z" },     { "[:blank:]", " \t" },
        { "[:digit:]", "0-9" },       { "[:lower:]", "a-z" },        { "[:space:]", " \t-\r" },
        { "[:upper:]", "A-Z" },       { "[:xdigit:]", "0-9A-Fa-f" },
    };
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t length = strlen(classes[i].name);
        bool found = false;
        if (strncmp(*at, classes[i].name, length) != 0)
            continue;
        *at += length;
        for (const char *member = classes[i].members; *member;)
            found |= in_range(&member, c);
        return found;
    }
    return in_range(at, c);
}

/* Whether [abc], [a-z] or [!0-9] has c in it. *rest becomes the place behind it, NULL when it has
 * no `]`, and then it is no bracket expression. A `]` that stands first is an ordinary one. */
static bool
in_brackets(const char *pattern, char c, const char **rest)
{
    const char *at = pattern + 1;
    bool negated = *at == '!' || *at == '^';
    bool found = false;
    at += negated;
    const char *first = at;
    while (*at && (*at != ']' || at == first))
        found |= in_class(&at, c);
    *rest = *at ? at + 1 : NULL;
    return found != negated;
}

/* Whether the first element of the pattern, which is no `*`, takes the character c (0: the text has
 * ended). *rest becomes the place behind it. */
static bool
takes(const char *pattern, char c, const char **rest)
{
    if (*pattern == '[') {
        bool taken = in_brackets(pattern, c, rest);
        if (*rest)
            return c && taken;
    }
    bool escaped = pattern[0] == '\\' && pattern[1];
    *rest = pattern + 1 + escaped;
    return c && (*pattern == '?' || pattern[escaped] == c);
}

/* A `*` takes nothing at first. Where the rest does not match, the last `*` takes one character
 * more and the rest is tried again behind it; an earlier one never has to, for what it could take
 * more, the later one can. */
bool
matches(const char *pattern, const char *text)
{
    const char *star = NULL;  /* behind the last `*` ... */
    const char *tried = NULL; /* ... and where the text is that it does not take */
    const char *rest;
    while (*text || *pattern) {
        if (*pattern == '*') {
            star = ++pattern;
            tried = text;
        } else if (takes(pattern, *text, &rest)) {
            pattern = rest;
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
 * name without * ? and [ is looked up and not searched for. */
static void
match_below(struct list *files, const char *folder, const char *pattern)
{
    size_t length = strcspn(pattern, "/");
    char *name = arena_copy(pattern, length);
    if (!name[strcspn(name, "*?[")]) {
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
