/* lexer.c - from characters to tokens: operators, redirections, words.
 *
 * What a word is made of is word.c's business. A token is read when the parser asks for it and not
 * sooner, so that the shell never waits for a line that the command does not need.
 * Follows POSIX.1-2017, "Shell Command Language", 2.3 Token Recognition. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "sh.h"

/* Where two begin alike, the longer one stands first. `fd` is the descriptor of a redirection that
 * names none. */
static const struct {
    const char *text;
    enum token_kind kind;
    enum redirect_kind redirect;
    int fd;
} operators[] = {
    { "&&", TOKEN_OTHER, 0, 0 },
    { "||", TOKEN_OTHER, 0, 0 },
    { "&", TOKEN_OTHER, 0, 0 },
    { "|", TOKEN_OTHER, 0, 0 },
    { ";;", TOKEN_OTHER, 0, 0 },
    { ";", TOKEN_OTHER, 0, 0 },
    { "(", TOKEN_OTHER, 0, 0 },
    { ")", TOKEN_OTHER, 0, 0 },
    { "\n", TOKEN_OTHER, 0, 0 },
    { ">>", TOKEN_REDIRECT, REDIRECT_APPEND, 1 },
    { ">&", TOKEN_REDIRECT, REDIRECT_DUPLICATE, 1 },
    { ">|", TOKEN_REDIRECT, REDIRECT_WRITE, 1 },
    { ">", TOKEN_REDIRECT, REDIRECT_WRITE, 1 },
    { "<<<", TOKEN_OTHER, 0, 0 },
    { "<<-", TOKEN_REDIRECT, REDIRECT_HERE_TABS, 0 },
    { "<<", TOKEN_REDIRECT, REDIRECT_HERE, 0 },
    { "<&", TOKEN_REDIRECT, REDIRECT_DUPLICATE, 0 },
    { "<>", TOKEN_REDIRECT, REDIRECT_BOTH, 0 },
    { "<", TOKEN_REDIRECT, REDIRECT_READ, 0 },
};

/* Later errors are mostly a consequence of the first, and are not told. */
void
syntax_error(struct parser *p, const char *what, const char *detail)
{
    if (!p->failed && !interrupted) /* ctrl-c is no error of the line that it ends */
        fprintf(stderr, "sh: line %d: syntax error: %s%s\n", p->in->line, what, detail);
    p->failed = true;
    p->token = (struct token){ .text = "" };
}

/* What bash or a newer POSIX knows and this shell does not is told by its name: it must not run
 * with another meaning, nor be taken for a slip of the pen. */
void
not_supported(struct parser *p, const char *what)
{
    if (!p->failed)
        complain(0, "%s: not supported", what);
    p->failed = true;
    p->token = (struct token){ .text = "" };
}

/* One question for operators and reserved words: the grammar needs no other difference. */
bool
at(const struct parser *p, const char *text)
{
    return p->token.text && strcmp(p->token.text, text) == 0;
}

/* Goes past blanks, ends of lines that a backslash joins, and a comment, to the next token. A `#`
 * inside of a word is ordinary, because this is called between words only. */
static void
skip_blanks(struct input *in)
{
    for (;;) {
        int c = input_peek(in);
        bool joined = c == '\\' && in->at[1] == '\n';
        if (c != ' ' && c != '\t' && !joined)
            break;
        input_next(in);
        if (joined)
            input_next(in);
    }
    if (input_peek(in) == '#')
        in->at += strcspn(in->at, "\n");
}

/* Reads the operator that begins here. When none does, it reads nothing and returns false. The
 * characters are taken one by one, because a newline among them counts a line. */
static bool
read_operator(struct parser *p, struct token *token)
{
    struct input *in = p->in;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(in->at, operators[i].text, length) != 0)
            continue;
        while (length-- > 0)
            input_next(in);
        *token = (struct token){ .kind = operators[i].kind,
                                 .text = operators[i].text,
                                 .fd = operators[i].fd,
                                 .redirect = operators[i].redirect };
        if (token->text[0] == '\n')
            token->text = END_OF_LINE;
        if (strcmp(token->text, "<<<") == 0)
            not_supported(p, "<<<");
        return true;
    }
    return false;
}

/* The text of a word that is nothing but unquoted text, else NULL. Only such a word may be a
 * reserved one. */
static const char *
plain_text(const struct word *word)
{
    const struct part *part = word->parts;
    if (!part || part->next || part->kind != PART_TEXT || part->quoted)
        return NULL;
    return part->text;
}

/* Reads a token, whatever it is. A digit is a descriptor only if the arrow follows at once:
 * `echo 2 >f` prints 2. */
static struct token
read_token(struct parser *p)
{
    struct input *in = p->in;
    struct token token = { .text = END_OF_FILE };
    skip_blanks(in);
    int c = input_peek(in);
    if (c == INPUT_END)
        return token;
    if (isdigit(c) && (in->at[1] == '<' || in->at[1] == '>')) {
        input_next(in);
        read_operator(p, &token);
        token.fd = c - '0';
        return token;
    }
    if (read_operator(p, &token))
        return token;
    struct word *word = read_word(p);
    return (struct token){ .kind = TOKEN_WORD, .word = word, .text = plain_text(word) };
}

/* After a syntax error, also one inside of $(...), the token is the empty one for good. */
void
next_token(struct parser *p)
{
    if (p->failed)
        return;
    p->token = read_token(p);
    if (p->failed)
        p->token = (struct token){ .text = "" };
    if (at(p, END_OF_LINE) || at(p, END_OF_FILE))
        read_here_documents(p);
}
