/* word.c - reads one word and takes it to pieces: text, quoted text, and what dollar.c reads.
 *
 * The pieces keep what quoting meant, so that no later step has to look at quotes again: expand.c
 * only asks whether a piece was quoted.
 * Follows POSIX.1-2017, "Shell Command Language", 2.2 Quoting. */

#include <string.h>
#include "word.h"

/* The builder itself lives on the caller's stack, the word and its pieces in the arena. */
struct builder
begin_word(struct parser *p)
{
    struct word *word = arena_alloc(sizeof(*word));
    return (struct builder){ .p = p, .in = p->in, .word = word, .tail = &word->parts };
}

/* Appends a piece. Text that still gathers has to be flushed before. */
static struct part *
append_part(struct builder *b, enum part_kind kind, bool quoted)
{
    struct part *part = arena_alloc(sizeof(*part));
    *part = (struct part){ .kind = kind, .quoted = quoted, .text = "" };
    *b->tail = part;
    b->tail = &part->next;
    return part;
}

/* Ends the piece of text that is growing, if there is one. */
void
flush_text(struct builder *b)
{
    if (b->text.length > 0)
        append_part(b, PART_TEXT, b->text_quoted)->text = text_take(&b->text);
}

/* Begins a piece of another kind, behind the text that has gathered. */
struct part *
add_part(struct builder *b, enum part_kind kind, bool quoted)
{
    flush_text(b);
    return append_part(b, kind, quoted);
}

/* Text changes its piece only when quoting begins or ends: a"b"c is three. */
void
add_char(struct builder *b, int c, bool quoted)
{
    if (b->text_quoted != quoted)
        flush_text(b);
    b->text_quoted = quoted;
    text_add(&b->text, (char)c);
}

/* --- quotes ----------------------------------------------------------------------------------- */

/* Whether there are more characters. The end of the input is an error inside of quotes and the
 * like; after an error the answer is no. */
bool
more(struct builder *b, const char *opening)
{
    if (input_peek(b->in) == INPUT_END)
        syntax_error(b->p, "the file ends inside of ", opening);
    return !b->p->failed;
}

/* Reads up to the closing quote. Between single quotes nothing has a meaning, not even a
 * backslash. */
void
read_quoted(struct builder *b, int quote)
{
    if (input_peek(b->in) == quote) /* "" is a word although it is empty */
        add_part(b, PART_TEXT, true);
    while (more(b, "quotes") && input_peek(b->in) != quote) {
        if (quote == '"')
            read_char(b, true);
        else
            add_char(b, input_next(b->in), true);
    }
    input_next(b->in);
}

/* Reads one character, or all of what a quote or `$` begins. A backslash quotes the character
 * behind it, and joins two lines. Between double quotes it quotes four characters only; before
 * others it stands for itself. */
void
read_char(struct builder *b, bool quoted)
{
    int c = input_next(b->in);
    int second = input_peek(b->in);
    if (!quoted && (c == '\'' || c == '"'))
        read_quoted(b, c);
    else if (c == '$')
        read_dollar(b, quoted);
    else if (c == '`')
        read_backquotes(b, quoted);
    else if (c == '\\' && second == '\n')
        input_next(b->in);
    else if (c == '\\' && second > 0 && (!quoted || strchr("$`\"\\", second)))
        add_char(b, input_next(b->in), true);
    else
        add_char(b, c, quoted);
}

/* --- words ------------------------------------------------------------------------------------ */

#define WORD_ENDS " \t\n|&;<>()"

/* Whether the input stands at a blank, at an operator or at its end. */
static bool
at_word_end(struct input *in)
{
    int c = input_peek(in);
    return c == INPUT_END || strchr(WORD_ENDS, c);
}

/* Reads a `~` alone, or before one of the characters or the zero at the end: it is "$HOME". */
void
read_tilde(struct builder *b, const char *ends)
{
    if (input_peek(b->in) == '~' && strchr(ends, b->in->at[1])) {
        input_next(b->in);
        add_part(b, PART_PARAMETER, true)->text = "HOME";
    }
}

/* Whether NAME= has just been read, or later in its value a colon, as in PATH=~/a:~/b. In
 * an argument a tilde there means nothing. */
static bool
behind_assignment(const struct builder *b)
{
    const struct part *first = b->word->parts;
    size_t length = b->text_quoted ? 0 : b->text.length;
    char last = length > 0 ? b->text.data[length - 1] : '\0';
    if (last == ':' && first)
        return first->kind == PART_TEXT && !first->quoted && assignment_name(first->text) > 0;
    if (first || (last != '=' && last != ':'))
        return false;
    size_t name = assignment_name(arena_copy(b->text.data, length));
    return name > 0 && (last == ':' || name + 1 == length);
}

/* Reads up to a blank or an operator that is not quoted. */
struct word *
read_word(struct parser *p)
{
    struct builder b = begin_word(p);
    struct input *in = p->in;
    read_tilde(&b, "/" WORD_ENDS);
    while (!p->failed && !at_word_end(in)) {
        read_char(&b, false);
        if (!p->in_arguments && behind_assignment(&b))
            read_tilde(&b, "/:" WORD_ENDS);
    }
    flush_text(&b);
    return b.word;
}

/* A word that nobody has written: `for i` is read as `for i in "$@"`, and run.c knows one form. */
struct word *
parameter_word(const char *name)
{
    struct builder b = begin_word(&(struct parser){ 0 });
    add_part(&b, PART_PARAMETER, true)->text = name;
    return b.word;
}
