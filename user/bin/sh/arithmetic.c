/* arithmetic.c - computes the expression of $((...)): C's operators on numbers and variables.
 *
 * The classic recursive descent: one call for each level of precedence. Numbers are C's long and
 * wrap round; they are computed as unsigned ones, because C forbids signed ones to wrap. NAME is a
 * variable, 0 when it is empty or not set, and can be assigned to. ++ and -- are refused. Follows
 * POSIX.1-2017, "Shell Command Language", 2.6.4 Arithmetic Expansion. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

#define BLANKS " \t\n"

/* What is still to be read of the text. */
struct expression {
    const char *at;
    int depth;
    int skipped; /* > 0: the value will not be used; 0 && 1/0 is no error, and assigns nothing */
    bool failed;
};

/* The binary operators; those of later rows bind more tightly. Of two that begin alike the longer
 * one stands first. */
enum { LEVELS = 10, MOST = 5 };
static const char *const levels[LEVELS][MOST] = {
    { "||" },
    { "&&" },
    { "|" },
    { "^" },
    { "&" },
    { "==", "!=" },
    { "<=", ">=", "<", ">" },
    { "<<", ">>" },
    { "+", "-" },
    { "*", "/", "%" },
};
static const char *const assignments[] = { "=",   "+=",  "-=", "*=", "/=", "%=",
                                           "<<=", ">>=", "&=", "^=", "|=" };

/* An operator of at most two characters as a number, for `switch`. */
#define SIGN(a, b) ((a) | (b) << 8)

/* Only the first error is told: the further ones are its consequences. */
static long
fail(struct expression *e, const char *why)
{
    if (!e->failed)
        complain(0, "arithmetic: %s", why);
    e->failed = true;
    return 0;
}

static void
skip_blanks(struct expression *e)
{
    e->at += strspn(e->at, BLANKS);
}

/* Takes the next character if it is this one. Blanks are skipped. */
static bool
accept(struct expression *e, char c)
{
    skip_blanks(e);
    if (*e->at != c)
        return false;
    e->at++;
    return true;
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
static long parse_all(struct expression *e);

/* What follows a sign. The smallest number is its own opposite. */
static long
parse_signed(struct expression *e)
{
    char sign = *e->at++;
    if (*e->at == sign && name_length(e->at + 1) > 0)
        return fail(e, "++ and --: not supported");
    long value = parse_operand(e);
    switch (sign) {
    case '-':
        return (long)-(unsigned long)value;
    case '~':
        return ~value;
    case '!':
        return !value;
    default:
        return value;
    }
}

static long
parse_parentheses(struct expression *e)
{
    long value = parse_all(e);
    if (!accept(e, ')'))
        fail(e, "')' is missing");
    return value;
}

/* The depth counts parentheses and signs, which both recurse here: a script must not be able to
 * overflow the stack. Base 0 is C's notation, which POSIX asks for: 0x10, 010. */
static long
parse_operand(struct expression *e)
{
    long value = 0;
    skip_blanks(e);
    if (e->depth++ > NESTING_LIMIT)
        fail(e, "nested too deeply");
    else if (accept(e, '('))
        value = parse_parentheses(e);
    else if (*e->at && strchr("+-~!", *e->at))
        value = parse_signed(e);
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
shift(unsigned long a, long b, bool left)
{
    unsigned int bits = b & 63; /* more would not be defined in C */
    return left ? (long)(a << bits) : (long)a >> bits;
}

static long
compute(struct expression *e, long a, int sign, long b)
{
    switch (sign) {
    case '+':
        return (long)((unsigned long)a + (unsigned long)b);
    case '-':
        return (long)((unsigned long)a - (unsigned long)b);
    case '*':
        return (long)((unsigned long)a * (unsigned long)b);
    case '/':
    case '%':
        return e->skipped ? 0 : divide(e, a, b, sign == '%');
    case '&':
        return a & b;
    case '|':
        return a | b;
    case '^':
        return a ^ b;
    case '<':
        return a < b;
    case '>':
        return a > b;
    case SIGN('<', '='):
        return a <= b;
    case SIGN('>', '='):
        return a >= b;
    case SIGN('=', '='):
        return a == b;
    case SIGN('!', '='):
        return a != b;
    case SIGN('&', '&'):
        return a && b;
    case SIGN('|', '|'):
        return a || b;
    default:
        return shift(a, b, sign == SIGN('<', '<'));
    }
}

/* Whether the text begins with this operator and not with a longer one: | is not the beginning of
 * ||, nor + that of +=. */
static bool
is_operator(const char *text, const char *name)
{
    size_t length = strlen(name);
    char next = text[strnlen(text, length)];
    if (strncmp(text, name, length) != 0 || (next == '=' && name[length - 1] != '='))
        return false;
    return length > 1 || next != *name || !strchr("|&<>", next);
}

/* Takes an operator of the level; 0: there is none. */
static int
accept_operator(struct expression *e, int level)
{
    skip_blanks(e);
    for (int i = 0; i < MOST && levels[level][i]; i++) {
        const char *name = levels[level][i];
        if (is_operator(e->at, name)) {
            e->at += strlen(name);
            return SIGN(name[0], name[1]);
        }
    }
    return 0;
}

/* The left operand is complete when the next sign is read, so that 8/4/2 is (8/4)/2. The right one
 * of && and || is skipped when the left one has decided. */
static long
parse_level(struct expression *e, int level)
{
    if (level == LEVELS)
        return parse_operand(e);
    long value = parse_level(e, level + 1);
    while (!e->failed) {
        int sign = accept_operator(e, level);
        if (!sign)
            break;
        bool decided = sign == SIGN('&', '&') ? !value : sign == SIGN('|', '|') && value;
        e->skipped += decided;
        value = compute(e, value, sign, parse_level(e, level + 1));
        e->skipped -= decided;
    }
    return value;
}

/* CONDITION ? A : B */
static long
parse_choice(struct expression *e)
{
    long condition = parse_level(e, 0);
    if (!accept(e, '?'))
        return condition;
    e->skipped += !condition;
    long first = parse_all(e);
    e->skipped -= !condition;
    if (!accept(e, ':'))
        return fail(e, "':' is missing");
    e->skipped += !!condition;
    long second = parse_all(e);
    e->skipped -= !!condition;
    return condition ? first : second;
}

/* The operator before the = when an assignment follows a name, else NULL. */
static const char *
assignment_after(const char *name)
{
    const char *at = name + name_length(name);
    at += strspn(at, BLANKS);
    for (size_t i = 0; i < sizeof(assignments) / sizeof(assignments[0]); i++) {
        size_t length = strlen(assignments[i]);
        if (strncmp(at, assignments[i], length) == 0 && at[length] != '=')
            return at;
    }
    return NULL;
}

/* NAME = VALUE, NAME += VALUE ...: the value is that of the variable behind it. */
static long
parse_assignment(struct expression *e, const char *at)
{
    const char *name = arena_copy(e->at, name_length(e->at));
    size_t length = strcspn(at, "=");
    long before = length > 0 ? parse_name(e, strlen(name)) : 0;
    e->at = at + length + 1;
    long value = parse_all(e);
    if (length > 0)
        value = compute(e, before, length > 1 ? SIGN(at[0], at[1]) : at[0], value);
    if (!e->skipped && !e->failed)
        variable_set(name, number_text(value));
    return value;
}

/* Assignments and choices group from right to left, and each nests. */
static long
parse_all(struct expression *e)
{
    long value = 0;
    skip_blanks(e);
    const char *assignment = name_length(e->at) > 0 ? assignment_after(e->at) : NULL;
    if (e->depth++ > NESTING_LIMIT)
        fail(e, "nested too deeply");
    else if (assignment)
        value = parse_assignment(e, assignment);
    else
        value = parse_choice(e);
    e->depth--;
    return value;
}

/* Text behind a complete expression was not understood, and must not be dropped in silence. */
bool
evaluate(const char *text, long *result)
{
    struct expression e = { .at = text };
    *result = parse_all(&e);
    skip_blanks(&e);
    if (*e.at)
        fail(&e, "an operator is missing");
    return !e.failed;
}
