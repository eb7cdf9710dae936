/*
 * heredoc.c - here-documents: the lines behind a command that are its input.
 *
 * `cat <<END` names a delimiter; the document begins after the next newline, where the lexer calls
 * read_here_documents, and ends before a line that is the delimiter. If any part of the delimiter
 * was quoted the document is taken as it stands, else `$` and backquotes are expanded in it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.7.4 Here-Document.
 */
#include <string.h>
#include "sh.h"

/* Reads a line with its newline. False at the end of the input. */
static bool
read_document_line(struct input *in, bool drop_tabs, struct text *line)
{
    int c;

    while (drop_tabs && input_peek(in) == '\t')
        input_next(in);
    while ((c = input_next(in)) != INPUT_END) {
        text_add(line, (char)c);
        if (c == '\n')
            return true;
    }
    return line->length > 0;
}

/* The text of a delimiter: quotes are already gone, nothing in it is expanded. */
static char *
delimiter_line(const struct word *w, bool *quoted)
{
    struct text line = { 0 };

    for (const struct part *part = w->parts; part != NULL; part = part->next) {
        *quoted |= part->quoted;
        text_append(&line, part->kind == PART_TEXT ? part->text : "$");
    }
    text_add(&line, '\n');
    return text_take(&line);
}

static struct word *
literal_word(char *text)
{
    struct word *w = arena_alloc(sizeof *w);

    w->parts = arena_alloc(sizeof *w->parts);
    w->parts->quoted = true;
    w->parts->text = text;
    return w;
}

static void
read_document(struct parser *p, struct redirect *r)
{
    bool quoted = false;
    char *end = delimiter_line(r->target, &quoted);
    struct text document = { 0 };
    struct text line = { 0 };

    while (read_document_line(p->in, r->kind == REDIRECT_HERE_TABS, &line)) {
        char *text = text_take(&line);
        if (strcmp(text, end) == 0)
            break;
        text_append(&document, text);
    }
    r->kind = REDIRECT_HERE;
    r->target = (quoted ? literal_word(text_take(&document))
                        : read_quoted_text(p, text_take(&document)));
}

void
read_here_documents(struct parser *p)
{
    struct redirect *r = p->here;

    p->here = NULL;
    for (; r != NULL && !p->failed; r = r->next_pending)
        read_document(p, r);
}
