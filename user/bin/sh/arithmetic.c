/* arithmetic.c - computes the expression of $((...)): + - * / %, parentheses, numbers, variables.
 *
 * The classic recursive descent: one call for each level of precedence. Numbers are C's long and
 * wrap round; they are computed as unsigned ones, because C forbids signed ones to wrap. NAME is a
 * variable, 0 when it is empty or not set. Comparisons are for `test`. Follows POSIX.1-2017, "Shell
 * Command Language", 2.6.4 Arithmetic Expansion, in part. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

#define BLANKS " \t\n"

/* What is still to be read of the text. */
struct expression {
    const char *at;
    int depth;
    bool failed;
};

static const char *const levels[] = { "+-", "*/%" }; /* the later ones bind more tightly */
enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };

static long parse_level(struct expression *e, int level);

/* Only the first error is told: the further ones are its consequences. */
static long
fail(struct expression *e, const char *why)
{
    if (!e->failed)
        complain(0, "arithmetic: %s", why);
    e->failed = true;
    return 0;
}

/* Takes the next character and returns it if it is one of `set`, else 0. Blanks are skipped. */
static char
accept(struct expression *e, const char *set)
{
    e->at += strspn(e->at, BLANKS);
    char c = *e->at;
    if (!c || !strchr(set, c))
        return 0;
    e->at++;
    return c;
}

/* A variable holds a number, no expression: $((x)) does not compute what is in x a second time. */
static long
parse_name(struct expression *e, size_t length)
{
    const char *value = variable_get(arena_copy(e->at, length));
    e->at += length;
    if (!value)
        return 0;
    char *end;
    long number = strtol(value, &end, 0);
    if (end[strspn(end, BLANKS)])
        return fail(e, "a variable holds no number");
    return number;
}

static long parse_operand(struct expression *e);

/* What follows a sign. The smallest number is its own opposite. */
static long
parse_signed(struct expression *e, char sign)
{
    long value = parse_operand(e);
    return sign == '-' ? (long)-(unsigned long)value : value;
}

static long
parse_parentheses(struct expression *e)
{
    long value = parse_level(e, 0);
    if (!accept(e, ")"))
        fail(e, "')' is missing");
    return value;
}

/* The depth counts parentheses and signs, which both recurse here: a script must not be able to
 * overflow the stack. Base 0 is C's notation, which POSIX asks for: 0x10, 010. */
static long
parse_operand(struct expression *e)
{
    long value = 0;
    if (e->depth++ > NESTING_LIMIT)
        fail(e, "nested too deeply");
    else if (accept(e, "("))
        value = parse_parentheses(e);
    else if (accept(e, "+"))
        value = parse_signed(e, '+');
    else if (accept(e, "-"))
        value = parse_signed(e, '-');
    else if (isdigit(*e->at))
        value = strtol(e->at, (char **)&e->at, 0);
    else if (name_length(e->at) > 0)
        value = parse_name(e, name_length(e->at));
    else
        fail(e, "a number is missing");
    e->depth--;
    return value;
}

/* Division rounds towards zero, as C does and POSIX asks. The smallest number has no opposite: to
 * divide it by -1 is not defined in C, and some machines trap. */
static long
divide(struct expression *e, long a, long b, bool remainder)
{
    if (b == 0)
        return fail(e, "division by zero");
    if (b == -1)
        return remainder ? 0 : (long)-(unsigned long)a;
    return remainder ? a % b : a / b;
}

static long
compute(struct expression *e, long a, char sign, long b)
{
    switch (sign) {
    case '+':
        return (long)((unsigned long)a + (unsigned long)b);
    case '-':
        return (long)((unsigned long)a - (unsigned long)b);
    case '*':
        return (long)((unsigned long)a * (unsigned long)b);
    default:
        return divide(e, a, b, sign == '%');
    }
}

/* The left operand is complete when the next sign is read, so that 8/4/2 is (8/4)/2. */
static long
parse_level(struct expression *e, int level)
{
    if (level == LEVELS)
        return parse_operand(e);
    long value = parse_level(e, level + 1);
    while (!e->failed) {
        char sign = accept(e, levels[level]);
        if (!sign)
            break;
        value = compute(e, value, sign, parse_level(e, level + 1));
    }
    return value;
}

/* Text behind a complete expression was not understood, and must not be dropped in silence. */
bool
evaluate(const char *text, long *result)
{
    struct expression e = { .at = text };
    *result = parse_level(&e, 0);
    accept(&e, ""); /* blanks at the end */
    if (*e.at)
        fail(&e, "an operator is missing");
    return !e.failed;
}
