/*
 * glob.c - patterns: does a text match, and which files do.
 *
 * `*` is any text, `?` any character, `[...]` one of a set; a backslash makes the next character
 * ordinary, which is how quoted parts of a word arrive here. No pattern takes more than
 * length(pattern) * length(text) steps: only the last `*` is ever tried again.
 * Follows POSIX.1-2017, "Shell Command Language", 2.13 Pattern Matching Notation.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sh.h"

/* Matches c with the set at *pattern, behind its `[`, and moves *pattern behind its `]`. A `[` that
 * is never closed is itself. */
static bool
match_set(const char **pattern, char c)
{
    const char *p = *pattern;
    bool inverted = *p == '!' || *p == '^';
    bool found = false;

    p += inverted;
    for (bool first = true; *p != '\0' && (first || *p != ']'); first = false) {
        p += p[0] == '\\' && p[1] != '\0';
        char low = *p++;
        char high = low;
        if (p[0] == '-' && p[1] != ']' && p[1] != '\0') {
            p += 1 + (p[1] == '\\' && p[2] != '\0');
            high = *p++;
        }
        found |= (unsigned char)low <= (unsigned char)c && (unsigned char)c <= (unsigned char)high;
    }
    if (*p != ']')
        return c == '[';
    *pattern = p + 1;
    return found != inverted;
}

/* Matches one character, and moves *pattern behind what stands for it. */
static bool
match_one(const char **pattern, char c)
{
    char p = *(*pattern)++;

    if (p == '?')
        return true;
    if (p == '[')
        return match_set(pattern, c);
    if (p == '\\' && **pattern != '\0')
        p = *(*pattern)++;
    return p == c;
}

bool
pattern_match(const char *pattern, const char *text, size_t length)
{
    const char *end = text + length;
    const char *star = NULL; /* behind the last `*` ... */
    const char *tried = NULL; /* ... and up to where that one reaches */

    while (text < end || *pattern != '\0') {
        const char *next = pattern;
        if (*pattern == '*') {
            star = ++pattern;
            tried = text;
        } else if (text < end && *pattern != '\0' && match_one(&next, *text)) {
            pattern = next;
            text++;
        } else if (star != NULL && tried < end) {
            pattern = star;
            text = ++tried;
        } else {
            return false;
        }
    }
    return true;
}

char *
unescape(char *pattern)
{
    char *to = pattern;

    for (const char *from = pattern; *from != '\0'; from++) {
        from += from[0] == '\\' && from[1] != '\0';
        *to++ = *from;
    }
    *to = '\0';
    return pattern;
}

/* --- files ------------------------------------------------------------------------------------- */

struct matches {
    char **list;
    size_t count, room;
};

static void
add_match(struct matches *m, char *path)
{
    if (m->count + 1 >= m->room) {
        size_t room = 2 * m->room + 16;
        char **list = arena_alloc(room * sizeof *list);
        if (m->count > 0)
            memcpy(list, m->list, m->count * sizeof *list);
        m->list = list;
        m->room = room;
    }
    m->list[m->count++] = path;
}

static char *
join(const char *folder, const char *name, size_t length)
{
    struct text path = { 0 };

    text_append(&path, folder);
    for (size_t i = 0; i < length; i++)
        text_add(&path, name[i]);
    return text_take(&path);
}

static void match_below(struct matches *m, const char *folder, const char *pattern);

/* Follows the path on from a name that matched; `rest` begins with its slashes, or is empty. */
static void
match_rest(struct matches *m, char *path, const char *rest)
{
    size_t slashes = strspn(rest, "/");
    struct stat about;

    if (*rest == '\0') {
        if (lstat(path, &about) == 0)
            add_match(m, path);
    } else if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        char *folder = join(path, rest, slashes);
        if (rest[slashes] == '\0')
            add_match(m, folder);
        else
            match_below(m, folder, rest + slashes);
    }
}

/* Matches the first name of the pattern with what lies in a folder ("" the current one). */
static void
match_below(struct matches *m, const char *folder, const char *pattern)
{
    size_t length = strcspn(pattern, "/");
    char *name = arena_copy(pattern, length);
    struct dirent *entry;

    if (strpbrk(name, "*?[") == NULL) {
        unescape(name);
        match_rest(m, join(folder, name, strlen(name)), pattern + length);
        return;
    }
    DIR *open = opendir(*folder != '\0' ? folder : ".");
    while (open != NULL && (entry = readdir(open)) != NULL) {
        const char *found = entry->d_name;
        bool hidden = found[0] == '.' && name[0] != '.';
        if (!hidden && pattern_match(name, found, strlen(found)))
            match_rest(m, join(folder, found, strlen(found)), pattern + length);
    }
    if (open != NULL)
        closedir(open);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
match_files(const char *pattern)
{
    size_t root = strspn(pattern, "/");
    struct matches m = { 0 };

    match_below(&m, arena_copy(pattern, root), pattern + root);
    if (m.count == 0)
        return NULL;
    qsort(m.list, m.count, sizeof *m.list, compare);
    return m.list;
}
