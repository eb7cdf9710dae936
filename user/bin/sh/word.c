/*
 * word.c - reads one word and takes it to pieces: text, quoted text, parameters, substitutions.
 *
 * The pieces keep what quoting meant, so that no later step has to look at quotes again: expand.c
 * only asks whether a piece was quoted. `$(` calls the parser: only it can tell which `)` is the end.
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
static void read_backquoted(struct builder *b, bool quoted);

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

static void
flush_text(struct builder *b)
{
    if (b->text.length > 0)
        add_part(b, PART_TEXT, b->text_quoted)->text = text_take(&b->text);
}

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

/* "" and '' are a word although they are empty. */
static void
add_empty(struct builder *b)
{
    flush_text(b);
    add_part(b, PART_TEXT, true)->text = "";
}

/* --- quotes ------------------------------------------------------------------------------------ */

/* False at the end of the input, which is an error between quotes and the like. */
static bool
more(struct builder *b, const char *inside)
{
    if (input_peek(b->p->in) == INPUT_END)
        syntax_error(b->p, "unexpected end of file: %s is not closed", inside);
    return !b->p->failed;
}

static void
read_single_quoted(struct builder *b)
{
    int c;
    bool empty = true;

    while (more(b, "'") && (c = input_next(b->p->in)) != '\'') {
        add_char(b, c, true);
        empty = false;
    }
    if (empty)
        add_empty(b);
}

/* One character, or more from `$` and backquotes, between double quotes or by their rules. A
 * backslash takes the meaning off `end` and off what has one there; elsewhere it is itself. */
static void
read_inside_quotes(struct builder *b, int end)
{
    struct input *in = b->p->in;
    int c = input_next(in);
    int second = input_peek(in);

    if (c == '$') {
        read_dollar(b, true);
    } else if (c == '`') {
        read_backquoted(b, true);
    } else if (c == '\\' && second == '\n') {
        input_next(in);
    } else if (c == '\\' && (second == '$' || second == '`' || second == '\\' || second == end)) {
        add_char(b, input_next(in), true);
    } else {
        add_char(b, c, true);
    }
}

static void
read_double_quoted(struct builder *b)
{
    struct input *in = b->p->in;

    if (input_peek(in) == '"')
        add_empty(b);
    while (more(b, "\"") && input_peek(in) != '"')
        read_inside_quotes(b, '"');
    input_next(in);
}

static void
read_unquoted(struct builder *b)
{
    struct input *in = b->p->in;
    int c = input_next(in);

    if (c == '\'')
        read_single_quoted(b);
    else if (c == '"')
        read_double_quoted(b);
    else if (c == '$')
        read_dollar(b, false);
    else if (c == '`')
        read_backquoted(b, false);
    else if (c == '\\' && input_peek(in) == '\n')
        input_next(in);
    else if (c == '\\' && input_peek(in) != INPUT_END)
        add_char(b, input_next(in), true);
    else
        add_char(b, c, false);
}

/* --- dollar ------------------------------------------------------------------------------------ */

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

/* NAME, a number when `digits`, or one special character; "" when there is none of these. */
static const char *
read_name(struct input *in, bool digits)
{
    struct text name = { 0 };
    int c = input_peek(in);

    if (is_name_start(c))
        while (is_name_char(input_peek(in)))
            text_add(&name, (char)input_next(in));
    else if (digits && isdigit(c))
        while (isdigit(input_peek(in)))
            text_add(&name, (char)input_next(in));
    else if (isdigit(c) || (c > 0 && strchr("?$!#@*", c) != NULL))
        text_add(&name, (char)input_next(in));
    return text_take(&name);
}

/* c, or the operation for c given twice. */
static enum operation
double_operation(struct input *in, int c, enum operation once, enum operation twice)
{
    if (input_peek(in) != c)
        return once;
    input_next(in);
    return twice;
}

static enum operation
read_operation(struct builder *b)
{
    struct input *in = b->p->in;
    int c = input_next(in);

    switch (c) {
    case '-':
        return OPERATION_DEFAULT;
    case '=':
        return OPERATION_ASSIGN;
    case '+':
        return OPERATION_ALTERNATIVE;
    case '?':
        return OPERATION_REQUIRE;
    case '#':
        return double_operation(in, c, OPERATION_CUT_PREFIX, OPERATION_CUT_PREFIXES);
    case '%':
        return double_operation(in, c, OPERATION_CUT_SUFFIX, OPERATION_CUT_SUFFIXES);
    default:
        syntax_error(b->p, "bad substitution");
        return OPERATION_NONE;
    }
}

/* The word behind an operation, up to `}`. A pattern is never quoted as a whole. */
static struct word *
read_operand(struct builder *b, bool quoted)
{
    struct builder operand = begin_word(b->p);
    struct input *in = b->p->in;

    while (more(b, "${") && input_peek(in) != '}') {
        if (quoted && input_peek(in) != '"')
            read_inside_quotes(&operand, '}');
        else
            read_unquoted(&operand);
    }
    return end_word(&operand);
}

static void
read_braces(struct builder *b, bool quoted)
{
    struct part *part = add_part(b, PART_PARAMETER, quoted);
    struct input *in = b->p->in;

    if (input_peek(in) == '#' && input_peek_second(in) != '}') {
        input_next(in);
        part->operation = OPERATION_LENGTH;
    }
    part->text = read_name(in, true);
    if (part->text[0] == '\0') {
        syntax_error(b->p, "bad substitution");
        return;
    }
    if (part->operation == OPERATION_NONE && input_peek(in) != '}') {
        part->or_empty = input_peek(in) == ':';
        if (part->or_empty)
            input_next(in);
        part->operation = read_operation(b);
        part->operand = read_operand(b, quoted && part->operation < OPERATION_CUT_PREFIX);
    }
    if (more(b, "${") && input_next(in) != '}')
        syntax_error(b->p, "bad substitution");
}

/* $((...)): the expression is expanded like text in double quotes and then computed. */
static void
read_arithmetic(struct builder *b, bool quoted)
{
    struct part *part = add_part(b, PART_ARITHMETIC, quoted);
    struct builder expression = begin_word(b->p);
    struct input *in = b->p->in;
    int open = 0;

    while (more(b, "$((") && (open > 0 || input_peek(in) != ')')) {
        open += (input_peek(in) == '(') - (input_peek(in) == ')');
        read_inside_quotes(&expression, INPUT_END);
    }
    input_next(in);
    if (more(b, "$((") && input_next(in) != ')')
        syntax_error(b->p, "$((...)) ends with one ')'");
    part->operand = end_word(&expression);
}

static void
read_parentheses(struct builder *b, bool quoted)
{
    struct input *in = b->p->in;

    if (input_peek(in) == '(') {
        input_next(in);
        read_arithmetic(b, quoted);
    } else {
        struct part *part = add_part(b, PART_COMMAND, quoted);
        part->tree = parse_substitution(b->p);
    }
}

/* What `$` begins; it has been read. */
static void
read_dollar(struct builder *b, bool quoted)
{
    struct input *in = b->p->in;
    int c = input_peek(in);

    if (b->p->depth++ > NESTING_LIMIT)
        syntax_error(b->p, "nested too deeply");
    else if (c == '{' || c == '(') {
        flush_text(b);
        input_next(in);
        (c == '{' ? read_braces : read_parentheses)(b, quoted);
    } else {
        const char *name = read_name(in, false);
        if (name[0] == '\0') {
            add_char(b, '$', quoted); /* alone it is itself */
        } else {
            flush_text(b);
            add_part(b, PART_PARAMETER, quoted)->text = name;
        }
    }
    b->p->depth--;
}

/* The old form of $(...): a backslash is taken off before a backslash, `$` and a backquote. */
static void
read_backquoted(struct builder *b, bool quoted)
{
    struct input *in = b->p->in;
    struct text inside = { 0 };

    while (more(b, "`") && input_peek(in) != '`') {
        int c = input_next(in);
        int second = input_peek(in);
        if (c == '\\' && (second == '\\' || second == '$' || second == '`' ||
                          (quoted && second == '"')))
            c = input_next(in);
        text_add(&inside, (char)c);
    }
    input_next(in);
    flush_text(b);
    if (!b->p->failed)
        add_part(b, PART_COMMAND, quoted)->tree = parse_text(b->p, text_take(&inside));
}

/* --- words ------------------------------------------------------------------------------------- */

struct word *
read_word(struct parser *p)
{
    struct builder b = begin_word(p);
    int c;

    while (!p->failed && (c = input_peek(p->in)) != INPUT_END && strchr(" \t\n|&;<>()", c) == NULL)
        read_unquoted(&b);
    return end_word(&b);
}

struct word *
read_quoted_text(struct parser *p, const char *text)
{
    struct input in;
    struct input *outer = p->in;
    struct builder b = begin_word(p);

    input_from_string(&in, text);
    in.line = outer->line;
    p->in = &in;
    while (!p->failed && input_peek(&in) != INPUT_END)
        read_inside_quotes(&b, INPUT_END);
    p->in = outer;
    return end_word(&b);
}

const char *
plain_text(const struct word *w)
{
    const struct part *part = w != NULL ? w->parts : NULL;
    bool plain = part != NULL && part->next == NULL && part->kind == PART_TEXT && !part->quoted;

    return plain ? part->text : NULL;
}
