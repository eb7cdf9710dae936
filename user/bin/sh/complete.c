/* complete.c - the tab key: goes on with the name that has been begun.
 *
 * The first word of a command becomes a builtin or a program of PATH, any other word a file. One
 * tab adds what all candidates have in common, a second one in a row lists them. What is added is
 * quoted as the word is: in "a b it needs nothing, elsewhere a backslash stands before what would
 * mean something. It knows no grammar behind words and operators. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "editor.h"

/* The word that the cursor stands behind. */
struct begun {
    struct text text; /* without its quotes */
    char quote;       /* the one that is open, 0: none */
    bool first;       /* of a command */
};

/* --- the word --------------------------------------------------------------------------------- */

/* An operator or a blank ends the word. Behind | & ; ( the next one is the first of a command. */
static void
end_word(struct begun *w, char c)
{
    bool blank = c == ' ' || c == '\t';
    if (!blank)
        w->first = c != '<' && c != '>';
    else if (w->text.length > 0)
        w->first = false;
    w->text = (struct text){ 0 };
}

/* Reads a line as the lexer would, but for what `$` begins. */
static struct begun
read_begun(const char *line)
{
    struct begun w = { .first = true };
    for (; *line; line++) {
        if (*line == '\\' && w.quote != '\'' && line[1])
            text_add(&w.text, *++line);
        else if (w.quote ? *line == w.quote : *line == '"' || *line == '\'')
            w.quote = w.quote ? 0 : *line;
        else if (!w.quote && strchr(" \t|&;()<>", *line))
            end_word(&w, *line);
        else
            text_add(&w.text, *line);
    }
    return w;
}

/* --- candidates ------------------------------------------------------------------------------- */

static bool
begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool
is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Adds the names of a folder that begin so, a folder's with a slash. Hidden ones have to be
 * begun. */
static void
add_files(struct list *names, const char *folder, const char *beginning, bool programs)
{
    DIR *open = opendir(*folder ? folder : ".");
    if (!open)
        return;
    for (struct dirent *entry = readdir(open); entry; entry = readdir(open)) {
        const char *name = entry->d_name;
        char *path = join(folder, *folder ? "/" : "", name);
        bool hidden = name[0] == '.' && beginning[0] != '.';
        bool itself = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (hidden || itself || !begins_with(name, beginning))
            continue;
        if (!programs && is_folder(path))
            list_add(names, join(name, "/", ""));
        else if (!programs || find_program(path))
            list_add(names, arena_copy(name, strlen(name)));
    }
    closedir(open);
}

/* The folder of a path, up to the last name; "" is the current one. */
static const char *
folder_of(const char *path, const char *name)
{
    const char *home = begins_with(path, "~/") ? variable_get("HOME") : NULL;
    const char *rest = home ? path + 1 : path;
    return join(home ? home : "", arena_copy(rest, name - rest), "");
}

static void
add_commands(struct list *names, const char *beginning)
{
    const char *folders = variable_get("PATH");
    for (const struct builtin *b = builtins; b->name; b++)
        if (b->help && begins_with(b->name, beginning))
            list_add(names, (char *)b->name);
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        add_files(names, length > 0 ? arena_copy(folders, length) : ".", beginning, true);
        folders += length + (folders[length] == ':');
    }
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the names; one that is in several folders of PATH counts once. */
static void
sort(struct list *names)
{
    size_t kept = 0;
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), compare);
    for (size_t i = 0; i < names->count; i++)
        if (kept == 0 || strcmp(names->items[kept - 1], names->items[i]) != 0)
            names->items[kept++] = names->items[i];
    names->count = kept;
}

/* --- what to do with them --------------------------------------------------------------------- */

/* How many bytes all names have in common; never a part of a character in UTF-8. */
static size_t
common_length(const struct list *names)
{
    const char *first = names->items[0];
    size_t common = strlen(first);
    for (size_t i = 1; i < names->count; i++) {
        size_t equal = 0;
        while (equal < common && names->items[i][equal] == first[equal])
            equal++;
        common = equal;
    }
    while (common > 0 && continues_character(first[common]))
        common--;
    return common;
}

/* Adds bytes of a name as they have to be typed. */
static void
add_quoted(struct text *t, const char *bytes, size_t size, char quote)
{
    const char *special = " \t|&;()<>\"'$`\\*?[]#~=!{}";
    if (quote)
        special = quote == '"' ? "\"$`\\" : "";
    for (size_t i = 0; i < size; i++) {
        if (strchr(special, bytes[i]))
            text_add(t, '\\');
        text_add(t, bytes[i]);
    }
}

/* Lists the names in columns, below the line that is being typed. */
static void
print_names(const struct list *names, size_t screen)
{
    size_t width = 0, column = 0;
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->items[i]) + 2 > width)
            width = strlen(names->items[i]) + 2;
    fputc('\n', stderr);
    for (size_t i = 0; i < names->count; i++) {
        bool last = column + 2 * width > screen || i + 1 == names->count;
        fprintf(stderr, "%-*s%s", last ? 0 : (int)width, names->items[i], last ? "\n" : "");
        column = last ? 0 : column + width;
    }
}

const char *
complete(const char *line, bool list, size_t screen)
{
    struct begun w = read_begun(line);
    struct list names = { 0 };
    struct text added = { 0 };
    char *word = text_take(&w.text);
    char *slash = strrchr(word, '/');
    const char *beginning = slash ? slash + 1 : word;
    if (w.first && !slash)
        add_commands(&names, beginning);
    else
        add_files(&names, folder_of(word, beginning), beginning, false);
    sort(&names);
    if (names.count == 0)
        return "";
    const char *first = names.items[0];
    size_t known = strlen(beginning), common = common_length(&names);
    if (common > known)
        add_quoted(&added, first + known, common - known, w.quote);
    if (names.count == 1 && first[common - 1] != '/') {
        if (w.quote)
            text_add(&added, w.quote);
        text_add(&added, ' ');
    }
    if (added.length == 0 && list)
        print_names(&names, screen);
    return text_take(&added);
}
