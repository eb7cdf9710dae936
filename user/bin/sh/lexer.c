/*
 * lexer.c - from characters to tokens: operators, redirections, words.
 *
 * What a word is made of is word.c's business. A token is read when the parser asks for it and not
 * sooner, so that the shell never waits for a line that the command does not need.
 * Follows POSIX.1-2017, "Shell Command Language", 2.3 Token Recognition.
 */
#include <ctype.h>
#include <stdio.h>
#include "sh.h"

void
syntax_error(struct parser *p, const char *what, const char *detail)
{
    if (!p->failed && !interrupted) /* ctrl-c is no error of the line that it ends */
        fprintf(stderr, "sh: line %d: syntax error: %s%s\n", p->in->line, what, detail);
    p->failed = true;
    p->token = (struct token){ .kind = TOKEN_ERROR };
}

/* Blanks, joined lines and a comment, up to the next token. */
static void
skip_blanks(struct input *in)
{
    for (;;) {
        int c = input_peek(in);
        if (c == '\\' && input_peek_second(in) == '\n')
            input_next(in);
        else if (c != ' ' && c != '\t')
            break;
        input_next(in);
    }
    if (input_peek(in) == '#')
        while (input_peek(in) != '\n' && input_peek(in) != INPUT_END)
            input_next(in);
}

/* Takes the next character if it is c. */
static bool
accept(struct input *in, int c)
{
    if (input_peek(in) != c)
        return false;
    input_next(in);
    return true;
}

/* At `<` or `>`; fd is the digit before it, -1 without one. */
static struct token
read_redirect(struct input *in, int fd)
{
    bool output = input_next(in) == '>';
    struct token token = { .kind = TOKEN_REDIRECT, .fd = fd >= 0 ? fd : output };

    if (accept(in, '&'))
        token.redirect = REDIRECT_DUPLICATE;
    else if (!output)
        token.redirect = REDIRECT_READ;
    else
        token.redirect = accept(in, '>') ? REDIRECT_APPEND : REDIRECT_WRITE;
    return token;
}

/* TOKEN_WORD, and nothing read, when no operator begins here. */
static enum token_kind
read_operator(struct input *in)
{
    static const struct {
        char c;
        enum token_kind once, twice;
    } operators[] = {
        { '&', TOKEN_AMPERSAND, TOKEN_AND_IF }, { '|', TOKEN_PIPE, TOKEN_OR_IF },
        { ';', TOKEN_SEMICOLON, TOKEN_WORD },   { '(', TOKEN_OPEN, TOKEN_WORD },
        { ')', TOKEN_CLOSE, TOKEN_WORD },       { '\n', TOKEN_NEWLINE, TOKEN_WORD },
    };

    for (unsigned i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        bool doubles = operators[i].twice != TOKEN_WORD;
        if (accept(in, operators[i].c))
            return doubles && accept(in, operators[i].c) ? operators[i].twice : operators[i].once;
    }
    return TOKEN_WORD;
}

/* A digit is a descriptor only if the arrow follows at once: `echo 2 >f` prints 2. */
void
next_token(struct parser *p)
{
    struct input *in = p->in;

    if (p->failed)
        return;
    skip_blanks(in);
    int c = input_peek(in);
    int second = input_peek_second(in);
    p->token = (struct token){ .kind = TOKEN_END };
    if (c == '<' || c == '>')
        p->token = read_redirect(in, -1);
    else if (isdigit(c) && (second == '<' || second == '>'))
        p->token = read_redirect(in, input_next(in) - '0');
    else if (c != INPUT_END)
        p->token.kind = read_operator(in);
    if (p->token.kind == TOKEN_WORD)
        p->token.word = read_word(p);
    if (p->failed)
        p->token.kind = TOKEN_ERROR;
    in->continues = true;
}
