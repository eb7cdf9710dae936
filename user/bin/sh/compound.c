/*
 * compound.c - the commands that hold commands: ( ), { }, if, while, until, for.
 *
 * A reserved word is recognized only where a command can begin: `echo if` is ordinary. Each
 * function here is called at the first word of its construct.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.4 Compound Commands.
 */
#include "sh.h"

/* After a wrong word next_token does nothing: the parser has failed. */
static void
expect_word(struct parser *p, const char *word)
{
    if (!at_word(p, word))
        unexpected(p);
    next_token(p);
}

/* ( list ) */
static struct node *
parse_subshell(struct parser *p)
{
    struct node *n = new_node(NODE_SUBSHELL);

    next_token(p);
    n->body = parse_body(p);
    if (p->token.kind != TOKEN_CLOSE)
        unexpected(p);
    next_token(p);
    return n;
}

/* { list ; }: the braces are words, so a separator has to stand before the closing one. */
static struct node *
parse_group(struct parser *p)
{
    struct node *n = new_node(NODE_GROUP);

    next_token(p);
    n->body = parse_body(p);
    expect_word(p, "}");
    return n;
}

/* if list; then list; [elif list; then list;]... [else list;] fi */
static struct node *
parse_if(struct parser *p)
{
    struct node *first = new_node(NODE_IF);

    for (struct node *n = first;; n = n->otherwise) { /* a loop: chains of elif may be long */
        next_token(p);
        n->condition = parse_body(p);
        expect_word(p, "then");
        n->body = parse_body(p);
        bool more = at_word(p, "elif");
        if (more) {
            n->otherwise = new_node(NODE_IF);
        } else if (at_word(p, "else")) {
            next_token(p);
            n->otherwise = parse_body(p);
        }
        if (!more)
            break;
    }
    expect_word(p, "fi");
    return first;
}

/* do list; done: the second half of every loop. */
static struct node *
parse_do_group(struct parser *p)
{
    expect_word(p, "do");
    struct node *body = parse_body(p);
    expect_word(p, "done");
    return body;
}

/* while list; do list; done, and the same with until. */
static struct node *
parse_while(struct parser *p)
{
    struct node *n = new_node(at_word(p, "while") ? NODE_WHILE : NODE_UNTIL);

    next_token(p);
    n->condition = parse_body(p);
    n->body = parse_do_group(p);
    return n;
}

/* The words after `in`. Reserved ones are ordinary there. */
static struct word *
parse_words(struct parser *p)
{
    struct word *first = NULL;

    for (struct word **tail = &first; p->token.kind == TOKEN_WORD; tail = &(*tail)->next) {
        *tail = p->token.word;
        next_token(p);
    }
    return first;
}

/* for NAME [in WORD...]; do list; done: without `in` it means "$@". */
static struct node *
parse_for(struct parser *p)
{
    struct node *n = new_node(NODE_FOR);

    next_token(p);
    n->name = plain_text(p->token.word);
    if (n->name == NULL || !is_name(n->name))
        unexpected(p);
    next_token(p);
    skip_newlines(p);
    n->has_words = at_word(p, "in");
    if (n->has_words) {
        next_token(p);
        n->words = parse_words(p);
    }
    if (p->token.kind == TOKEN_SEMICOLON)
        next_token(p);
    skip_newlines(p);
    n->body = parse_do_group(p);
    return n;
}

struct node *
parse_compound(struct parser *p)
{
    static const struct {
        const char *word;
        struct node *(*parse)(struct parser *p);
    } rules[] = {
        { "{", parse_group },     { "if", parse_if },   { "while", parse_while },
        { "until", parse_while }, { "for", parse_for },
    };
    struct node *n = NULL;

    if (p->token.kind == TOKEN_OPEN)
        n = parse_subshell(p);
    for (unsigned i = 0; n == NULL && i < sizeof rules / sizeof rules[0]; i++)
        if (at_word(p, rules[i].word))
            n = rules[i].parse(p);
    if (n != NULL)
        n->redirects = parse_redirects(p);
    return n;
}
