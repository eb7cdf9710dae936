/*
 * lexer.c - from characters to tokens: operators, redirections, words.
 *
 * What a word is made of is word.c's business. A token is read when the parser asks for it and not
 * sooner, so that the shell never waits for a line that the command does not need.
 * Follows POSIX.1-2017, "Shell Command Language", 2.3 Token Recognition.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "sh.h"

void
syntax_error(struct parser *p, const char *format, ...)
{
    va_list arguments;

    if (!p->failed && !interrupted) { /* ctrl-c is no error of the line that it ends */
        fprintf(stderr, "sh: line %d: ", p->in->line);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
    }
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

static struct token
read_redirect(struct input *in, int fd)
{
    struct token token = { .kind = TOKEN_REDIRECT, .fd = fd };

    if (input_next(in) == '<') {
        token.redirect = accept(in, '&')   ? REDIRECT_DUPLICATE
                         : accept(in, '>') ? REDIRECT_READ_WRITE
                         : !accept(in, '<') ? REDIRECT_READ
                         : accept(in, '-') ? REDIRECT_HERE_TABS
                                           : REDIRECT_HERE;
        token.fd = fd < 0 ? 0 : fd;
    } else {
        token.redirect = accept(in, '&')   ? REDIRECT_DUPLICATE
                         : accept(in, '>') ? REDIRECT_APPEND
                                           : REDIRECT_WRITE;
        accept(in, '|'); /* >| overrides an option that this shell does not have */
        token.fd = fd < 0 ? 1 : fd;
    }
    return token;
}

/* An operator of one character c, or of two when c comes twice. */
static enum token_kind
once_or_twice(struct input *in, int c, enum token_kind once, enum token_kind twice)
{
    input_next(in);
    return accept(in, c) ? twice : once;
}

static enum token_kind
read_operator(struct input *in, int c)
{
    switch (c) {
    case '&':
        return once_or_twice(in, c, TOKEN_AMPERSAND, TOKEN_AND_IF);
    case '|':
        return once_or_twice(in, c, TOKEN_PIPE, TOKEN_OR_IF);
    case ';':
        return once_or_twice(in, c, TOKEN_SEMICOLON, TOKEN_CASE_END);
    case '(':
        input_next(in);
        return TOKEN_OPEN;
    case ')':
        input_next(in);
        return TOKEN_CLOSE;
    case '\n':
        input_next(in);
        return TOKEN_NEWLINE;
    default:
        return TOKEN_WORD;
    }
}

void
next_token(struct parser *p)
{
    struct input *in = p->in;

    if (p->failed)
        return;
    skip_blanks(in);
    int c = input_peek(in);
    int second = input_peek_second(in);
    if (c == INPUT_END) {
        p->token = (struct token){ .kind = TOKEN_END };
    } else if (c == '<' || c == '>') {
        p->token = read_redirect(in, -1);
    } else if (isdigit(c) && (second == '<' || second == '>')) {
        p->token = read_redirect(in, input_next(in) - '0');
    } else {
        p->token = (struct token){ .kind = read_operator(in, c) };
        if (p->token.kind == TOKEN_WORD)
            p->token.word = read_word(p);
        if (p->token.kind == TOKEN_NEWLINE)
            read_here_documents(p);
    }
    if (p->failed)
        p->token = (struct token){ .kind = TOKEN_ERROR };
    in->continues = true;
}
