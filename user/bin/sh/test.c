/*
 * test.c - test and [: comparing texts and numbers, asking about files.
 *
 * Status 0 true, 1 false, 2 no valid expression. An operator between two operands is looked for
 * first, so that `[ "$x" = y ]` is right whatever x holds, `-f` and `(` included.
 * Follows POSIX.1-2017, "test", with its -a, -o and parentheses.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

struct test {
    char **at;
    int depth;
    bool failed;
};

static bool parse_or(struct test *t);

static bool
fail(struct test *t, const char *what, const char *why)
{
    if (!t->failed)
        complain("test: %s: %s", what, why);
    t->failed = true;
    return false;
}

static bool
accept(struct test *t, const char *text)
{
    if (*t->at == NULL || strcmp(*t->at, text) != 0)
        return false;
    t->at++;
    return true;
}

static long
number(struct test *t, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0')
        fail(t, text, "not a number");
    return value;
}

/* Asks about a file; what it does not know is false. */
static bool
ask_file(char question, const char *path)
{
    struct stat about;

    if (question == 'L' || question == 'h')
        return lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
    if (question == 'r' || question == 'w' || question == 'x')
        return access(path, question == 'r' ? R_OK : question == 'w' ? W_OK : X_OK) == 0;
    if (stat(path, &about) != 0)
        return false;
    switch (question) {
    case 'e':
        return true;
    case 'f':
        return S_ISREG(about.st_mode);
    case 'd':
        return S_ISDIR(about.st_mode);
    case 'p':
        return S_ISFIFO(about.st_mode);
    case 'c':
        return S_ISCHR(about.st_mode);
    default:
        return about.st_size > 0; /* -s */
    }
}

static bool
is_unary(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && word[2] == '\0' && strchr("ntrwxLhefdpcsz", word[1]);
}

static bool
unary(struct test *t, char question, const char *operand)
{
    if (question == 'n' || question == 'z')
        return (*operand != '\0') == (question == 'n');
    if (question == 't')
        return isatty((int)number(t, operand));
    return ask_file(question, operand);
}

static const char *const comparisons[] = { "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
enum { COMPARISONS = sizeof comparisons / sizeof comparisons[0] };

/* The index in comparisons, -1 when the word is none. */
static int
find_comparison(const char *word)
{
    for (int i = 0; word != NULL && i < COMPARISONS; i++)
        if (strcmp(comparisons[i], word) == 0)
            return i;
    return -1;
}

static bool
compare(struct test *t, int comparison, const char *left, const char *right)
{
    if (comparison < 2)
        return (strcmp(left, right) == 0) == (comparison == 0);

    long a = number(t, left);
    long b = number(t, right);
    const bool results[] = { a == b, a != b, a < b, a <= b, a > b, a >= b };
    return results[comparison - 2];
}

static bool
parse_primary(struct test *t)
{
    char **at = t->at;

    if (t->failed || *at == NULL)
        return fail(t, "operand", "missing");
    if (at[1] != NULL && at[2] != NULL && find_comparison(at[1]) >= 0) {
        t->at += 3;
        return compare(t, find_comparison(at[1]), at[0], at[2]);
    }
    if (at[1] != NULL && is_unary(at[0])) {
        t->at += 2;
        return unary(t, at[0][1], at[1]);
    }
    if (at[1] != NULL && accept(t, "(")) {
        bool result = parse_or(t);
        return accept(t, ")") ? result : fail(t, ")", "missing");
    }
    t->at++;
    return at[0][0] != '\0';
}

static bool
parse_not(struct test *t)
{
    bool inverted = false;

    while (t->at[0] != NULL && t->at[1] != NULL && find_comparison(t->at[1]) < 0 && accept(t, "!"))
        inverted = !inverted;
    return parse_primary(t) != inverted;
}

static bool
parse_and(struct test *t)
{
    bool result = parse_not(t);

    while (!t->failed && accept(t, "-a"))
        result = parse_not(t) && result;
    return result;
}

static bool
parse_or(struct test *t)
{
    if (t->depth++ > NESTING_LIMIT)
        return fail(t, "(", "nested too deeply");
    bool result = parse_and(t);
    while (!t->failed && accept(t, "-o"))
        result = parse_and(t) || result;
    t->depth--;
    return result;
}

int
test_builtin(char **arguments)
{
    struct test t = { .at = arguments + 1 };
    size_t count = 0;

    while (arguments[count] != NULL)
        count++;
    if (strcmp(arguments[0], "[") == 0) {
        if (strcmp(arguments[count - 1], "]") != 0) {
            complain("[: ']' is missing");
            return STATUS_SYNTAX;
        }
        arguments[count - 1] = NULL;
    }
    if (*t.at == NULL)
        return 1; /* POSIX: no argument is false */
    bool result = parse_or(&t);
    if (!t.failed && *t.at != NULL)
        fail(&t, *t.at, "unexpected");
    return t.failed ? STATUS_SYNTAX : result ? 0 : 1;
}
