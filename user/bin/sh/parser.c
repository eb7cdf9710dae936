/*
 * parser.c - from tokens to a tree: lists, pipelines, simple commands. compound.c has the rest.
 *
 * One function a rule of the grammar, one token looked ahead. After a syntax error every token is
 * TOKEN_ERROR, which no rule accepts, so all of them return and none has to ask.
 * Follows POSIX.1-2017, "Shell Command Language", 2.10 Shell Grammar.
 */
#include <string.h>
#include "parser.h"

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
        [TOKEN_REDIRECT] = "redirection", [TOKEN_AND_IF] = "'&&'", [TOKEN_OR_IF] = "'||'",
        [TOKEN_PIPE] = "'|'", [TOKEN_SEMICOLON] = "';'", [TOKEN_CASE_END] = "';;'",
        [TOKEN_AMPERSAND] = "'&'", [TOKEN_OPEN] = "'('", [TOKEN_CLOSE] = "')'",
    };
    const char *text = plain_text(p->token.word);

    if (p->failed)
        return;
    if (p->token.kind != TOKEN_WORD)
        syntax_error(p, "syntax error: unexpected %s", names[p->token.kind]);
    else
        syntax_error(p, "syntax error: unexpected '%s'", text != NULL ? text : "word");
}

bool
at_word(const struct parser *p, const char *word)
{
    const char *text = p->token.kind == TOKEN_WORD ? plain_text(p->token.word) : NULL;

    return text != NULL && strcmp(text, word) == 0;
}

void
skip_newlines(struct parser *p)
{
    while (p->token.kind == TOKEN_NEWLINE)
        next_token(p);
}

/* --- simple commands ---------------------------------------------------------------------------- */

struct redirect *
parse_redirects(struct parser *p)
{
    struct redirect *first = NULL;
    struct redirect **tail = &first;

    while (p->token.kind == TOKEN_REDIRECT) {
        struct redirect *r = arena_alloc(sizeof *r);
        r->fd = p->token.fd;
        r->kind = p->token.redirect;
        next_token(p);
        if (p->token.kind != TOKEN_WORD) {
            unexpected(p);
            break;
        }
        r->target = p->token.word;
        if (r->kind == REDIRECT_HERE || r->kind == REDIRECT_HERE_TABS) {
            struct redirect **last = &p->here;
            while (*last != NULL)
                last = &(*last)->next_pending;
            *last = r; /* before the next token, which may be the newline it waits for */
        }
        next_token(p);
        *tail = r;
        tail = &r->next;
    }
    return first;
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

static bool
is_assignment(const struct word *w)
{
    const struct part *first = w->parts;

    return first != NULL && first->kind == PART_TEXT && !first->quoted &&
           assignment_name(first->text) > 0;
}

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
            continue;
        }
        struct word ***tail = n->words == NULL && is_assignment(p->token.word) ? &assignments
                                                                               : &words;
        **tail = p->token.word;
        *tail = &p->token.word->next;
        next_token(p);
    }
    return n;
}

/* --- pipelines and lists ------------------------------------------------------------------------ */

/* Whether a command can begin here: not at an operator, nor at a word that ends a construct. */
static bool
begins_command(const struct parser *p)
{
    static const char *const enders[] = { "then", "elif", "else", "fi",  "do",
                                          "done", "esac", "}" };

    for (unsigned i = 0; i < sizeof enders / sizeof enders[0]; i++)
        if (at_word(p, enders[i]))
            return false;
    return p->token.kind == TOKEN_WORD || p->token.kind == TOKEN_REDIRECT ||
           p->token.kind == TOKEN_OPEN;
}

static struct node *
parse_one(struct parser *p)
{
    struct node *n = NULL;

    if (p->depth++ > NESTING_LIMIT)
        syntax_error(p, "nested too deeply");
    else if (!begins_command(p))
        unexpected(p);
    else
        n = parse_compound(p);
    if (n == NULL)
        n = parse_simple(p);
    p->depth--;
    return n;
}

/* A chain with one link is the link itself. */
static struct node *
chain(enum node_kind kind, struct node *first)
{
    if (first != NULL && first->next == NULL)
        return first;
    struct node *n = new_node(kind);
    n->children = first;
    return n;
}

static struct node *
parse_pipeline(struct parser *p)
{
    struct node *first = NULL;
    struct node **tail = &first;
    bool negated = false;

    while (at_word(p, "!")) {
        negated = !negated;
        next_token(p);
    }
    for (;;) {
        *tail = parse_one(p);
        tail = &(*tail)->next;
        if (p->token.kind != TOKEN_PIPE)
            break;
        next_token(p);
        skip_newlines(p);
    }
    struct node *pipeline = chain(NODE_PIPELINE, first);
    if (!negated)
        return pipeline;
    struct node *n = new_node(NODE_NOT);
    n->children = pipeline;
    return n;
}

static struct node *
parse_and_or(struct parser *p)
{
    struct node *first = parse_pipeline(p);
    struct node **tail = &first->next;

    while (p->token.kind == TOKEN_AND_IF || p->token.kind == TOKEN_OR_IF) {
        enum joined joined = p->token.kind == TOKEN_AND_IF ? JOINED_AND : JOINED_OR;
        next_token(p);
        skip_newlines(p);
        *tail = parse_pipeline(p);
        (*tail)->joined = joined;
        tail = &(*tail)->next;
    }
    return chain(NODE_AND_OR, first);
}

static struct node *
parse_list(struct parser *p, bool one_line)
{
    struct node *first = NULL;
    struct node **tail = &first;

    if (!one_line)
        skip_newlines(p);
    while (begins_command(p)) {
        struct node *n = parse_and_or(p);
        if (p->token.kind == TOKEN_AMPERSAND) {
            struct node *child = n;
            n = new_node(NODE_BACKGROUND);
            n->children = child;
        }
        *tail = n;
        tail = &n->next;
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

struct node *
parse_optional_body(struct parser *p)
{
    return parse_list(p, false);
}

/* --- what others begin ------------------------------------------------------------------------- */

/* Parses a list up to `end` with a parser of its own, so that the token of the outer one, which is
 * in the middle of a word, stays what it is. */
static struct node *
parse_inner(struct parser *inner, enum token_kind end)
{
    next_token(inner);
    struct node *list = parse_list(inner, false);
    if (inner->token.kind != end)
        unexpected(inner);
    return list;
}

struct node *
parse_substitution(struct parser *p)
{
    struct parser inner = { .in = p->in, .depth = p->depth, .here = p->here };
    struct node *list = parse_inner(&inner, TOKEN_CLOSE);

    p->here = inner.here; /* the next newline may lie inside the parentheses or behind them */
    p->failed |= inner.failed;
    return list;
}

struct node *
parse_text(struct parser *p, const char *text)
{
    struct input in;
    struct parser inner = { .in = &in, .depth = p->depth };

    input_from_string(&in, text);
    in.line = p->in->line;
    struct node *list = parse_inner(&inner, TOKEN_END);
    read_here_documents(&inner); /* that no newline began: they are empty */
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
    if (p.failed)
        return PARSE_FAILED;
    read_here_documents(&p);
    return *tree != NULL ? PARSED : PARSED_NOTHING;
}
