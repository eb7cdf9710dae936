/* test.c - test and [: compares texts and numbers, asks about files.
 *
 * Its status is 0 for true, 1 for false, 2 for what is no expression: truth is the other way round
 * than in C. How many arguments there are decides what they mean, so that `[ "$x" = y ]` is right
 * whatever x holds. Follows POSIX.1-2017, "test", without the obsolescent -a, -o and parentheses:
 * `[ ... ] && [ ... ]` says it better. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

enum { TRUE = 0, FALSE = 1, INVALID = STATUS_SYNTAX };

static int
truth(bool answer)
{
    return answer ? TRUE : FALSE;
}

/* Blanks around it and a sign are allowed, as strtol takes them. */
static bool
parse_number(const char *text, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return end > text && !end[strspn(end, " \t\n")];
}

/* Answers a question about a file that is there. The kernel is asked for -r -w -x, because the
 * modes alone do not decide. */
static bool
ask_file(char question, const char *path, const struct stat *about)
{
    switch (question) {
    case 'd':
        return S_ISDIR(about->st_mode);
    case 'f':
        return S_ISREG(about->st_mode);
    case 'h':
    case 'L':
        return S_ISLNK(about->st_mode);
    case 's':
        return about->st_size > 0;
    case 'r':
        return access(path, R_OK) == 0;
    case 'w':
        return access(path, W_OK) == 0;
    case 'x':
        return access(path, X_OK) == 0;
    default: /* 'e' */
        return true;
    }
}

/* About a file that is not there every answer is no. */
static bool
test_file(char question, const char *path)
{
    struct stat about;
    bool link = question == 'L' || question == 'h';
    int found = link ? lstat(path, &about) : stat(path, &about);
    return found == 0 && ask_file(question, path, &about);
}

/* Whether a text names a descriptor of a terminal. */
static bool
test_terminal(const char *text)
{
    long fd;
    return parse_number(text, &fd) && isatty(fd);
}

/* Operators with one operand are a minus and one letter: -n and -z ask about a text, -t about a
 * descriptor, the others about a file. */
static int
test_one(const char *name, const char *operand)
{
    bool has_form = name[0] == '-' && name[1] && !name[2];
    if (!has_form || !strchr("nztedfrswxLh", name[1]))
        return complain(INVALID, "test: %s: not an operator", name);
    switch (name[1]) {
    case 'n':
        return truth(*operand);
    case 'z':
        return truth(!*operand);
    case 't':
        return truth(test_terminal(operand));
    default:
        return truth(test_file(name[1], operand));
    }
}

enum { SAME, DIFFERENT, EQ, NE, LT, LE, GT, GE, COMPARISONS };
static const char *const comparisons[] = { "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };

/* The index in comparisons, COMPARISONS when it is none. */
static int
find_comparison(const char *name)
{
    int i = 0;
    while (i < COMPARISONS && strcmp(comparisons[i], name) != 0)
        i++;
    return i;
}

static bool
compare_numbers(long a, int comparison, long b)
{
    switch (comparison) {
    case EQ:
        return a == b;
    case NE:
        return a != b;
    case LT:
        return a < b;
    case LE:
        return a <= b;
    case GT:
        return a > b;
    default:
        return a >= b;
    }
}

/* = and != compare texts, the others numbers: 03 -eq 3, but 03 != 3. */
static int
compare(const char *left, int comparison, const char *right)
{
    long a, b;
    if (comparison == SAME)
        return truth(strcmp(left, right) == 0);
    if (comparison == DIFFERENT)
        return truth(strcmp(left, right) != 0);
    if (!parse_number(left, &a) || !parse_number(right, &b))
        return complain(INVALID, "test: operand: not a number");
    return truth(compare_numbers(a, comparison, b));
}

static int test(char **arguments, int count);

/* ! EXPRESSION */
static int
negate(char **arguments, int count)
{
    int status = test(arguments + 1, count - 1);
    return status == INVALID ? INVALID : truth(status == FALSE);
}

/* POSIX decides by the number of arguments, and looks for the longest form first: in `! = !` the
 * middle one is an operator, in `! -f x` the first one is. */
static int
test(char **arguments, int count)
{
    if (count == 0)
        return FALSE;
    if (count == 1)
        return truth(*arguments[0]);
    if (count == 3) {
        int comparison = find_comparison(arguments[1]);
        if (comparison < COMPARISONS)
            return compare(arguments[0], comparison, arguments[2]);
    }
    if (strcmp(arguments[0], "!") == 0)
        return negate(arguments, count);
    if (count == 2)
        return test_one(arguments[0], arguments[1]);
    if (count == 3)
        return complain(INVALID, "test: %s: not an operator", arguments[1]);
    return complain(INVALID, "test: too many arguments; -a, -o, ( and ): not supported");
}

/* `[` is the same command, and wants `]` as its last argument. */
int
test_builtin(char **arguments)
{
    int count = 0;
    while (arguments[count + 1])
        count++;
    if (strcmp(arguments[0], "[") == 0) {
        if (strcmp(arguments[count], "]") != 0)
            return complain(INVALID, "test: [: ']' is missing");
        count--;
    }
    return test(arguments + 1, count);
}
