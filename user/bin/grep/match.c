/* match.c - regular expressions: c . [...] [^...] \c, each may be followed by *; ^ and $.
 *
 * The matcher is Brian Kernighan's and Rob Pike's: match_here says whether the text matches from
 * here on, and each of its few lines takes one element off the pattern and the text. Follows
 * POSIX.1-2017, "Basic Regular Expressions", without \( \) \{ \} and classes, which are refused. */

#include <ctype.h>
#include <string.h>
#include "grep.h"

static const char *line_end; /* of the line that is looked at: it may have zeros in it */

static char
fold(const struct pattern *pattern, char c)
{
    return pattern->ignore_case && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* --- one element ------------------------------------------------------------------------------ */

/* The length of the element at the beginning of the text, 0 for a [ without its ]. A ] that stands
 * first in brackets is an ordinary one. */
static size_t
element_length(const char *text)
{
    if (*text == '\\' && text[1])
        return 2;
    if (*text != '[')
        return 1;
    const char *at = text + 1;
    if (*at == '^')
        at++;
    if (*at)
        at++;
    while (*at && *at != ']')
        at++;
    return *at ? at + 1 - text : 0;
}

/* Whether [abc], [a-z] or [^a-z] has the character. */
static bool
in_brackets(const char *brackets, char c)
{
    const char *at = brackets + 1;
    bool negated = *at == '^';
    bool found = false;
    at += negated;
    do {
        char low = *at, high = low;
        if (at[1] == '-' && at[2] != ']') {
            high = at[2];
            at += 2;
        }
        found |= low <= c && c <= high;
        at++;
    } while (*at != ']');
    return found != negated;
}

/* With -i a character is looked for in brackets in both of its forms. */
static bool
in_brackets_folded(const struct pattern *pattern, const char *brackets, char c)
{
    if (!pattern->ignore_case || !isalpha(c))
        return in_brackets(brackets, c);
    bool either = in_brackets(brackets, c | 0x20) || in_brackets(brackets, c & ~0x20);
    bool both = in_brackets(brackets, c | 0x20) && in_brackets(brackets, c & ~0x20);
    return brackets[1] == '^' ? both : either;
}

static bool
takes(const struct pattern *pattern, const char *element, char c)
{
    if (*element == '.')
        return true;
    if (*element == '[')
        return in_brackets_folded(pattern, element, c);
    bool escaped = element[0] == '\\' && element[1];
    return fold(pattern, element[escaped]) == fold(pattern, c);
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool match_here(const struct pattern *pattern, const char *rest, const char *text);

/* element* rest: the element takes nothing, or one character, or two ... */
static bool
match_star(const struct pattern *pattern, const char *element, const char *rest, const char *text)
{
    while (!match_here(pattern, rest, text)) {
        if (text == line_end || !takes(pattern, element, *text))
            return false;
        text++;
    }
    return true;
}

/* Whether the rest of the pattern matches a text that begins here. */
static bool
match_here(const struct pattern *pattern, const char *rest, const char *text)
{
    for (;; text++) {
        if (!*rest)
            return true;
        if (rest[0] == '$' && !rest[1])
            return text == line_end;
        const char *next = rest + element_length(rest);
        if (*next == '*')
            return match_star(pattern, rest, next + 1, text);
        if (text == line_end || !takes(pattern, rest, *text))
            return false;
        rest = next;
    }
}

static bool
match_plain(const struct pattern *pattern, const char *text)
{
    const char *p = pattern->text;
    while (*p && text < line_end && fold(pattern, *p) == fold(pattern, *text)) {
        p++;
        text++;
    }
    return !*p;
}

bool
pattern_matches(const struct pattern *pattern, const char *line, size_t length)
{
    line_end = line + length;
    bool from_start = !pattern->plain && pattern->text[0] == '^';
    if (from_start)
        return match_here(pattern, pattern->text + 1, line);
    for (;; line++) {
        if (pattern->plain ? match_plain(pattern, line) : match_here(pattern, pattern->text, line))
            return true;
        if (line == line_end)
            return false;
    }
}

/* A pattern that means more than is known here would find other lines than it should. */
const char *
pattern_fault(const struct pattern *pattern)
{
    if (strchr(pattern->text, '\n'))
        return "several patterns: not supported";
    if (pattern->plain)
        return NULL;
    for (const char *at = pattern->text; *at; at += element_length(at)) {
        if (element_length(at) == 0)
            return "[ without ]";
        if (*at == '\\' &&
            (!at[1] || strchr("(){}|+?<>", at[1]) || isdigit(at[1]) || isalpha(at[1])))
            return "backslash with a meaning of its own: not supported";
        if (*at == '[' && (strchr(":.=", at[1]) && at[1]))
            return "class of characters: not supported";
        for (size_t i = 1; *at == '[' && i < element_length(at); i++)
            if (at[i] == '[' && strchr(":.=", at[i + 1]))
                return "class of characters: not supported";
    }
    return NULL;
}
