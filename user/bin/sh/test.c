/*
 * test.c - test and [: compares texts and numbers, asks about files.
 *
 * Status 0 true, 1 false, 2 no valid expression. How many arguments there are decides what they
 * mean, so that `[ "$x" = y ]` is right whatever x holds. Follows POSIX.1-2017, "test", without the
 * obsolescent -a, -o and parentheses: `[ ... ] && [ ... ]` says it better.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

enum { FALSE = 1, INVALID = STATUS_SYNTAX };

static int
invalid(const char *what, const char *why)
{
    complain("test: %s: %s", what, why);
    return INVALID;
}

/* The shell's truth is the other way round than C's. */
static int
answer(bool yes)
{
    return yes ? 0 : FALSE;
}

/* A sign is allowed, blanks at the end are not. */
static bool
parse_number(const char *text, long *number)
{
    char *end;

    *number = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0';
}

/* Asks about a file; about one that is not there every answer is no. */
static int
ask_file(char question, const char *path)
{
    struct stat about;

    if (question == 'L' || question == 'h')
        return answer(lstat(path, &about) == 0 && S_ISLNK(about.st_mode));
    if (stat(path, &about) != 0)
        return FALSE;
    switch (question) {
    case 'd':
        return answer(S_ISDIR(about.st_mode));
    case 'f':
        return answer(S_ISREG(about.st_mode));
    case 'r':
        return answer(access(path, R_OK) == 0);
    case 's':
        return answer(about.st_size > 0);
    case 'w':
        return answer(access(path, W_OK) == 0);
    case 'x':
        return answer(access(path, X_OK) == 0);
    default:
        return 0; /* -e */
    }
}

/* Operators with one operand: -n -z about texts, -t about a descriptor, the others about files. */
static int
test_one(const char *operator, const char * operand)
{
    long fd;

    if (operator[0] != '-' || operator[1] == '\0' || operator[2] != '\0' ||
        strchr("nztedfrswxLh", operator[1]) == NULL)
        return invalid(operator, "not an operator");
    switch (operator[1]) {
    case 'n':
        return answer(*operand != '\0');
    case 'z':
        return answer(*operand == '\0');
    case 't':
        return answer(parse_number(operand, &fd) && isatty((int)fd));
    default:
        return ask_file(operator[1], operand);
    }
}

static const char *const comparisons[] = { "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
enum { COMPARISONS = sizeof comparisons / sizeof comparisons[0], NO_COMPARISON = -1 };

/* The index in comparisons. */
static int
find_comparison(const char *operator)
{
    for (int i = 0; i < COMPARISONS; i++)
        if (strcmp(comparisons[i], operator) == 0)
            return i;
    return NO_COMPARISON;
}

/* Texts by = and !=, numbers by the others: 03 -eq 3, but 03 != 3. */
static int
compare(const char *left, int comparison, const char *right)
{
    long a, b;

    if (comparison < 2)
        return answer((strcmp(left, right) == 0) == (comparison == 0));
    if (!parse_number(left, &a) || !parse_number(right, &b))
        return invalid("operand", "not a number");
    return answer((bool[]){ a == b, a != b, a<b, a <= b, a> b, a >= b }[comparison - 2]);
}

/* POSIX decides by the number of arguments, and looks for the longest form first: in `! = !` the
 * middle one is an operator, in `! -f x` the first one is. */
static int
test(char **arguments, int count)
{
    if (count == 0)
        return FALSE;
    if (count == 1)
        return answer(**arguments != '\0');
    if (count == 3 && find_comparison(arguments[1]) != NO_COMPARISON)
        return compare(arguments[0], find_comparison(arguments[1]), arguments[2]);
    if (strcmp(*arguments, "!") == 0) {
        int status = test(arguments + 1, count - 1);
        return status == INVALID ? INVALID : !status;
    }
    if (count == 2)
        return test_one(arguments[0], arguments[1]);
    return invalid(arguments[1], "not an operator");
}

/* `[` is the same command, and wants `]` as its last argument. */
int
test_builtin(char **arguments)
{
    int count = 0;

    while (arguments[count] != NULL)
        count++;
    if (strcmp(arguments[0], "[") == 0 && strcmp(arguments[--count], "]") != 0)
        return invalid("[", "']' is missing");
    return test(arguments + 1, count - 1);
}
