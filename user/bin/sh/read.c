/*
 * read.c - read [-r] NAME...: a line of standard input, split at IFS into variables.
 *
 * The last variable takes the rest. Without -r a backslash makes the next character ordinary, and
 * at the end of a line joins the next line. Status 1 at end of file. Follows POSIX.1-2017, "read".
 */
#include <string.h>
#include <unistd.h>
#include "sh.h"

struct line {
    const char *at;
    const char *ifs;
    bool raw;
};

/* Reads a line, with those that backslashes join to it. */
static bool
read_joined(bool raw, struct text *t)
{
    for (;;) {
        bool complete = read_line(STDIN_FILENO, t);
        size_t backslashes = 0;
        while (backslashes < t->length && t->data[t->length - 1 - backslashes] == '\\')
            backslashes++;
        if (raw || !complete || backslashes % 2 == 0)
            return complete;
        t->length--;
    }
}

static bool
is_blank(const struct line *l, char c)
{
    return (c == ' ' || c == '\t') && strchr(l->ifs, c) != NULL;
}

static void
skip_blanks(struct line *l)
{
    while (is_blank(l, *l->at))
        l->at++;
}

/* Takes one character into t; a backslash before it is dropped. */
static void
take_char(struct line *l, struct text *t)
{
    if (!l->raw && l->at[0] == '\\' && l->at[1] != '\0')
        l->at++;
    text_add(t, *l->at++);
}

static char *
take_field(struct line *l)
{
    struct text field = { 0 };

    while (*l->at != '\0' && strchr(l->ifs, *l->at) == NULL)
        take_char(l, &field);
    skip_blanks(l);
    if (*l->at != '\0' && strchr(l->ifs, *l->at) != NULL)
        l->at++;
    skip_blanks(l);
    return text_take(&field);
}

static char *
take_rest(struct line *l)
{
    struct text rest = { 0 };
    size_t kept = 0; /* without the blanks at the end, unless a backslash protects them */

    while (*l->at != '\0') {
        bool blank = is_blank(l, *l->at);
        take_char(l, &rest);
        if (!blank)
            kept = rest.length;
    }
    rest.length = kept;
    return text_take(&rest);
}

int
read_builtin(char **arguments)
{
    bool raw = arguments[1] != NULL && strcmp(arguments[1], "-r") == 0;
    char **names = arguments + 1 + raw;
    struct text text = { 0 };
    const char *ifs = variable_get("IFS");

    if (*names == NULL) {
        complain("usage: read [-r] NAME...");
        return STATUS_SYNTAX;
    }
    bool complete = read_joined(raw, &text);
    struct line line = { text_take(&text), ifs != NULL ? ifs : " \t\n", raw };
    skip_blanks(&line);
    for (; *names != NULL; names++) {
        if (!is_name_start(**names)) {
            complain("read: %s: not a name", *names);
            return STATUS_SYNTAX;
        }
        variable_set(*names, names[1] != NULL ? take_field(&line) : take_rest(&line));
    }
    return complete ? 0 : 1;
}
