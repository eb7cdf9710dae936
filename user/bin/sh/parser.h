/*
 * parser.h - what parser.c and compound.c share: the rules of the grammar call each other.
 */
#ifndef POSTERN_SH_PARSER_H
#define POSTERN_SH_PARSER_H

#include "sh.h"

struct node *new_node(enum node_kind kind);
/* A syntax error that names the token being looked at. */
void unexpected(struct parser *p);
/* Whether the token is this word, unquoted: reserved words are words in the right place. */
bool at_word(const struct parser *p, const char *word);
void skip_newlines(struct parser *p);
/* Redirections, as many as there are. */
struct redirect *parse_redirects(struct parser *p);
/* A list over several lines, up to a token that cannot continue it; it must not be empty. */
struct node *parse_body(struct parser *p);
/* The same, but NULL when it is empty. */
struct node *parse_optional_body(struct parser *p);
/* A compound command with its redirections; NULL when none begins here. */
struct node *parse_compound(struct parser *p);

#endif
