/* parameter.c - what $NAME, ${NAME} and ${NAME:-WORD} and its family stand for.
 *
 * A parameter is a variable, an argument ($1, "$@"), or what a special character names ($?).
 * Follows POSIX.1-2017, "Shell Command Language", 2.5 Parameters and 2.6.2 Parameter Expansion. */

#include <ctype.h>
#include <string.h>
#include "fields.h"

/* --- values ----------------------------------------------------------------------------------- */

/* $1, ${10}, and $0, the name that the shell was called by. */
static const char *
argument(const char *digits)
{
    int number;
    if (!parse_count(digits, &number) || number > shell.argument_count)
        return NULL;
    return number == 0 ? shell.name : shell.arguments[number - 1];
}

/* The value; NULL when it is not set. None of the special characters begins a name. `$!` is not set
 * until a command runs in the background. */
static const char *
value_of(const char *name)
{
    switch (*name) {
    case '?':
        return number_text(shell.status);
    case '$':
        return number_text(shell.pid);
    case '#':
        return number_text(shell.argument_count);
    case '!':
        return shell.last_background ? number_text(shell.last_background) : NULL;
    case '-':
        return options_text();
    default:
        return isdigit(*name) ? argument(name) : variable_get(name);
    }
}

/* The value of what has to have one: without `set -u` that is the empty one. */
static const char *
value_or_empty(const char *name)
{
    const char *value = value_of(name);
    if (!value && shell.refuses_unset)
        abandon(complain(STATUS_SYNTAX, "%s: parameter not set", name));
    return value ? value : "";
}

/* "$@" is one field an argument, "$*" all arguments in one, joined by the first character of IFS;
 * unquoted the two are the same. */
static void
emit_arguments(struct fields *f, bool quoted, bool joined)
{
    char between = joined ? *separators() : ' ';
    f->started |= quoted && joined; /* "$*" is one field, of no arguments an empty one */
    for (int i = 0; i < shell.argument_count; i++) {
        if (i > 0 && f->split && !(quoted && joined))
            end_field(f);
        else if (i > 0 && between)
            emit_char(f, between, quoted);
        emit_value(f, shell.arguments[i], quoted);
    }
}

static bool
is_arguments(const char *name)
{
    return *name == '@' || *name == '*';
}

/* What is not set is empty: unquoted it makes no word at all. */
static void
emit_plain(struct fields *f, const char *name, bool quoted)
{
    if (is_arguments(name))
        emit_arguments(f, quoted, *name == '*');
    else
        emit_value(f, value_or_empty(name), quoted);
}

/* --- - = ? + ---------------------------------------------------------------------------------- */

static bool
is_there(const struct part *part)
{
    if (is_arguments(part->text))
        return shell.argument_count > 1 || (argument("1") && (*argument("1") || !part->colon));
    const char *value = value_of(part->text);
    return value && (*value || !part->colon);
}

/* Adds an operand in the place of a value: unlike the text of other words it is split at blanks,
 * as the value would have been. */
static void
emit_operand(struct fields *f, const struct part *part)
{
    f->started |= part->quoted;
    for (const struct part *p = part->operand->parts; p && shell.unwind == RUNNING; p = p->next) {
        if (p->kind == PART_TEXT && !p->quoted)
            emit_value(f, p->text, false);
        else
            emit_part(f, p);
    }
}

/* ${NAME=WORD} sets the variable, and then stands for its value. Arguments are set by `set` alone,
 * and the others by nobody. */
static void
emit_assigned(struct fields *f, const struct part *part)
{
    const char *value = expand_text(part->operand);
    if (!is_name(part->text))
        abandon(complain(STATUS_SYNTAX, "$%s: cannot be assigned", part->text));
    if (shell.unwind != RUNNING)
        return;
    variable_set(part->text, value);
    emit_value(f, value, part->quoted);
}

/* ${NAME?WORD} ends the script with WORD as the reason. */
static void
refuse(const struct part *part)
{
    const char *why = expand_text(part->operand);
    if (!*why)
        why = part->colon ? "parameter not set or empty" : "parameter not set";
    if (shell.unwind == RUNNING)
        abandon(complain(STATUS_SYNTAX, "%s: %s", part->text, why));
}

/* --- # ## % %% -------------------------------------------------------------------------------- */

/* The value without the beginning that the pattern matches. The copy is cut to each length in turn,
 * the shortest or the longest first. */
static const char *
without_prefix(char *value, const char *pattern, bool longest)
{
    size_t length = strlen(value);
    for (size_t i = 0; i <= length; i++) {
        size_t cut = longest ? length - i : i;
        char next = value[cut];
        value[cut] = '\0';
        bool found = matches(pattern, value);
        value[cut] = next;
        if (found)
            return value + cut;
    }
    return value;
}

/* The same for its end. */
static const char *
without_suffix(char *value, const char *pattern, bool longest)
{
    size_t length = strlen(value);
    for (size_t i = 0; i <= length; i++) {
        size_t cut = longest ? i : length - i;
        if (matches(pattern, value + cut)) {
            value[cut] = '\0';
            break;
        }
    }
    return value;
}

static void
emit_trimmed(struct fields *f, const struct part *part)
{
    const char *value = value_or_empty(part->text);
    char *copy = arena_copy(value, strlen(value));
    const char *pattern = expand_pattern(part->operand);
    if (part->sign == '#')
        value = without_prefix(copy, pattern, part->longest);
    else
        value = without_suffix(copy, pattern, part->longest);
    emit_value(f, value, part->quoted);
}

/* --- all -------------------------------------------------------------------------------------- */

/* Each of - = ? + does one thing when the parameter is there, and another when it is not. */
static void
emit_conditional(struct fields *f, const struct part *part)
{
    bool there = is_there(part);
    if (there == (part->sign == '+') && part->sign != '=' && part->sign != '?')
        emit_operand(f, part);
    else if (there)
        emit_plain(f, part->text, part->quoted);
    else if (part->sign == '=')
        emit_assigned(f, part);
    else if (part->sign == '?')
        refuse(part);
    else
        emit_value(f, "", part->quoted);
}

void
emit_parameter(struct fields *f, const struct part *part)
{
    if (!part->sign)
        emit_plain(f, part->text, part->quoted);
    else if (part->sign == PARAMETER_LENGTH)
        emit_value(f, number_text(strlen(value_or_empty(part->text))), part->quoted);
    else if (part->sign == '#' || part->sign == '%')
        emit_trimmed(f, part);
    else
        emit_conditional(f, part);
}
