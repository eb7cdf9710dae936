/*
 * compound.c - the commands that hold commands: ( ), { }, if, while, until, for, case.
 *
 * A reserved word is recognized only where a command can begin and only unquoted: `echo if` and
 * `"if"` are ordinary. Each function here is called at its first word.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.4 Compound Commands.
 */
#include "parser.h"

static void
expect_word(struct parser *p, const char *word)
{
    if (at_word(p, word))
        next_token(p);
    else
        unexpected(p);
}

static void
expect(struct parser *p, enum token_kind kind)
{
    if (p->token.kind == kind)
        next_token(p);
    else
        unexpected(p);
}

static struct node *
parse_subshell(struct parser *p)
{
    struct node *n = new_node(NODE_SUBSHELL);

    next_token(p);
    n->body = parse_body(p);
    expect(p, TOKEN_CLOSE);
    return n;
}

static struct node *
parse_group(struct parser *p)
{
    struct node *n = new_node(NODE_GROUP);

    next_token(p);
    n->body = parse_body(p);
    expect_word(p, "}");
    return n;
}

/* At `if` or `elif`; reads up to the `fi`, which belongs to the outermost. */
static struct node *
parse_if_branch(struct parser *p)
{
    struct node *first = new_node(NODE_IF);
    struct node *n = first;

    for (;;) { /* a loop and not recursion: a chain of elif may be long */
        next_token(p);
        n->condition = parse_body(p);
        expect_word(p, "then");
        n->body = parse_body(p);
        if (!at_word(p, "elif"))
            break;
        n->otherwise = new_node(NODE_IF);
        n = n->otherwise;
    }
    if (at_word(p, "else")) {
        next_token(p);
        n->otherwise = parse_body(p);
    }
    return first;
}

static struct node *
parse_if(struct parser *p)
{
    struct node *n = parse_if_branch(p);

    expect_word(p, "fi");
    return n;
}

static struct node *
parse_do_group(struct parser *p)
{
    expect_word(p, "do");
    struct node *body = parse_body(p);
    expect_word(p, "done");
    return body;
}

static struct node *
parse_while(struct parser *p)
{
    struct node *n = new_node(at_word(p, "while") ? NODE_WHILE : NODE_UNTIL);

    next_token(p);
    n->condition = parse_body(p);
    n->body = parse_do_group(p);
    return n;
}

static struct word *
parse_words(struct parser *p)
{
    struct word *first = NULL;
    struct word **tail = &first;

    while (p->token.kind == TOKEN_WORD) {
        *tail = p->token.word;
        tail = &(*tail)->next;
        next_token(p);
    }
    return first;
}

static bool
is_name(const char *text)
{
    if (text == NULL || !is_name_start(*text))
        return false;
    while (is_name_char(*text))
        text++;
    return *text == '\0';
}

static struct node *
parse_for(struct parser *p)
{
    struct node *n = new_node(NODE_FOR);

    next_token(p);
    n->name = p->token.kind == TOKEN_WORD ? plain_text(p->token.word) : NULL;
    if (!is_name(n->name)) {
        unexpected(p);
        return n;
    }
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

/* pattern | pattern ) list, with an optional `(` before. */
static struct case_item *
parse_case_item(struct parser *p)
{
    struct case_item *item = arena_alloc(sizeof *item);
    struct word **tail = &item->patterns;

    if (p->token.kind == TOKEN_OPEN)
        next_token(p);
    for (;;) {
        *tail = p->token.word;
        expect(p, TOKEN_WORD);
        if (p->token.kind != TOKEN_PIPE)
            break;
        tail = &(*tail)->next;
        next_token(p);
    }
    expect(p, TOKEN_CLOSE);
    item->body = parse_optional_body(p);
    return item;
}

static struct node *
parse_case(struct parser *p)
{
    struct node *n = new_node(NODE_CASE);
    struct case_item **tail = &n->cases;

    next_token(p);
    n->words = p->token.word;
    expect(p, TOKEN_WORD);
    skip_newlines(p);
    expect_word(p, "in");
    skip_newlines(p);
    while (!p->failed && !at_word(p, "esac")) {
        *tail = parse_case_item(p);
        tail = &(*tail)->next;
        if (p->token.kind != TOKEN_CASE_END)
            break; /* the last one needs no `;;` */
        next_token(p);
        skip_newlines(p);
    }
    expect_word(p, "esac");
    return n;
}

struct node *
parse_compound(struct parser *p)
{
    static const struct {
        const char *word;
        struct node *(*parse)(struct parser *p);
    } rules[] = {
        { "{", parse_group },    { "if", parse_if },   { "while", parse_while },
        { "until", parse_while }, { "for", parse_for }, { "case", parse_case },
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
