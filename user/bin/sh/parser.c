/*
 * parser.c - from tokens to a tree: lists, pipelines, simple commands. compound.c has the rest.
 *
 * One function a rule of the grammar, one token looked ahead. After a syntax error every token is
 * TOKEN_ERROR, which no rule accepts, so all of them return and none has to ask.
 * Follows POSIX.1-2017, "Shell Command Language", 2.10 Shell Grammar.
 */
#include <string.h>
#include "sh.h"

struct node *
new_node(enum node_kind kind)
{
    struct node *n = arena_alloc(sizeof *n);

    n->kind = kind;
    return n;
}

void
unexpected(struct parser *p)
{
    static const char *const names[] = {
        [TOKEN_END] = "end of file", [TOKEN_NEWLINE] = "end of line",
        [TOKEN_WORD] = "word",       [TOKEN_REDIRECT] = "redirection",
        [TOKEN_AND_IF] = "&&",       [TOKEN_OR_IF] = "||",
        [TOKEN_PIPE] = "|",          [TOKEN_SEMICOLON] = ";",
        [TOKEN_AMPERSAND] = "&",     [TOKEN_OPEN] = "(",
        [TOKEN_CLOSE] = ")",         [TOKEN_ERROR] = "",
    };
    const char *text = plain_text(p->token.word);

    syntax_error(p, "unexpected ", text != NULL ? text : names[p->token.kind]);
}

/* Reserved words are words in the right place, and unquoted. */
bool
at_word(const struct parser *p, const char *word)
{
    const char *text = plain_text(p->token.word);

    return text != NULL && strcmp(text, word) == 0;
}

void
skip_newlines(struct parser *p)
{
    while (p->token.kind == TOKEN_NEWLINE)
        next_token(p);
}

/* --- simple commands -------------------------------------------------------------------------- */

/* A chain in the order written, which matters: `>f 2>&1` is not `2>&1 >f`. */
struct redirect *
parse_redirects(struct parser *p)
{
    struct redirect *first = NULL;

    for (struct redirect **tail = &first; p->token.kind == TOKEN_REDIRECT; tail = &(*tail)->next) {
        struct redirect *r = arena_alloc(sizeof *r);
        r->fd = p->token.fd;
        r->kind = p->token.redirect;
        next_token(p);
        if (p->token.kind != TOKEN_WORD)
            unexpected(p);
        r->target = p->token.word;
        *tail = r;
        next_token(p);
    }
    return first;
}

/* NAME= must be unquoted, and its value may be anything: x="a b"$y. */
static bool
is_assignment(const struct word *w)
{
    const struct part *first = w->parts;

    return first != NULL && first->kind == PART_TEXT && !first->quoted &&
           assignment_name(first->text) > 0;
}

/* Assignments are such only before the first word: in `echo a=b` it is an argument. */
static struct node *
parse_simple(struct parser *p)
{
    struct node *n = new_node(NODE_SIMPLE);
    struct word **words = &n->words;
    struct word **assignments = &n->assignments;
    struct redirect **redirects = &n->redirects;

    while (p->token.kind == TOKEN_WORD || p->token.kind == TOKEN_REDIRECT) {
        if (p->token.kind == TOKEN_REDIRECT) {
            *redirects = parse_redirects(p);
            while (*redirects != NULL)
                redirects = &(*redirects)->next;
        } else {
            bool assignment = n->words == NULL && is_assignment(p->token.word);
            struct word ***tail = assignment ? &assignments : &words;
            **tail = p->token.word;
            *tail = &p->token.word->next;
            next_token(p);
        }
    }
    return n;
}

/* --- pipelines and lists ---------------------------------------------------------------------- */

/* Whether a command can begin here: not at an operator, nor at a word that ends a construct. */
static bool
begins_command(const struct parser *p)
{
    static const char *const enders[] = { "then", "elif", "else", "fi", "do", "done", "}" };

    for (unsigned i = 0; i < sizeof enders / sizeof enders[0]; i++)
        if (at_word(p, enders[i]))
            return false;
    return p->token.kind == TOKEN_WORD || p->token.kind == TOKEN_REDIRECT ||
           p->token.kind == TOKEN_OPEN;
}

/* A command of either kind. The depth is that of the parser's own calls, which the stack must
 * hold. */
static struct node *
parse_one(struct parser *p)
{
    if (p->depth > NESTING_LIMIT)
        syntax_error(p, "nested too deeply", "");
    if (!begins_command(p))
        unexpected(p);
    p->depth++;
    struct node *n = parse_compound(p);
    if (n == NULL)
        n = parse_simple(p);
    p->depth--;
    return n;
}

/* A chain with one link is the link itself. */
static struct node *
chain(enum node_kind kind, struct node *first)
{
    if (first->next == NULL)
        return first;
    struct node *n = new_node(kind);
    n->children = first;
    return n;
}

/* A node with one child. */
static struct node *
wrap(enum node_kind kind, struct node *child)
{
    struct node *n = new_node(kind);

    n->children = child;
    return n;
}

/* [!] command [| command]...: `!` negates the whole. */
static struct node *
parse_pipeline(struct parser *p)
{
    bool negated = at_word(p, "!");

    if (negated)
        next_token(p);
    struct node *first = parse_one(p);
    for (struct node *last = first; p->token.kind == TOKEN_PIPE; last = last->next) {
        next_token(p);
        skip_newlines(p);
        last->next = parse_one(p);
    }
    struct node *pipeline = chain(NODE_PIPELINE, first);
    return negated ? wrap(NODE_NOT, pipeline) : pipeline;
}

/* && and || bind equally and to the left, so a flat chain says all. */
static struct node *
parse_and_or(struct parser *p)
{
    struct node *first = parse_pipeline(p);

    for (struct node *last = first; p->token.kind == TOKEN_AND_IF || p->token.kind == TOKEN_OR_IF;
         last = last->next) {
        enum joined joined = p->token.kind == TOKEN_AND_IF ? JOINED_AND : JOINED_OR;
        next_token(p);
        skip_newlines(p);
        last->next = parse_pipeline(p);
        last->next->joined = joined;
    }
    return chain(NODE_AND_OR, first);
}

/* NULL when it is empty. Of one line: the newline at its end stays p's token, because to look
 * behind it would mean to read the next line before this one has been run. */
static struct node *
parse_list(struct parser *p, bool one_line)
{
    struct node *first = NULL;
    struct node **tail = &first;

    if (!one_line)
        skip_newlines(p);
    while (begins_command(p)) {
        struct node *n = parse_and_or(p);
        *tail = p->token.kind == TOKEN_AMPERSAND ? wrap(NODE_BACKGROUND, n) : n;
        tail = &(*tail)->next;
        if (p->token.kind == TOKEN_SEMICOLON || p->token.kind == TOKEN_AMPERSAND)
            next_token(p);
        else if (one_line || p->token.kind != TOKEN_NEWLINE)
            break;
        if (!one_line)
            skip_newlines(p);
    }
    return first != NULL ? chain(NODE_LIST, first) : NULL;
}

struct node *
parse_body(struct parser *p)
{
    struct node *list = parse_list(p, false);

    if (list == NULL)
        unexpected(p);
    return list;
}

/* --- what others begin ------------------------------------------------------------------------ */

/* With a parser of its own: the outer one is in the middle of a word. */
struct node *
parse_substitution(struct parser *p)
{
    struct parser inner = { .in = p->in, .depth = p->depth };

    next_token(&inner);
    struct node *list = parse_list(&inner, false);
    if (inner.token.kind != TOKEN_CLOSE)
        unexpected(&inner);
    p->failed |= inner.failed;
    return list;
}

enum parse_result
parse_command(struct input *in, struct node **tree)
{
    struct parser p = { .in = in };

    in->continues = false;
    next_token(&p);
    if (p.token.kind == TOKEN_END)
        return PARSE_END;
    *tree = parse_list(&p, true);
    if (p.token.kind != TOKEN_NEWLINE && p.token.kind != TOKEN_END)
        unexpected(&p);
    return p.failed ? PARSE_FAILED : *tree != NULL ? PARSED : PARSED_NOTHING;
}
