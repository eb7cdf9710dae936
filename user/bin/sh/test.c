/* test.c - test and [: compares texts and numbers, asks about files.
 *
 * Status 0 true, 1 false, 2 no valid expression. How many arguments there are decides what they
 * mean, so that `[ "$x" = y ]` is right whatever x holds. The shell's truth is the other way round
 * than C's: `!` turns an answer into a status. Follows POSIX.1-2017, "test", without the
 * obsolescent -a, -o and parentheses: `[ ... ] && [ ... ]` says it better. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

enum { FALSE = 1, INVALID = STATUS_SYNTAX };

/* Blanks around it and a sign are allowed, as strtol takes them. */
static bool
parse_number(const char *text, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return end > text && !end[strspn(end, " \t\n")];
}

/* Operators with one operand: about texts, a descriptor, files. About a file that is not there
 * every answer is no. The kernel is asked for -r -w -x, because modes alone do not decide. */
static int
test_one(const char *operator, const char * operand)
{
    char question = operator[0] == '-' && operator[1] && !operator[2] ? operator[1] : ' ';
    bool link = question == 'L' || question == 'h';
    struct stat about;
    long fd;
    if (!strchr("nztedfrswxLh", question))
        return complain(INVALID, "test: %s: not an operator", operator);
    if (question == 'n')
        return !*operand;
    if (question == 'z')
        return *operand ? FALSE : 0;
    if (question == 't')
        return !(parse_number(operand, &fd) && isatty((int)fd));
    if ((link ? lstat(operand, &about) : stat(operand, &about)) != 0)
        return FALSE;
    switch (question) {
    case 'd':
        return !S_ISDIR(about.st_mode);
    case 'f':
        return !S_ISREG(about.st_mode);
    case 's':
        return !(about.st_size > 0);
    case 'e':
        return 0;
    default:
        if (link)
            return !S_ISLNK(about.st_mode);
        return access(operand, question == 'r' ? R_OK : question == 'w' ? W_OK : X_OK) != 0;
    }
}

static const char *const comparisons[] = { "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
enum { COMPARISONS = sizeof(comparisons) / sizeof(comparisons[0]) };

/* The index in comparisons; COMPARISONS: it is none. */
static int
find_comparison(const char *operator)
{
    int i = 0;
    while (i < COMPARISONS && strcmp(comparisons[i], operator) != 0)
        i++;
    return i;
}

/* Texts by = and !=, numbers by the others: 03 -eq 3, but 03 != 3. */
static int
compare(const char *left, int comparison, const char *right)
{
    long a, b;
    if (comparison < 2)
        return (strcmp(left, right) == 0) == comparison;
    if (!parse_number(left, &a) || !parse_number(right, &b))
        return complain(INVALID, "test: operand: not a number");
    return !(bool[]){ a == b, a != b, a<b, a <= b, a> b, a >= b }[comparison - 2];
}

/* POSIX decides by the number of arguments, and looks for the longest form first: in `! = !` the
 * middle one is an operator, in `! -f x` the first one is. */
static int
test(char **arguments, int count)
{
    if (count < 2)
        return !(count == 1 && **arguments);
    if (count == 3 && find_comparison(arguments[1]) < COMPARISONS)
        return compare(arguments[0], find_comparison(arguments[1]), arguments[2]);
    if (strcmp(*arguments, "!") == 0) {
        int status = test(arguments + 1, count - 1);
        return status == INVALID ? INVALID : !status;
    }
    if (count == 2)
        return test_one(arguments[0], arguments[1]);
    return complain(INVALID, "test: %s: not an operator", arguments[1]);
}

/* `[` is the same command, and wants `]` as its last argument. */
int
test_builtin(char **arguments)
{
    int count = 0;
    while (arguments[count])
        count++;
    if (strcmp(arguments[0], "[") == 0 && strcmp(arguments[--count], "]") != 0)
        return complain(INVALID, "test: [: ']' is missing");
    return test(arguments + 1, count - 1);
}
