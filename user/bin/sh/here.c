/* here.c - here-documents: `<<END` reads the lines up to END, which are the command's input.
 *
 * The lines stand behind the one that has the `<<`, so the lexer comes here at each end of a line.
 * When no part of END is quoted they are expanded like text in double quotes.
 * Follows POSIX.1-2017, "Shell Command Language", 2.7.4 Here-Document. */

#include <string.h>
#include "word.h"

/* The text of the word behind `<<`, without its quotes. It is not expanded. */
static const char *
delimiter(const struct word *w, bool *quoted)
{
    struct text text = { 0 };
    *quoted = false;
    for (const struct part *part = w->parts; part; part = part->next) {
        *quoted |= part->quoted;
        text_append(&text, part->text);
    }
    return text_take(&text);
}

/* Takes a line, without its newline; `tabs`: without those at its beginning. */
static char *
take_line(struct input *in, bool tabs)
{
    struct text line = { 0 };
    while (tabs && input_peek(in) == '\t')
        input_next(in);
    for (int c = input_next(in); c != '\n' && c != INPUT_END; c = input_next(in))
        text_add(&line, (char)c);
    return text_take(&line);
}

/* All lines up to the delimiter, each with its newline. */
static char *
take_lines(struct parser *p, const char *end, bool tabs)
{
    struct text all = { 0 };
    while (input_peek(p->in) != INPUT_END) {
        char *line = take_line(p->in, tabs);
        if (strcmp(line, end) == 0)
            return text_take(&all);
        text_append(&all, line);
        text_add(&all, '\n');
    }
    syntax_error(p, "the file ends inside of <<", end);
    return "";
}

/* Takes the text to pieces. Unlike in double quotes, a double quote has no meaning: so a backslash
 * before it has none either. */
static struct word *
read_body(struct parser *p, const char *text, bool quoted, int line)
{
    struct input in;
    struct parser inner = { .in = &in, .depth = p->depth };
    struct builder b = begin_word(&inner);
    input_from_string(&in, text);
    in.line = line;
    while (!inner.failed && input_peek(&in) != INPUT_END) {
        bool plain = quoted || strncmp(in.at, "\\\"", 2) == 0;
        if (plain)
            add_char(&b, input_next(&in), true);
        else
            read_char(&b, true);
    }
    flush_text(&b);
    p->failed |= inner.failed;
    return b.word;
}

void
read_here_documents(struct parser *p)
{
    struct redirect *r = p->here;
    p->here = NULL;
    for (; r && !p->failed; r = r->next_here) {
        bool quoted;
        const char *end = delimiter(r->target, &quoted);
        int line = p->in->line;
        char *text = take_lines(p, end, r->kind == REDIRECT_HERE_TABS);
        r->target = read_body(p, text, quoted, line);
    }
}
