/* name.c - how a script writes a name, an assignment and a number.
 *
 * The lexer, the expansions, the variables and the builtins all ask here, so that they agree. */

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include "sh.h"

/* A name is letters, digits and underscores, and does not begin with a digit (POSIX.1-2017, 3.235
 * Name). */
size_t
name_length(const char *text)
{
    size_t length = 0;
    while (text[length] == '_' || isalpha(text[length]) || (length > 0 && isdigit(text[length])))
        length++;
    return length;
}

/* `export` and `for` want a text that is a name from its beginning to its end. */
bool
is_name(const char *text)
{
    return *text && !text[name_length(text)];
}

/* A name of length 0 is none: `=x` is a command, whatever it may be good for. */
size_t
assignment_name(const char *text)
{
    size_t length = name_length(text);
    return text[length] == '=' ? length : 0;
}

/* The first character must be a digit: strtol alone would take blanks, a sign, or no digit at
 * all. */
bool
parse_count(const char *text, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    *number = value;
    return isdigit(*text) && !*end && value <= INT_MAX;
}
