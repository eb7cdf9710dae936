/* word.h - what word.c and dollar.c share: a word in the making.
 *
 * The rest of the shell knows read_word alone (sh.h). */
#pragma once

#include "sh.h"

/* Characters gather in `text` until a piece of another kind follows. */
struct builder {
    struct parser *p;
    struct input *in;
    struct word *word;
    struct part **tail;
    struct text text;
    bool text_quoted;
};

/* word.c. The builder lives on the caller's stack, the word and its pieces in the arena. */
struct builder begin_word(struct parser *p);
/* Ends the piece of text that is growing, if there is one. */
void flush_text(struct builder *b);
/* Begins a piece of another kind, behind the text that has gathered. */
struct part *add_part(struct builder *b, enum part_kind kind, bool quoted);
void add_char(struct builder *b, int c, bool quoted);
/* Whether there are more characters. The end of the input is an error inside of `opening`. */
bool more(struct builder *b, const char *opening);
/* Reads one character, or all of what a quote, a backquote or `$` begins. */
void read_char(struct builder *b, bool quoted);
/* Reads a `~` alone, or before one of the characters or the zero at the end: it is "$HOME". */
void read_tilde(struct builder *b, const char *ends);
/* Reads up to the closing quote, which is ' or ". */
void read_quoted(struct builder *b, int quote);

/* dollar.c, behind the `$` and behind the opening backquote. */
void read_dollar(struct builder *b, bool quoted);
void read_backquotes(struct builder *b, bool quoted);
