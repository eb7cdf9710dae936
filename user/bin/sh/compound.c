/* compound.c - the commands that hold commands: ( ), { }, if, while, until, for, case.
 *
 * A reserved word is recognized only where a command can begin: `echo if` is ordinary. Each
 * function here is called at the first word of its construct.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.4 Compound Commands. */

#include <string.h>
#include "sh.h"

/* A list over several lines, up to what cannot continue it; it must not be empty. */
static struct node *
parse_body(struct parser *p)
{
    struct node *list = parse_list(p, false);
    if (!list)
        unexpected(p);
    return list;
}

/* ( list ) and { list ; }: braces are words, so a separator has to stand before the closing one. */
static struct node *
parse_group(struct parser *p)
{
    bool subshell = at(p, "(");
    next_token(p);
    struct node *n = new_node(subshell ? NODE_SUBSHELL : NODE_GROUP, parse_body(p));
    expect(p, subshell ? ")" : "}");
    return n;
}

/* if list; then list; [elif list; then list;]... [else list;] fi */
static struct node *
parse_if(struct parser *p)
{
    struct node *first = NULL;
    struct node **end = &first; /* a loop and no recursion: chains of elif may be long */
    do {
        struct node *n = new_node(NODE_IF, NULL);
        *end = n;
        next_token(p);
        n->condition = parse_body(p);
        expect(p, "then");
        n->body = parse_body(p);
        end = &n->otherwise;
    } while (at(p, "elif"));
    if (at(p, "else")) {
        next_token(p);
        *end = parse_body(p);
    }
    expect(p, "fi");
    return first;
}

/* do list; done: the second half of every loop. */
static struct node *
parse_do_group(struct parser *p)
{
    expect(p, "do");
    struct node *body = parse_body(p);
    expect(p, "done");
    return body;
}

/* while list; do list; done, and the same with until. */
static struct node *
parse_while(struct parser *p)
{
    struct node *n = new_node(at(p, "while") ? NODE_WHILE : NODE_UNTIL, NULL);
    next_token(p);
    n->condition = parse_body(p);
    n->body = parse_do_group(p);
    return n;
}

/* for NAME [in WORD...]; do list; done. Without `in` it means "$@"; behind `in`, reserved words are
 * ordinary ones. */
static struct node *
parse_for(struct parser *p)
{
    struct node *n = new_node(NODE_FOR, NULL);
    struct word **tail = &n->words;
    next_token(p);
    n->name = p->token.text;
    if (!n->name || !is_name(n->name))
        unexpected(p);
    next_token(p);
    skip_newlines(p);
    if (at(p, "in")) {
        next_token(p);
        for (; p->token.kind == TOKEN_WORD; next_token(p)) {
            *tail = p->token.word;
            tail = &(*tail)->next;
        }
    } else {
        *tail = parameter_word("@");
    }
    if (at(p, ";"))
        next_token(p);
    skip_newlines(p);
    n->body = parse_do_group(p);
    return n;
}

/* [(] PATTERN [| PATTERN]... ) [list] ;; - behind the last one the ;; may be missing. */
static struct node *
parse_item(struct parser *p)
{
    struct node *n = new_node(NODE_ITEM, NULL);
    struct word **tail = &n->words;
    if (at(p, "("))
        next_token(p);
    while (p->token.kind == TOKEN_WORD) {
        *tail = p->token.word;
        tail = &(*tail)->next;
        next_token(p);
        if (!at(p, "|"))
            break;
        next_token(p);
    }
    if (!n->words)
        unexpected(p);
    expect(p, ")");
    n->body = parse_list(p, false);
    if (at(p, ";;"))
        next_token(p);
    else if (!at(p, "esac"))
        unexpected(p);
    skip_newlines(p);
    return n;
}

/* case WORD in [item]... esac */
static struct node *
parse_case(struct parser *p)
{
    struct node *n = new_node(NODE_CASE, NULL);
    struct node **tail = &n->body;
    next_token(p);
    n->words = p->token.word;
    if (p->token.kind != TOKEN_WORD)
        unexpected(p);
    next_token(p);
    skip_newlines(p);
    expect(p, "in");
    skip_newlines(p);
    while (!p->failed && !at(p, "esac")) {
        *tail = parse_item(p);
        tail = &(*tail)->next;
    }
    expect(p, "esac");
    return n;
}

/* What bash has and this shell has not: each would otherwise be taken for a command's name. */
static struct node *
parse_missing(struct parser *p)
{
    not_supported(p, p->token.text);
    return new_node(NODE_LIST, NULL);
}

static const struct {
    const char *opening;
    struct node *(*parse)(struct parser *p);
} rules[] = {
    { "(", parse_group },        { "{", parse_group },     { "if", parse_if },
    { "while", parse_while },    { "until", parse_while }, { "for", parse_for },
    { "case", parse_case },      { "[[", parse_missing },  { "function", parse_missing },
    { "select", parse_missing },
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

bool
is_reserved(const char *word)
{
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].parse != parse_missing && strcmp(word, rules[i].opening) == 0)
            return true;
    return strcmp(word, "!") == 0 || ends_construct(word);
}

/* The rules are tried in turn; a word that opens none of them begins a simple command. Redirections
 * behind the closing word hold for all that is inside. */
struct node *
parse_compound(struct parser *p)
{
    for (size_t i = 0; i < RULES; i++) {
        if (!at(p, rules[i].opening))
            continue;
        struct node *n = rules[i].parse(p);
        n->redirects = parse_redirects(p);
        return n;
    }
    return NULL;
}
