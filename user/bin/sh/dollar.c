/* dollar.c - what a `$` begins in a word: $NAME, ${...}, $(...), $((...)); and backquotes.
 *
 * `$(` calls the parser, because only it can tell which `)` ends it. Between backquotes the text is
 * found first and parsed then, as POSIX asks. Forms that this shell does not know are refused by
 * their name: a script must not run with another meaning.
 * Follows POSIX.1-2017, "Shell Command Language", 2.6.2 Parameter Expansion to 2.6.4. */

#include <ctype.h>
#include <string.h>
#include "word.h"

/* Takes the next character if it is this one. */
static bool
accept(struct builder *b, int c)
{
    if (input_peek(b->in) != c)
        return false;
    input_next(b->in);
    return true;
}

/* Reads the NAME, the special character or the digits of a parameter: without braces one digit,
 * inside of them several. NULL, and nothing read, when there is none. */
static struct part *
read_parameter(struct builder *b, bool braces, bool quoted)
{
    int c = input_peek(b->in);
    const char *name = b->in->at;
    size_t length = 0;
    if (isdigit(c))
        length = braces ? strspn(name, "0123456789") : 1;
    else if (c > 0 && strchr("?$!#@*-", c))
        length = 1;
    else if (c > 0)
        length = name_length(name);
    if (length == 0)
        return NULL;
    struct part *part = add_part(b, PART_PARAMETER, quoted);
    part->text = arena_copy(name, length);
    b->in->at += length;
    return part;
}

/* --- braces ----------------------------------------------------------------------------------- */

/* What stands behind an operator, up to the closing brace. Between double quotes it is read as they
 * ask, but a second pair of them opens and closes, and a backslash quotes the brace too. */
static struct word *
read_operand(struct parser *p, bool quoted)
{
    struct builder b = begin_word(p);
    if (!quoted)
        read_tilde(&b, "/}");
    while (more(&b, "${") && input_peek(b.in) != '}') {
        bool escaped = input_peek(b.in) == '\\' && b.in->at[1] == '}';
        if (escaped || (quoted && input_peek(b.in) == '"')) {
            int c = input_next(b.in);
            if (c == '"')
                read_quoted(&b, c);
            else
                add_char(&b, input_next(b.in), true);
        } else {
            read_char(&b, quoted);
        }
    }
    flush_text(&b);
    return b.word;
}

/* The operators that a parameter may have: $# is always set, and "$@" is no single value. */
static const char *
operators_of(const struct part *part)
{
    if (strchr("@*", *part->text))
        return "-+";
    return *part->text == '#' ? "" : "-=?+#%";
}

/* Reads what follows the name, if anything does: [:]- [:]= [:]? [:]+ # ## % %% and its operand.
 * False when it is something else. Quotes count in a pattern even between double quotes. */
static bool
read_operation(struct builder *b, struct part *part, bool quoted)
{
    part->colon = accept(b, ':');
    int c = input_peek(b->in);
    if (c == '}')
        return !part->colon;
    bool pattern = c == '#' || c == '%';
    if (c <= 0 || !strchr(operators_of(part), c) || (pattern && part->colon))
        return false;
    part->sign = input_next(b->in);
    part->longest = pattern && accept(b, c);
    part->operand = read_operand(b->p, quoted && !pattern);
    return true;
}

/* Whether ${# begins the length of a parameter, and is not $# itself. */
static bool
at_length(const char *s)
{
    return s[0] == '#' && (isdigit(s[1]) || name_length(s + 1) > 0);
}

/* ${NAME...}. The message shows the whole of what is not known here. */
static void
read_braces(struct builder *b, bool quoted)
{
    const char *text = b->in->at - 1;
    char *whole = arena_copy(text, strcspn(text, "}\n"));
    bool length = at_length(b->in->at) && accept(b, '#');
    struct part *part = read_parameter(b, true, quoted);
    bool known = part && (length || read_operation(b, part, quoted));
    if (length)
        part->sign = PARAMETER_LENGTH;
    if (!known || !accept(b, '}'))
        not_supported(b->p, join("$", whole, "}"));
}

/* --- substitutions ---------------------------------------------------------------------------- */

/* $((...)): the expression is expanded like text in double quotes and computed then. */
static struct word *
read_arithmetic(struct parser *p)
{
    struct builder b = begin_word(p);
    int open = 0;
    while (more(&b, "$((")) {
        int c = input_peek(b.in);
        if (c == ')' && open == 0)
            break;
        if (c == '(')
            open++;
        if (c == ')')
            open--;
        read_char(&b, true);
    }
    input_next(b.in);
    if (more(&b, "$((") && input_next(b.in) != ')')
        syntax_error(p, "$(( needs two )) at its end", "");
    flush_text(&b);
    return b.word;
}

/* Behind `$(`. `$((` is always arithmetic: who means a subshell in a substitution leaves a blank,
 * as POSIX asks. */
static void
read_substitution(struct builder *b, bool quoted)
{
    if (accept(b, '('))
        add_part(b, PART_ARITHMETIC, quoted)->operand = read_arithmetic(b->p);
    else
        add_part(b, PART_COMMAND, quoted)->tree = parse_substitution(b->p);
}

/* A backslash keeps its meaning for the commands inside, but before these characters it is for the
 * backquotes themselves. */
void
read_backquotes(struct builder *b, bool quoted)
{
    struct text text = { 0 };
    int line = b->in->line;
    while (more(b, "backquotes") && input_peek(b->in) != '`') {
        int c = input_next(b->in);
        int second = input_peek(b->in);
        if (c == '\\' && second > 0 && strchr(quoted ? "$`\\\"" : "$`\\", second))
            c = input_next(b->in);
        text_add(&text, (char)c);
    }
    input_next(b->in);
    if (!b->p->failed)
        add_part(b, PART_COMMAND, quoted)->tree = parse_text(b->p, text_take(&text), line);
}

/* Behind `$`. A `$` that begins nothing stands for itself. */
void
read_dollar(struct builder *b, bool quoted)
{
    if (b->p->depth++ > NESTING_LIMIT)
        syntax_error(b->p, "nested too deeply", "");
    else if (!quoted && (input_peek(b->in) == '\'' || input_peek(b->in) == '"'))
        not_supported(b->p, input_peek(b->in) == '"' ? "$\"...\"" : "$'...'");
    else if (accept(b, '{'))
        read_braces(b, quoted);
    else if (accept(b, '('))
        read_substitution(b, quoted);
    else if (!read_parameter(b, false, quoted))
        add_char(b, '$', quoted);
    b->p->depth--;
}
