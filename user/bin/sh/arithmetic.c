/* arithmetic.c - computes the expression of $((...)): + - * / %, parentheses, numbers, variables.
 *
 * The classic recursive descent, one call a level of precedence. Numbers are C's long and wrap
 * round, computed as unsigned ones because signed ones must not in C. NAME is a variable, 0 when it
 * is empty or not set. To compare there is `test`.
 * Follows POSIX.1-2017, "Shell Command Language", 2.6.4 Arithmetic Expansion, in part. */

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

static const char *const levels[] = { "+-", "*/%" }; /* those that bind more tightly come later */
enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };

static long parse_level(struct expression *e, int level);

/* Only the first error is told: those behind it come from being lost. */
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
    return *e->at && strchr(set, *e->at) ? *e->at++ : 0;
}

/* A variable holds a number, no expression: $((x)) does not compute what is in x a second time. */
static long
parse_name(struct expression *e, size_t length)
{
    const char *value = variable_get(arena_copy(e->at, length));
    char *end = "";
    long number = value ? strtol(value, &end, 0) : 0;
    e->at += length;
    return !end[strspn(end, BLANKS)] ? number : fail(e, "a variable holds no number");
}

/* The depth is that of parentheses and signs, which both recurse here: a script must not be able to
 * overflow the stack. Base 0 is C's notation, which POSIX asks for: 0x10, 010. */
static long
parse_operand(struct expression *e)
{
    long value = 0;
    char c;
    if (e->depth++ > NESTING_LIMIT) {
        fail(e, "nested too deeply");
    } else if (accept(e, "(")) {
        value = parse_level(e, 0);
        if (!accept(e, ")"))
            fail(e, "')' is missing");
    } else if ((c = accept(e, "+-")) != 0) {
        value = parse_operand(e);
        value = c == '-' ? (long)-(unsigned long)value : value;
    } else if (isdigit(*e->at)) {
        value = strtol(e->at, (char **)&e->at, 0);
    } else if (name_length(e->at) > 0) {
        value = parse_name(e, name_length(e->at));
    } else {
        fail(e, "a number is missing");
    }
    e->depth--;
    return value;
}

/* Division rounds towards zero, as C does and POSIX asks. */
static long
compute(struct expression *e, unsigned long a, char operator, unsigned long b)
{
    switch (operator) {
    case '+':
        return (long)(a + b);
    case '-':
        return (long)(a - b);
    case '*':
        return (long)(a * b);
    }
    if (b == 0)
        return fail(e, "division by zero");
    if (b == -1UL) /* the smallest number has no opposite, and some machines trap here */
        return operator== '%' ? 0 : (long)-a;
    return operator== '%' ? (long)a % (long)b : (long)a / (long)b;
}

/* The left operand is complete when the operator is read, so that 8/4/2 is (8/4)/2. */
static long
parse_level(struct expression *e, int level)
{
    char operator;
    if (level == LEVELS)
        return parse_operand(e);
    long value = parse_level(e, level + 1);
    while (!e->failed && (operator= accept(e, levels[level])) != 0)
        value =
            compute(e, (unsigned long)value, operator,(unsigned long) parse_level(e, level + 1));
    return value;
}

/* What is left behind a complete expression was not understood, and must not be lost silently. */
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
