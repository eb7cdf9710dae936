/*
 * arithmetic.c - computes the expression of $((...)).
 *
 * Precedence climbing: parse an operand, then fold in each operator that binds at least as tightly
 * as asked. Numbers are C's long and wrap round; NAME is a variable, empty or not set counts as 0.
 * No ++ and no assignment by operator: POSIX leaves ++ open, and `i=$((i + 1))` says it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.6.4 Arithmetic Expansion.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

struct expression {
    const char *at;
    int depth;
    bool failed;
    bool skipping; /* the side that && || ?: do not take: parsed, but 1/0 there is no error */
};

enum operator {
    OR, AND, BIT_OR, BIT_XOR, BIT_AND, EQUAL, UNEQUAL, LESS_EQUAL, MORE_EQUAL, SHIFT_LEFT,
    SHIFT_RIGHT, LESS, MORE, PLUS, MINUS, TIMES, OVER, MODULO, OPERATORS
};

/* Longer ones first where one begins like another: <= << <. */
static const struct {
    const char *text;
    int tightness;
} operators[OPERATORS] = {
    [OR] = { "||", 1 },         [AND] = { "&&", 2 },        [BIT_OR] = { "|", 3 },
    [BIT_XOR] = { "^", 4 },     [BIT_AND] = { "&", 5 },     [EQUAL] = { "==", 6 },
    [UNEQUAL] = { "!=", 6 },    [LESS_EQUAL] = { "<=", 7 }, [MORE_EQUAL] = { ">=", 7 },
    [SHIFT_LEFT] = { "<<", 8 }, [SHIFT_RIGHT] = { ">>", 8 }, [LESS] = { "<", 7 },
    [MORE] = { ">", 7 },        [PLUS] = { "+", 9 },        [MINUS] = { "-", 9 },
    [TIMES] = { "*", 10 },      [OVER] = { "/", 10 },       [MODULO] = { "%", 10 },
};

static long parse_conditional(struct expression *e);

static long
fail(struct expression *e, const char *why)
{
    if (!e->failed)
        complain("arithmetic: %s", why);
    e->failed = true;
    return 0;
}

/* Takes `text` if it comes next. */
static bool
accept(struct expression *e, const char *text)
{
    e->at += strspn(e->at, " \t\n");
    if (strncmp(e->at, text, strlen(text)) != 0)
        return false;
    e->at += strlen(text);
    return true;
}

static long
parse_name(struct expression *e)
{
    const char *start = e->at;

    while (is_name_char(*e->at))
        e->at++;
    char *name = arena_copy(start, (size_t)(e->at - start));
    const char *value = variable_get(name);
    char *end = "";
    long number = value != NULL ? strtol(value, &end, 0) : 0;
    return *end == '\0' ? number : fail(e, "a variable is not a number");
}

static long
parse_operand(struct expression *e)
{
    if (e->failed || e->depth > NESTING_LIMIT)
        return fail(e, "nested too deeply");
    e->depth++;
    long value = 0;
    if (accept(e, "(")) {
        value = parse_conditional(e);
        if (!accept(e, ")"))
            fail(e, "')' is missing");
    } else if (accept(e, "-")) {
        value = (long)-(unsigned long)parse_operand(e);
    } else if (accept(e, "+")) {
        value = parse_operand(e);
    } else if (accept(e, "!")) {
        value = !parse_operand(e);
    } else if (accept(e, "~")) {
        value = ~parse_operand(e);
    } else if (isdigit(*e->at)) {
        value = strtol(e->at, (char **)&e->at, 0);
    } else if (is_name_start(*e->at)) {
        value = parse_name(e);
    } else {
        fail(e, "a number is missing");
    }
    e->depth--;
    return value;
}

static long
divide(struct expression *e, long a, long b, bool remainder)
{
    if (b == 0)
        return e->skipping ? 0 : fail(e, "division by zero");
    if (b == -1) /* LONG_MIN / -1 has no result, and traps on some machines */
        return remainder ? 0 : (long)-(unsigned long)a;
    return remainder ? a % b : a / b;
}

static long
apply(struct expression *e, enum operator op, long a, long b)
{
    unsigned long ua = (unsigned long)a, ub = (unsigned long)b; /* these wrap, signed ones must not */

    switch (op) {
    case OR:            return a || b;
    case AND:           return a && b;
    case BIT_OR:        return a | b;
    case BIT_XOR:       return a ^ b;
    case BIT_AND:       return a & b;
    case EQUAL:         return a == b;
    case UNEQUAL:       return a != b;
    case LESS_EQUAL:    return a <= b;
    case MORE_EQUAL:    return a >= b;
    case SHIFT_LEFT:    return (long)(ua << (ub & 63));
    case SHIFT_RIGHT:   return a >> (ub & 63);
    case LESS:          return a < b;
    case MORE:          return a > b;
    case PLUS:          return (long)(ua + ub);
    case MINUS:         return (long)(ua - ub);
    case TIMES:         return (long)(ua * ub);
    case OVER:          return divide(e, a, b, false);
    default:            return divide(e, a, b, true);
    }
}

/* The operator that comes next if it binds at least so tightly; OPERATORS: none. */
static enum operator
accept_operator(struct expression *e, int tightness)
{
    for (enum operator op = 0; op < OPERATORS; op++) {
        const char *before = e->at;
        if (!accept(e, operators[op].text))
            continue;
        if (operators[op].tightness >= tightness)
            return op;
        e->at = before;
        break;
    }
    return OPERATORS;
}

static long
parse_binary(struct expression *e, int tightness)
{
    long left = parse_operand(e);
    enum operator op;

    while (!e->failed && (op = accept_operator(e, tightness)) != OPERATORS) {
        bool skipping = e->skipping;
        e->skipping |= (op == AND && !left) || (op == OR && left);
        long right = parse_binary(e, operators[op].tightness + 1);
        e->skipping = skipping;
        left = apply(e, op, left, right);
    }
    return left;
}

static long
parse_conditional(struct expression *e)
{
    long condition = parse_binary(e, 0);
    bool skipping = e->skipping;

    if (e->failed || !accept(e, "?"))
        return condition;
    e->skipping = skipping || !condition;
    long yes = parse_conditional(e);
    if (!accept(e, ":"))
        return fail(e, "':' is missing");
    e->skipping = skipping || condition;
    long no = parse_conditional(e);
    e->skipping = skipping;
    return condition ? yes : no;
}

bool
evaluate(const char *text, long *result)
{
    struct expression e = { .at = text };

    *result = 0;
    if (accept(&e, "") && *e.at == '\0') /* $(( )) is 0 */
        return true;
    *result = parse_conditional(&e);
    accept(&e, "");
    if (!e.failed && *e.at != '\0')
        fail(&e, "an operator is missing");
    return !e.failed;
}
