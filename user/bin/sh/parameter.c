/*
 * parameter.c - $NAME, $1, $? and the forms of ${NAME...}.
 *
 * Follows POSIX.1-2017, "Shell Command Language", 2.5 Parameters and Variables and 2.6.2 Parameter
 * Expansion.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "expand.h"

static const char *
number_text(long number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%ld", number);

    return arena_copy(digits, (size_t)length);
}

static const char *
positional(const char *digits)
{
    int number;

    if (!parse_count(digits, &number) || number > shell.argument_count)
        return NULL;
    return number == 0 ? shell.name : shell.arguments[number - 1];
}

/* NULL when it is not set. */
static const char *
parameter_value(const char *name)
{
    struct fields f = { 0 };

    if (isdigit(name[0]))
        return positional(name);
    switch (name[0]) {
    case '?':
        return number_text(shell.status);
    case '$':
        return number_text(shell.pid);
    case '#':
        return number_text(shell.argument_count);
    case '!':
        return shell.last_background != 0 ? number_text(shell.last_background) : NULL;
    case '@':
    case '*':
        if (shell.argument_count == 0)
            return NULL;
        emit_arguments(&f, true, name[0] == '*');
        return unescape(text_take(&f.field));
    default:
        return variable_get(name);
    }
}

/* Cuts the shortest or longest match of a pattern off one end of a value. */
static const char *
cut(const char *value, enum operation operation, const char *pattern)
{
    size_t length = strlen(value);
    bool longest = operation == OPERATION_CUT_PREFIXES || operation == OPERATION_CUT_SUFFIXES;
    bool prefix = operation == OPERATION_CUT_PREFIX || operation == OPERATION_CUT_PREFIXES;

    for (size_t i = 0; i <= length; i++) {
        size_t size = longest ? length - i : i;
        const char *part = prefix ? value : value + length - size;
        if (pattern_match(pattern, part, size))
            return prefix ? value + size : arena_copy(value, length - size);
    }
    return value;
}

static void
emit_default(struct fields *f, const struct part *part)
{
    if (part->quoted) {
        emit_value(f, expand_text(part->operand), true);
        return;
    }
    bool outer = f->in_operand;
    f->in_operand = true;
    emit_word(f, part->operand);
    f->in_operand = outer;
}

static void
assign_default(struct fields *f, const struct part *part)
{
    char *value = expand_text(part->operand);

    if (!is_name_start(part->text[0])) {
        complain("%s: cannot be assigned to", part->text);
        abandon(STATUS_SYNTAX);
        return;
    }
    variable_set(part->text, value);
    emit_value(f, value, part->quoted);
}

static void
require(const struct part *part)
{
    const char *message = expand_text(part->operand);

    complain("%s: %s", part->text, message[0] != '\0' ? message : "parameter not set");
    abandon(STATUS_SYNTAX);
}

void
emit_parameter(struct fields *f, const struct part *part)
{
    bool all = part->text[0] == '@' || part->text[0] == '*';
    const char *value = parameter_value(part->text);
    bool missing = value == NULL || (part->or_empty && value[0] == '\0');

    switch (part->operation) {
    case OPERATION_ALTERNATIVE:
        if (missing)
            emit_value(f, "", part->quoted);
        else
            emit_default(f, part);
        return;
    case OPERATION_LENGTH:
        emit_value(f, number_text(value != NULL ? (long)strlen(value) : 0), part->quoted);
        return;
    case OPERATION_CUT_PREFIX ... OPERATION_CUT_SUFFIXES:
        value = cut(value != NULL ? value : "", part->operation, expand_pattern(part->operand));
        emit_value(f, value, part->quoted);
        return;
    case OPERATION_DEFAULT:
    case OPERATION_ASSIGN:
    case OPERATION_REQUIRE:
        if (missing) {
            if (part->operation == OPERATION_DEFAULT)
                emit_default(f, part);
            else if (part->operation == OPERATION_ASSIGN)
                assign_default(f, part);
            else
                require(part);
            return;
        }
        break;
    case OPERATION_NONE:
        break;
    }
    if (all)
        emit_arguments(f, part->quoted, part->text[0] == '*');
    else
        emit_value(f, value != NULL ? value : "", part->quoted);
}
