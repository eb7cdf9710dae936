/* fields.h - what expand.c and parameter.c share: the arguments that grow out of words.
 *
 * The rest of the shell knows expand_words and expand_text alone (sh.h). */
#pragma once

#include "sh.h"

/* The result in the making. */
struct fields {
    struct list list;
    struct text field; /* the one that grows, as a pattern */
    bool started;      /* there is one, though it may be empty: "" */
    bool pattern;      /* it has an unquoted * ? or [...] */
    bool bracket;      /* it has an unquoted [ */
    bool split;        /* into fields at the characters of IFS; else all is one text */
    bool behind_blank; /* a blank of IFS has ended the last field, another separator would not */
};

/* expand.c. Ends the field if there is one; a pattern that matches no file stays as it is. */
void end_field(struct fields *f);
void emit_char(struct fields *f, char c, bool quoted);
/* Adds a value. Unquoted it is split into fields, and may be a pattern. */
void emit_value(struct fields *f, const char *value, bool quoted);
/* Adds what one piece stands for. */
void emit_part(struct fields *f, const struct part *part);

/* parameter.c */
void emit_parameter(struct fields *f, const struct part *part);
