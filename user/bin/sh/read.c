/* read.c - the builtin `read`: a line of standard input becomes the values of variables.
 *
 * The line is split at the characters of IFS; the last variable gets the rest. A backslash makes
 * the character behind it ordinary, and joins two lines; with -r it is a character as any other.
 * Follows POSIX.1-2017, "read". */

#include <string.h>
#include <unistd.h>
#include "sh.h"

static bool
is_blank_separator(char c)
{
    return c && strchr(" \t", c) && strchr(separators(), c);
}

static char *
skip_blanks(char *line)
{
    while (is_blank_separator(*line))
        line++;
    return line;
}

/* How many characters come before the next separator; a backslash hides the one behind it. */
static size_t
field_length(const char *field, bool raw)
{
    size_t length = 0;
    while (field[length] && !strchr(separators(), field[length])) {
        if (!raw && field[length] == '\\' && field[length + 1])
            length++;
        length++;
    }
    return length;
}

/* Whether the text ends in a backslash that is not itself behind one. */
static bool
ends_in_backslash(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && text[length - 1 - count] == '\\')
        count++;
    return count % 2 == 1;
}

/* Takes the next field off a line; the last field is the rest, without the blanks at its end. */
static char *
take_field(char **line, bool last, bool raw)
{
    char *begin = skip_blanks(*line);
    size_t length = last ? strlen(begin) : field_length(begin, raw);
    *line = skip_blanks(begin + length);
    if (**line && strchr(separators(), **line))
        ++*line;
    while (last && length > 0 && is_blank_separator(begin[length - 1]) &&
           (raw || !ends_in_backslash(begin, length - 1)))
        length--;
    char *field = arena_copy(begin, length);
    return raw ? field : unescape(field);
}

/* A backslash before the newline joins two lines. False when the file has ended before a
 * newline. */
static bool
read_joined(struct text *line, bool raw)
{
    bool complete = read_line(STDIN_FILENO, line);
    while (complete && !raw && ends_in_backslash(line->data, line->length)) {
        line->length--;
        complete = read_line(STDIN_FILENO, line);
    }
    return complete;
}

/* read [-r] NAME... */
int
read_builtin(char **arguments)
{
    bool raw = arguments[1] && strcmp(arguments[1], "-r") == 0;
    char **names = arguments + 1 + raw;
    struct text text = { 0 };
    if (*names && strcmp(*names, "--") == 0)
        names++;
    for (char **name = names; *name; name++)
        if (!is_name(*name))
            return complain(STATUS_SYNTAX, "read: %s: not a name", *name);
    bool complete = read_joined(&text, raw);
    char *rest = text_take(&text);
    for (; *names; names++)
        variable_set(*names, take_field(&rest, !names[1], raw));
    return complete ? 0 : STATUS_FAILED;
}
