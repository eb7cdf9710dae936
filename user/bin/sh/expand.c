/*
 * expand.c - from the pieces of a word to arguments: values, fields, file names.
 *
 * While a field grows it has the form of a pattern: a quoted character that could mean something in
 * a pattern is preceded by a backslash. So quoting is never lost between the steps, and the end of
 * a field only has to ask whether an unquoted * ? [ came by.
 * Follows POSIX.1-2017, "Shell Command Language", 2.6 Word Expansions.
 */
#include <stdio.h>
#include <string.h>
#include "sh.h"
#include "expand.h"

static void
push(struct fields *f, char *field)
{
    if (f->count + 1 >= f->room) { /* one more for the NULL at the end */
        size_t room = 2 * f->room + 8;
        char **list = arena_alloc(room * sizeof *list);
        if (f->count > 0)
            memcpy(list, f->list, f->count * sizeof *list);
        f->list = list;
        f->room = room;
    }
    f->list[f->count++] = field;
}

void
end_field(struct fields *f)
{
    char *field = text_take(&f->field);
    char **files = f->pattern ? match_files(field) : NULL;

    if (files == NULL)
        push(f, unescape(field));
    for (; files != NULL && *files != NULL; files++)
        push(f, *files);
    f->started = false;
    f->pattern = false;
}

void
emit_char(struct fields *f, char c, bool quoted)
{
    bool special = c == '*' || c == '?' || c == '[';

    if (c == '\\' || (quoted && (special || c == ']' || c == '-' || c == '!' || c == '^')))
        text_add(&f->field, '\\');
    text_add(&f->field, c);
    f->pattern |= special && !quoted;
    f->started = true;
}

/* At a character of IFS: blanks together end one field, any other character ends one by itself. */
static void
separate(struct fields *f, char c)
{
    bool blank = c == ' ' || c == '\t' || c == '\n';

    if (blank && f->started) {
        end_field(f);
        f->after_blank = true;
    } else if (!blank && f->after_blank) {
        f->after_blank = false; /* `a : b`: the blank has ended the field already */
    } else if (!blank) {
        end_field(f);
    }
}

void
emit_value(struct fields *f, const char *value, bool quoted)
{
    const char *ifs = variable_get("IFS");

    if (ifs == NULL)
        ifs = " \t\n";
    for (; *value != '\0'; value++) {
        if (f->split && !quoted && strchr(ifs, *value) != NULL) {
            separate(f, *value);
        } else {
            emit_char(f, *value, quoted);
            f->after_blank = false;
        }
    }
    f->started |= quoted;
    f->after_blank = false;
}

/* "$@" is one field an argument; "$*" is one in all, joined by the first character of IFS. */
void
emit_arguments(struct fields *f, bool quoted, bool joined)
{
    const char *ifs = variable_get("IFS");
    char separator = ifs != NULL ? *ifs : ' ';

    for (int i = 0; i < shell.argument_count; i++) {
        bool apart = f->split && !(quoted && joined);
        if (i > 0 && !apart && (separator != '\0' || !joined))
            emit_char(f, joined ? separator : ' ', quoted);
        else if (i > 0 && apart && (quoted || f->started))
            end_field(f);
        emit_value(f, shell.arguments[i], quoted);
    }
}

static void
emit_arithmetic(struct fields *f, const struct part *part)
{
    char digits[24];
    long result;

    if (!evaluate(expand_text(part->operand), &result)) {
        abandon(STATUS_SYNTAX);
        return;
    }
    snprintf(digits, sizeof digits, "%ld", result);
    emit_value(f, digits, part->quoted);
}

/* An unquoted ~ or ~/ at the beginning of a word is the home directory. */
static const char *
emit_home(struct fields *f, const char *text)
{
    const char *home = variable_get("HOME");

    if (text[0] != '~' || (text[1] != '/' && text[1] != '\0') || home == NULL)
        return text;
    for (; *home != '\0'; home++)
        emit_char(f, *home, true);
    return text + 1;
}

static void
emit_text(struct fields *f, const struct part *part, bool first)
{
    const char *text = part->text;

    if (first && !part->quoted && f->split)
        text = emit_home(f, text);
    if (f->in_operand && !part->quoted) { /* ${x:-a b} is two fields, though a b is text */
        emit_value(f, text, false);
        return;
    }
    for (; *text != '\0'; text++)
        emit_char(f, *text, part->quoted);
    f->started |= part->quoted;
}

void
emit_word(struct fields *f, const struct word *w)
{
    for (const struct part *part = w->parts; part != NULL; part = part->next) {
        if (shell.unwind == ABANDONED)
            return;
        if (part->kind == PART_TEXT)
            emit_text(f, part, part == w->parts);
        else if (part->kind == PART_PARAMETER)
            emit_parameter(f, part);
        else if (part->kind == PART_COMMAND)
            emit_value(f, capture_output(part->tree), part->quoted);
        else
            emit_arithmetic(f, part);
    }
}

char **
expand_words(const struct word *list)
{
    struct fields f = { .split = true };

    push(&f, NULL); /* so that there is a list, even an empty one */
    f.count = 0;
    for (const struct word *w = list; w != NULL; w = w->next) {
        emit_word(&f, w);
        if (f.started)
            end_field(&f);
        f.pattern = false;
    }
    f.list[f.count] = NULL;
    return f.list;
}

char *
expand_pattern(const struct word *w)
{
    struct fields f = { 0 };

    emit_word(&f, w);
    return text_take(&f.field);
}

char *
expand_text(const struct word *w)
{
    return unescape(expand_pattern(w));
}
