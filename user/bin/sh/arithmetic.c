/*
 * arithmetic.c - computes the expression of $((...)): + - * / %, parentheses, numbers, variables.
 *
 * One function a level of precedence, the classic recursive descent. Numbers are C's long and wrap
 * round, computed as unsigned ones because signed ones must not in C. NAME is a variable, 0 when it
 * is empty or not set. To compare there is `test`.
 * Follows POSIX.1-2017, "Shell Command Language", 2.6.4 Arithmetic Expansion, in part.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

struct expression {
    const char *at;
    int depth;
    bool failed;
};

static long parse_sum(struct expression *e);

/* Only the first error is told: those behind it come from being lost. */
static long
fail(struct expression *e, const char *why)
{
    if (!e->failed)
        complain("arithmetic: %s", why);
    e->failed = true;
    return 0;
}

/* Takes the next character and returns it if it is one of `set`, else 0. Blanks are skipped. */
static char
accept(struct expression *e, const char *set)
{
    e->at += strspn(e->at, " \t\n");
    return *e->at != '\0' && strchr(set, *e->at) != NULL ? *e->at++ : 0;
}

/* A variable holds digits, no expression: $((x)) does not compute what is in x a second time. */
static long
parse_name(struct expression *e)
{
    size_t length = 0;
    char *end = "";

    while (is_name_char(e->at[length]))
        length++;
    const char *value = variable_get(arena_copy(e->at, length));
    e->at += length;
    long number = value != NULL ? strtol(value, &end, 10) : 0;
    return *end == '\0' ? number : fail(e, "a variable holds no number");
}

/* The depth is that of parentheses and signs, which both recurse here. */
static long
parse_operand(struct expression *e)
{
    long value = 0;

    if (e->depth++ > NESTING_LIMIT) {
        fail(e, "nested too deeply");
    } else if (accept(e, "(")) {
        value = parse_sum(e);
        if (!accept(e, ")"))
            fail(e, "')' is missing");
    } else if (accept(e, "-")) {
        value = (long)-(unsigned long)parse_operand(e);
    } else if (isdigit(*e->at)) {
        value = strtol(e->at, (char **)&e->at, 10);
    } else if (is_name_start(*e->at)) {
        value = parse_name(e);
    } else {
        fail(e, "a number is missing");
    }
    e->depth--;
    return value;
}

/* Rounds towards zero, as C does and POSIX asks. */
static long
divide(struct expression *e, long a, long b, bool remainder)
{
    if (b == 0)
        return fail(e, "division by zero");
    if (b == -1) /* the smallest number has no opposite, and some machines trap here */
        return remainder ? 0 : (long)-(unsigned long)a;
    return remainder ? a % b : a / b;
}

/* The left operand is complete when the operator is read, so that 8/4/2 is (8/4)/2. */
static long
parse_product(struct expression *e)
{
    long value = parse_operand(e);
    char operator;

    while (!e->failed && (operator= accept(e, "*/%")) != 0) {
        long right = parse_operand(e);
        if (operator== '*')
            value = (long)((unsigned long)value * (unsigned long)right);
        else
            value = divide(e, value, right, operator== '%');
    }
    return value;
}

static long
parse_sum(struct expression *e)
{
    long value = parse_product(e);
    char operator;

    while (!e->failed && (operator= accept(e, "+-")) != 0) {
        unsigned long right = (unsigned long)parse_product(e);
        value = (long)((unsigned long)value + (operator== '+' ? right : - right));
    }
    return value;
}

bool
evaluate(const char *text, long *result)
{
    struct expression e = { .at = text };

    *result = parse_sum(&e);
    accept(&e, ""); /* blanks at the end */
    if (*e.at != '\0')
        fail(&e, "an operator is missing");
    return !e.failed;
}
