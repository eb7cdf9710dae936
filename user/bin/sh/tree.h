/*
 * tree.h - the tree that the parser builds and run.c walks.
 *
 * Lists are chains through `next`, not deep trees: a script of a thousand commands in one list
 * must not need a stack of a thousand frames. All of it lives in the arena.
 */
#ifndef POSTERN_SH_TREE_H
#define POSTERN_SH_TREE_H

#include <stdbool.h>

enum part_kind { PART_TEXT, PART_PARAMETER, PART_COMMAND, PART_ARITHMETIC };

/* What stands behind the name in ${NAME...}. */
enum operation {
    OPERATION_NONE,
    OPERATION_LENGTH,       /* ${#NAME} */
    OPERATION_DEFAULT,      /* -  the word when it is not set */
    OPERATION_ASSIGN,       /* =  the same, and NAME is set to it */
    OPERATION_ALTERNATIVE,  /* +  the word when it is set */
    OPERATION_REQUIRE,      /* ?  an error when it is not set */
    OPERATION_CUT_PREFIX,   /* #  without the shortest prefix that matches */
    OPERATION_CUT_PREFIXES, /* ## without the longest */
    OPERATION_CUT_SUFFIX,   /* %  */
    OPERATION_CUT_SUFFIXES, /* %% */
};

/* A piece of a word that is expanded in one way. */
struct part {
    enum part_kind kind;
    bool quoted;              /* not split into fields, no file names from it */
    const char *text;         /* PART_TEXT: itself; PART_PARAMETER: the name */
    enum operation operation;
    bool or_empty;            /* `:` before the operation: empty counts as not set */
    struct word *operand;     /* of the operation; PART_ARITHMETIC: the expression */
    struct node *tree;        /* of PART_COMMAND */
    struct part *next;
};

struct word {
    struct part *parts;
    struct word *next;
};

enum redirect_kind {
    REDIRECT_READ,       /* <  */
    REDIRECT_WRITE,      /* >  */
    REDIRECT_APPEND,     /* >> */
    REDIRECT_READ_WRITE, /* <> */
    REDIRECT_DUPLICATE,  /* <& and >&, a digit or - */
    REDIRECT_HERE,       /* << */
    REDIRECT_HERE_TABS,  /* <<- without leading tabs; only until the document has been read */
};

struct redirect {
    int fd;
    enum redirect_kind kind;
    struct word *target;           /* the document itself for REDIRECT_HERE */
    struct redirect *next;
    struct redirect *next_pending; /* in parser.here */
};

enum node_kind {
    NODE_SIMPLE,     /* assignments, words */
    NODE_PIPELINE,   /* children */
    NODE_NOT,        /* children: one */
    NODE_AND_OR,     /* children, each with its `joined` */
    NODE_LIST,       /* children */
    NODE_BACKGROUND, /* children: one */
    NODE_SUBSHELL,   /* body */
    NODE_GROUP,      /* body */
    NODE_IF,         /* condition, body, otherwise */
    NODE_WHILE,      /* condition, body */
    NODE_UNTIL,      /* condition, body */
    NODE_FOR,        /* name, words (has_words false: "$@"), body */
    NODE_CASE,       /* words: the subject, cases */
};

enum joined { JOINED_FIRST, JOINED_AND, JOINED_OR };

struct case_item {
    struct word *patterns;
    struct node *body;
    struct case_item *next;
};

struct node {
    enum node_kind kind;
    enum joined joined;
    struct node *next; /* in the chain that this node is a child of */
    struct redirect *redirects;
    struct node *children;
    struct word *assignments, *words;
    struct node *condition, *body, *otherwise;
    const char *name;
    bool has_words;
    struct case_item *cases;
};

#endif
