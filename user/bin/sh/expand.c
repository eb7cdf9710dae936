/* expand.c - from the pieces of a word to arguments: values, fields, file names.
 *
 * While a field grows it has the form of a pattern: a quoted character that means something in a
 * pattern is preceded by a backslash. So quoting is never lost between the steps, and the end of a
 * field only has to ask whether an unquoted * or ? or [...] came by.
 * Follows POSIX.1-2017, "Shell Command Language", 2.5 Parameters and 2.6 Word Expansions. */

#include <stdio.h>
#include <string.h>
#include "fields.h"

/* Ends the field if there is one; a pattern that matches no file stays as it is. */
void
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
    f->bracket = false;
}

/* The backslash is what keeps a quoted star from matching files, and unescape takes it off. */
void
emit_char(struct fields *f, char c, bool quoted)
{
    if (c == '\\' || (quoted && strchr("*?[]!^-", c)))
        text_add(&f->field, '\\');
    text_add(&f->field, c);
    f->bracket |= c == '[' && !quoted;
    f->pattern |= !quoted && (c == '*' || c == '?' || (c == ']' && f->bracket));
    f->started = true;
    f->behind_blank = false;
}

const char *
separators(void)
{
    const char *ifs = variable_get("IFS");
    return ifs ? ifs : " \t\n";
}

/* Ends a field at a character of IFS. Blanks count together, also with one other separator among
 * them; each further one ends a field, be it empty. */
static void
split(struct fields *f, char separator)
{
    bool blank = strchr(" \t\n", separator);
    if (!blank && !f->behind_blank)
        f->started = true;
    f->behind_blank = blank && (f->started || f->behind_blank);
    end_field(f);
}

/* Adds a value. Unquoted it is split into fields, and may be a pattern. */
void
emit_value(struct fields *f, const char *value, bool quoted)
{
    const char *ends = f->split && !quoted ? separators() : "";
    for (; *value; value++) {
        if (*ends && strchr(ends, *value))
            split(f, *value);
        else
            emit_char(f, *value, quoted);
    }
    f->started |= quoted;
}

/* A number goes the way of every value, though it holds no blank and nothing special. */
const char *
number_text(long number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%ld", number);
    return arena_copy(digits, length);
}

/* Adds what one piece stands for. */
void
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
        emit_parameter(f, part);
        break;
    case PART_COMMAND:
        emit_value(f, capture_output(part->tree), part->quoted);
        break;
    case PART_ARITHMETIC:
        if (evaluate(expand_text(part->operand), &result))
            emit_value(f, number_text(result), part->quoted);
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
        f.behind_blank = false;
    }
    return list_take(&f.list);
}

/* Without splitting all is one field, still with the backslashes that say what was quoted. */
char *
expand_pattern(const struct word *w)
{
    struct fields f = { .split = false };
    emit_word(&f, w);
    return text_take(&f.field);
}

/* A pattern in a value stays a text: x=* holds a star. */
char *
expand_text(const struct word *w)
{
    return unescape(expand_pattern(w));
}
