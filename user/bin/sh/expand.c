/* expand.c - from the pieces of a word to arguments: values, fields, file names.
 *
 * While a field grows it has the form of a pattern: a quoted character that means something in a
 * pattern is preceded by a backslash. So quoting is never lost between the steps, and the end of a
 * field only has to ask whether an unquoted * or ? came by.
 * Follows POSIX.1-2017, "Shell Command Language", 2.5 Parameters and 2.6 Word Expansions. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "sh.h"

/* The result in the making. */
struct fields {
    struct list list;
    struct text field; /* the one that grows, as a pattern */
    bool started;      /* there is one, though it may be empty: "" */
    bool pattern;      /* it has an unquoted * or ? */
    bool split;        /* into fields at blanks; else all is one text */
};

/* Ends the field if there is one; a pattern that matches no file stays as it is. */
static void
end_field(struct fields *f)
{
    char *field = text_take(&f->field);
    if (f->started) {
        bool replaced = f->pattern && match_files(&f->list, field);
        if (!replaced)
            list_add(&f->list, unescape(field));
    }
    f->started = false;
    f->pattern = false;
}

/* The backslash is what keeps a quoted star from matching files, and unescape takes it off. */
static void
emit_char(struct fields *f, char c, bool quoted)
{
    bool special = c == '*' || c == '?';
    if (c == '\\' || (quoted && special))
        text_add(&f->field, '\\');
    text_add(&f->field, c);
    f->pattern |= special && !quoted;
    f->started = true;
}

/* Adds a value. Unquoted it is split at blanks, and may be a pattern. */
static void
emit_value(struct fields *f, const char *value, bool quoted)
{
    for (; *value; value++) {
        if (f->split && !quoted && strchr(" \t\n", *value))
            end_field(f);
        else
            emit_char(f, *value, quoted);
    }
    f->started |= quoted;
}

/* "$@" is one field an argument, "$*" all arguments in one; unquoted the two are the same. */
static void
emit_arguments(struct fields *f, bool quoted, bool joined)
{
    for (int i = 0; i < shell.argument_count; i++) {
        if (i > 0 && f->split && !(quoted && joined))
            end_field(f);
        else if (i > 0)
            emit_char(f, ' ', quoted);
        emit_value(f, shell.arguments[i], quoted);
    }
}

/* A number goes the way of every value, though it holds no blank and nothing special. */
static void
emit_number(struct fields *f, long number, bool quoted)
{
    char digits[24];
    snprintf(digits, sizeof(digits), "%ld", number);
    emit_value(f, digits, quoted);
}

/* $1, ${10}, and $0, the name that the shell was called by. */
static const char *
argument(const char *digits)
{
    int number;
    if (!parse_count(digits, &number) || number > shell.argument_count)
        return NULL;
    return number == 0 ? shell.name : shell.arguments[number - 1];
}

/* What is not set is empty: unquoted it makes no word at all. */
static const char *
value_of(const char *name)
{
    const char *value = isdigit(*name) ? argument(name) : variable_get(name);
    return value ? value : "";
}

/* Adds what $NAME stands for. None of the special characters begins a name. `$!` is empty until a
 * command runs in the background. */
static void
emit_parameter(struct fields *f, const char *name, bool quoted)
{
    switch (*name) {
    case '?':
        emit_number(f, shell.status, quoted);
        break;
    case '$':
        emit_number(f, shell.pid, quoted);
        break;
    case '#':
        emit_number(f, shell.argument_count, quoted);
        break;
    case '!':
        if (shell.last_background != 0)
            emit_number(f, shell.last_background, quoted);
        else
            emit_value(f, "", quoted);
        break;
    case '@':
        emit_arguments(f, quoted, false);
        break;
    case '*':
        emit_arguments(f, quoted, true);
        break;
    default:
        emit_value(f, value_of(name), quoted);
    }
}

/* Adds what one piece stands for. */
static void
emit_part(struct fields *f, const struct part *part)
{
    long result;
    switch (part->kind) {
    case PART_TEXT: /* never split: its blanks were quoted, or they would have ended the word */
        for (const char *s = part->text; *s; s++)
            emit_char(f, *s, part->quoted);
        f->started |= part->quoted;
        break;
    case PART_PARAMETER:
        emit_parameter(f, part->text, part->quoted);
        break;
    case PART_COMMAND:
        emit_value(f, capture_output(part->tree), part->quoted);
        break;
    case PART_ARITHMETIC:
        if (evaluate(expand_text(part->expression), &result))
            emit_number(f, result, part->quoted);
        else
            abandon(STATUS_SYNTAX);
        break;
    }
}

/* Stops after an error in a piece: abandon has been called, and nobody will look at the result. */
static void
emit_word(struct fields *f, const struct word *w)
{
    for (const struct part *part = w->parts; part && shell.unwind == RUNNING; part = part->next)
        emit_part(f, part);
}

/* The end of a word also ends a field: words never join. */
char **
expand_words(const struct word *list)
{
    struct fields f = { .split = true };
    for (const struct word *w = list; w; w = w->next) {
        emit_word(&f, w);
        end_field(&f);
    }
    return list_take(&f.list);
}

/* Without splitting all is one field, and a pattern in it stays a text: x=* holds a star. */
char *
expand_text(const struct word *w)
{
    struct fields f = { .split = false };
    emit_word(&f, w);
    return unescape(text_take(&f.field));
}
