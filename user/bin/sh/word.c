/*
 * word.c - reads one word and takes it to pieces: text, quoted text, parameters, substitutions.
 *
 * The pieces keep what quoting meant, so that no later step has to look at quotes again: expand.c
 * only asks whether a piece was quoted. `$(` calls the parser: only it can tell which `)` ends it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.2 Quoting and 2.6 Word Expansions.
 */
#include <ctype.h>
#include <string.h>
#include "sh.h"

/* A word in the making. Characters gather in `text` until a piece of another kind follows. */
struct builder {
    struct parser *p;
    struct word *word;
    struct part **tail;
    struct text text;
    bool text_quoted;
};

static void read_dollar(struct builder *b, bool quoted);

static struct builder
begin_word(struct parser *p)
{
    struct word *word = arena_alloc(sizeof *word);

    return (struct builder){ .p = p, .word = word, .tail = &word->parts };
}

static struct part *
add_part(struct builder *b, enum part_kind kind, bool quoted)
{
    struct part *part = arena_alloc(sizeof *part);

    part->kind = kind;
    part->quoted = quoted;
    *b->tail = part;
    b->tail = &part->next;
    return part;
}

/* Ends the piece of text that is growing, if there is one. */
static void
flush_text(struct builder *b)
{
    if (b->text.length > 0)
        add_part(b, PART_TEXT, b->text_quoted)->text = text_take(&b->text);
}

/* Text changes its piece only when quoting begins or ends: a"b"c is three. */
static void
add_char(struct builder *b, int c, bool quoted)
{
    if (b->text_quoted != quoted)
        flush_text(b);
    b->text_quoted = quoted;
    text_add(&b->text, (char)c);
}

static struct word *
end_word(struct builder *b)
{
    flush_text(b);
    return b->word;
}

/* --- quotes ----------------------------------------------------------------------------------- */

/* False at the end of the input, which is an error inside of quotes and the like, and after one. */
static bool
more(struct builder *b, const char *opening)
{
    if (input_peek(b->p->in) == INPUT_END)
        syntax_error(b->p, "the file ends inside of ", opening);
    return !b->p->failed;
}

/* One character, or all of what `$` begins, by the rules between double quotes: there a backslash
 * is itself unless it takes the meaning off one of four characters or joins two lines. */
static void
read_inside_quotes(struct builder *b)
{
    struct input *in = b->p->in;
    int c = input_next(in);
    int second = input_peek(in);

    if (c == '$')
        read_dollar(b, true);
    else if (c == '`')
        syntax_error(b->p, "backquotes are not known here, write $(...)", "");
    else if (c == '\\' && second == '\n')
        input_next(in);
    else if (c == '\\' && second > 0 && strchr("$`\"\\", second) != NULL)
        add_char(b, input_next(in), true);
    else
        add_char(b, c, true);
}

/* Between single quotes nothing has a meaning, not even a backslash. */
static void
read_quoted(struct builder *b, int quote)
{
    struct input *in = b->p->in;

    if (input_peek(in) == quote) { /* "" is a word although it is empty */
        flush_text(b);
        add_part(b, PART_TEXT, true)->text = "";
    }
    while (more(b, "quotes") && input_peek(in) != quote) {
        if (quote == '"')
            read_inside_quotes(b);
        else
            add_char(b, input_next(in), true);
    }
    input_next(in);
}

/* Outside of quotes a backslash quotes any one character, and joins two lines. */
static void
read_unquoted(struct builder *b)
{
    struct input *in = b->p->in;
    int c = input_next(in);

    if (c == '\'' || c == '"')
        read_quoted(b, c);
    else if (c == '$')
        read_dollar(b, false);
    else if (c == '`')
        syntax_error(b->p, "backquotes are not known here, write $(...)", "");
    else if (c == '\\' && input_peek(in) == '\n')
        input_next(in);
    else if (c == '\\' && input_peek(in) != INPUT_END)
        add_char(b, input_next(in), true);
    else
        add_char(b, c, false);
}

/* --- names and dollars ------------------------------------------------------------------------ */

bool
is_name_start(int c)
{
    return isalpha(c) || c == '_';
}

bool
is_name_char(int c)
{
    return isalnum(c) || c == '_';
}

/* The same for a whole text. */
bool
is_name(const char *text)
{
    bool good = is_name_start(*text);

    while (*text != '\0' && good)
        good = is_name_char(*text++);
    return good;
}

size_t
assignment_name(const char *text)
{
    size_t length = 0;

    if (is_name_start(text[0]))
        while (is_name_char(text[length]))
            length++;
    return text[length] == '=' ? length : 0;
}

/* NAME, one special character, one digit or (in braces) several; "" when there is none of these. */
static const char *
read_name(struct input *in, bool braces)
{
    struct text name = { 0 };
    int c = input_peek(in);

    if (is_name_start(c))
        while (is_name_char(input_peek(in)))
            text_add(&name, (char)input_next(in));
    else if (isdigit(c) || (c > 0 && strchr("?$!#@*", c) != NULL))
        do
            text_add(&name, (char)input_next(in));
        while (braces && isdigit(c) && isdigit(input_peek(in)));
    return text_take(&name);
}

/* Of the forms with braces, only the plain one: the others are a language of their own. */
static void
read_parameter(struct builder *b, bool braces, bool quoted)
{
    struct input *in = b->p->in;
    const char *name = read_name(in, braces);

    if (braces && (name[0] == '\0' || input_next(in) != '}')) {
        syntax_error(b->p, "${...} holds a name and nothing else", "");
    } else if (name[0] == '\0') {
        add_char(b, '$', quoted); /* alone it is itself */
    } else {
        flush_text(b);
        add_part(b, PART_PARAMETER, quoted)->text = name;
    }
}

/* $((...)): the expression is expanded like text in double quotes and computed then. */
static void
read_arithmetic(struct builder *b, bool quoted)
{
    struct builder expression = begin_word(b->p);
    struct input *in = b->p->in;
    int open = 0;

    while (more(b, "$((") && (open > 0 || input_peek(in) != ')')) {
        open += (input_peek(in) == '(') - (input_peek(in) == ')');
        read_inside_quotes(&expression);
    }
    input_next(in);
    if (more(b, "$((") && input_next(in) != ')')
        syntax_error(b->p, "$(( needs two )) at its end", "");
    flush_text(b);
    add_part(b, PART_ARITHMETIC, quoted)->expression = end_word(&expression);
}

/* `$((` is always arithmetic: who means a subshell in a substitution leaves a blank, as POSIX
 * asks. */
static void
read_substitution(struct builder *b, bool quoted)
{
    struct input *in = b->p->in;

    if (input_peek(in) == '(') {
        input_next(in);
        read_arithmetic(b, quoted);
    } else {
        flush_text(b);
        add_part(b, PART_COMMAND, quoted)->tree = parse_substitution(b->p);
    }
}

/* What `$` begins; it has been read. */
static void
read_dollar(struct builder *b, bool quoted)
{
    struct input *in = b->p->in;
    int c = input_peek(in);

    if (b->p->depth++ > NESTING_LIMIT)
        syntax_error(b->p, "nested too deeply", "");
    if (c == '{' || c == '(')
        input_next(in);
    if (c == '(' && !b->p->failed)
        read_substitution(b, quoted);
    else
        read_parameter(b, c == '{', quoted);
    b->p->depth--;
}

/* --- words ------------------------------------------------------------------------------------ */

/* Up to a blank or an operator that is not quoted. */
struct word *
read_word(struct parser *p)
{
    struct builder b = begin_word(p);
    int c;

    while (!p->failed && (c = input_peek(p->in)) != INPUT_END && strchr(" \t\n|&;<>()", c) == NULL)
        read_unquoted(&b);
    return end_word(&b);
}

const char *
plain_text(const struct word *w)
{
    const struct part *part = w != NULL ? w->parts : NULL;
    bool plain = part != NULL && part->next == NULL && part->kind == PART_TEXT && !part->quoted;

    return plain ? part->text : NULL;
}
