/* parser.c - from tokens to a tree: lists, pipelines, simple commands. compound.c has the rest.
 *
 * One function a rule of the grammar, one token looked ahead. After a syntax error every token is
 * the empty one, which no rule accepts, so all of them return and none has to ask.
 * Follows POSIX.1-2017, "Shell Command Language", 2.10 Shell Grammar. */

#include <string.h>
#include "sh.h"

/* All other members are zero, as the arena gives them: no children, no redirections. */
struct node *
new_node(enum node_kind kind, struct node *body)
{
    struct node *n = arena_alloc(sizeof(*n));
    n->kind = kind;
    n->body = body;
    return n;
}

/* A word that is not plain, such as "a"$b, has no text that could be shown. */
void
unexpected(struct parser *p)
{
    syntax_error(p, "unexpected ", p->token.text ? p->token.text : "word");
}

/* When the token is another one, the parser has failed, and next_token does nothing. */
void
expect(struct parser *p, const char *text)
{
    if (!at(p, text))
        unexpected(p);
    next_token(p);
}

/* Between the parts of a command a newline means nothing: `if true` and `then` on two lines. */
void
skip_newlines(struct parser *p)
{
    while (at(p, END_OF_LINE))
        next_token(p);
}

/* --- simple commands -------------------------------------------------------------------------- */

/* Its lines come behind this one: the lexer reads them when it gets there. */
static void
add_here(struct parser *p, struct redirect *r)
{
    struct redirect **end = &p->here;
    while (*end)
        end = &(*end)->next_here;
    *end = r;
}

/* A chain in the order written, which matters: `>f 2>&1` is not `2>&1 >f`. */
struct redirect *
parse_redirects(struct parser *p)
{
    struct redirect *first = NULL;
    struct redirect **tail = &first;
    while (p->token.kind == TOKEN_REDIRECT) {
        struct redirect *r = arena_alloc(sizeof(*r));
        r->fd = p->token.fd;
        r->kind = p->token.redirect;
        next_token(p);
        if (p->token.kind != TOKEN_WORD)
            unexpected(p);
        r->target = p->token.word;
        if (r->kind == REDIRECT_HERE || r->kind == REDIRECT_HERE_TABS)
            add_here(p, r);
        next_token(p);
        *tail = r;
        tail = &r->next;
    }
    return first;
}

/* NAME= must be unquoted, and its value may be anything: x="a b"$y. */
static bool
is_assignment(const struct word *w)
{
    const struct part *first = w->parts;
    return first && first->kind == PART_TEXT && !first->quoted && assignment_name(first->text) > 0;
}

/* NAME ( ) command: what begins like a simple command was the name of a function. */
static struct node *
parse_function(struct parser *p, const char *name)
{
    struct node *n = new_node(NODE_FUNCTION, NULL);
    n->name = name;
    if (!name || !is_name(name))
        unexpected(p);
    next_token(p);
    expect(p, ")");
    skip_newlines(p);
    n->body = parse_compound(p);
    if (!n->body)
        unexpected(p);
    return n;
}

/* The arguments of export have the form of assignments, and mean the same. */
static bool
is_export(const struct word *w)
{
    return w->parts && strcmp(w->parts->text, "export") == 0;
}

/* NAME=VALUE is an assignment only before the first word: in `echo a=b` it is an argument. */
static struct node *
parse_simple(struct parser *p)
{
    struct node *n = new_node(NODE_SIMPLE, NULL);
    struct word **words = &n->words;
    struct word **assignments = &n->assignments;
    struct redirect **redirects = &n->redirects;
    for (;;) {
        *redirects = parse_redirects(p);
        while (*redirects)
            redirects = &(*redirects)->next;
        if (p->token.kind != TOKEN_WORD)
            return n;
        struct word *word = p->token.word;
        const char *name = p->token.text;
        if (!n->words && is_assignment(word)) {
            *assignments = word;
            assignments = &word->next;
        } else {
            *words = word;
            words = &word->next;
        }
        p->in_arguments = n->words && !is_export(n->words);
        next_token(p);
        p->in_arguments = false;
        if (at(p, "(") && n->words == word && !n->assignments)
            return parse_function(p, name);
    }
}

/* --- pipelines and lists ---------------------------------------------------------------------- */

bool
ends_construct(const char *word)
{
    static const char *const enders[] = { "then", "elif", "else", "fi", "do", "done", "esac", "}" };
    for (size_t i = 0; i < sizeof(enders) / sizeof(enders[0]); i++)
        if (strcmp(word, enders[i]) == 0)
            return true;
    return false;
}

/* Whether a command can begin here: not at an operator, nor at a word that ends a construct. */
static bool
begins_command(const struct parser *p)
{
    if (p->token.text && ends_construct(p->token.text))
        return false;
    return p->token.kind != TOKEN_OTHER || at(p, "(");
}

/* A command of either kind. The depth counts the parser's own nested calls, which the stack must
 * hold. */
static struct node *
parse_one(struct parser *p)
{
    if (p->depth++ > NESTING_LIMIT)
        syntax_error(p, "nested too deeply", "");
    if (!begins_command(p))
        unexpected(p);
    struct node *n = parse_compound(p);
    if (!n)
        n = parse_simple(p);
    p->depth--;
    return n;
}

/* A chain with one link is the link itself. */
static struct node *
chain(enum node_kind kind, struct node *first)
{
    return first->next ? new_node(kind, first) : first;
}

/* [!] command [| command]...: `!` negates the whole. */
static struct node *
parse_pipeline(struct parser *p)
{
    bool negated = at(p, "!");
    if (negated)
        next_token(p);
    struct node *first = parse_one(p);
    for (struct node *last = first; at(p, "|"); last = last->next) {
        next_token(p);
        skip_newlines(p);
        last->next = parse_one(p);
    }
    struct node *pipeline = chain(NODE_PIPELINE, first);
    return negated ? new_node(NODE_NOT, pipeline) : pipeline;
}

/* && and || bind equally and to the left, so a flat chain says all. */
static struct node *
parse_and_or(struct parser *p)
{
    struct node *first = parse_pipeline(p);
    for (struct node *last = first; at(p, "&&") || at(p, "||"); last = last->next) {
        enum joined joined = at(p, "&&") ? JOINED_AND : JOINED_OR;
        next_token(p);
        skip_newlines(p);
        last->next = parse_pipeline(p);
        last->next->joined = joined;
    }
    return chain(NODE_AND_OR, first);
}

/* A list of one line leaves the newline at its end as p's token: to look behind it would mean to
 * read the next line before this one has been run. */
struct node *
parse_list(struct parser *p, bool one_line)
{
    struct node *first = NULL;
    struct node **tail = &first;
    if (!one_line)
        skip_newlines(p);
    while (begins_command(p)) {
        struct node *n = parse_and_or(p);
        *tail = at(p, "&") ? new_node(NODE_BACKGROUND, n) : n;
        tail = &(*tail)->next;
        if (at(p, ";") || at(p, "&"))
            next_token(p);
        else if (one_line || !at(p, END_OF_LINE))
            break;
        if (!one_line)
            skip_newlines(p);
    }
    return first ? chain(NODE_LIST, first) : NULL;
}

/* --- what others begin ------------------------------------------------------------------------ */

/* The outer parser is in the middle of a word, so the list gets a parser of its own. */
static struct node *
parse_inner(struct parser *p, struct input *in, const char *end)
{
    struct parser inner = { .in = in, .depth = p->depth };
    next_token(&inner);
    struct node *list = parse_list(&inner, false);
    if (!at(&inner, end))
        unexpected(&inner);
    if (inner.here)
        syntax_error(&inner, "the lines of a << must stand before the closing ", end);
    p->failed |= inner.failed;
    return list;
}

/* It stops at the token `)` and reads nothing behind it: what follows belongs to the outer word. */
struct node *
parse_substitution(struct parser *p)
{
    return parse_inner(p, p->in, ")");
}

struct node *
parse_text(struct parser *p, const char *text, int line)
{
    struct input in;
    input_from_string(&in, text);
    in.line = line;
    return parse_inner(p, &in, END_OF_FILE);
}

/* The one place where a syntax error becomes the end of what is being run: nothing of a line that
 * is wrong is executed, not even what stands before the mistake. */
bool
parse_command(struct input *in, struct node **tree)
{
    struct parser p = { .in = in };
    *tree = NULL;
    in->continues = false;
    next_token(&p);
    if (at(&p, END_OF_FILE))
        return false;
    *tree = parse_list(&p, true);
    if (!at(&p, END_OF_LINE) && !at(&p, END_OF_FILE))
        unexpected(&p);
    if (p.failed) {
        *tree = NULL;
        abandon(STATUS_SYNTAX);
    }
    return true;
}
