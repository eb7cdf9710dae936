/*
 * expand.h - what expand.c and parameter.c share: the fields that a word becomes.
 */
#ifndef POSTERN_SH_EXPAND_H
#define POSTERN_SH_EXPAND_H

#include "sh.h"

struct fields {
    char **list;
    size_t count, room;
    struct text field; /* the one that grows, as a pattern */
    bool started;      /* there is one, though it may be empty: "" */
    bool pattern;      /* it has an unquoted * ? [ */
    bool split;        /* into fields; else all is one text */
    bool in_operand;   /* of ${NAME-operand}: its text is split like a value */
    bool after_blank;  /* a blank of IFS has just ended a field */
};

void emit_char(struct fields *f, char c, bool quoted);
/* Adds a value; unquoted it is split at IFS and may be a pattern. */
void emit_value(struct fields *f, const char *value, bool quoted);
/* Adds $1 ..., as $@ or (joined) as $*. */
void emit_arguments(struct fields *f, bool quoted, bool joined);
void emit_word(struct fields *f, const struct word *w);
void emit_parameter(struct fields *f, const struct part *part);
void end_field(struct fields *f);

#endif
