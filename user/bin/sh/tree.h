/* tree.h - the tree that the parser builds and run.c walks.
 *
 * Lists are chains through `next`, not deep trees: a script of a thousand commands in one list must
 * not need a stack of a thousand frames. All of it lives in the arena. */
#pragma once

enum part_kind {
    PART_TEXT,
    PART_PARAMETER,  /* $NAME ${NAME} $1 $? ${NAME:-WORD} */
    PART_COMMAND,    /* $(...) `...` */
    PART_ARITHMETIC, /* $((...)) */
};

enum { PARAMETER_LENGTH = 'l' };

/* A piece of a word that is expanded in one way. */
struct part {
    enum part_kind kind;
    bool quoted;          /* not split into fields, no file names from it */
    const char *text;     /* PART_TEXT: itself; PART_PARAMETER: the name */
    char sign;            /* PART_PARAMETER: 0 - = ? + # % or PARAMETER_LENGTH */
    bool colon;           /* before - = ? +: the empty value counts as none */
    bool longest;         /* ## and %% */
    struct word *operand; /* behind the sign; of PART_ARITHMETIC: the expression */
    struct node *tree;    /* of PART_COMMAND */
    struct part *next;
};

/* As written, before any expansion: a loop expands it anew in each round. */
struct word {
    struct part *parts;
    struct word *next;
};

enum redirect_kind {
    REDIRECT_READ,      /* < */
    REDIRECT_WRITE,     /* > and >|, which are one: nothing forbids to write over a file */
    REDIRECT_APPEND,    /* >> */
    REDIRECT_BOTH,      /* <> */
    REDIRECT_DUPLICATE, /* <& and >&, with a digit or - */
    REDIRECT_HERE,      /* <<; the target is the text itself */
    REDIRECT_HERE_TABS, /* <<-, which takes tabs off the lines */
};

/* `2>&1` is descriptor 2, REDIRECT_DUPLICATE, the word 1. */
struct redirect {
    int fd;
    enum redirect_kind kind;
    struct word *target;
    struct redirect *next;
    struct redirect *next_here; /* whose lines follow, while the parser has not read them */
};

enum node_kind {
    NODE_SIMPLE,     /* assignments, words */
    NODE_PIPELINE,   /* body: its stages */
    NODE_NOT,        /* body */
    NODE_AND_OR,     /* body: a chain, each with its `joined` */
    NODE_LIST,       /* body: a chain */
    NODE_BACKGROUND, /* body */
    NODE_SUBSHELL,   /* body */
    NODE_GROUP,      /* body */
    NODE_IF,         /* condition, body, otherwise */
    NODE_WHILE,      /* condition, body */
    NODE_UNTIL,      /* condition, body */
    NODE_FOR,        /* name, words, body */
    NODE_CASE,       /* words: one; body: a chain of NODE_ITEM */
    NODE_ITEM,       /* words: patterns; body, or NULL */
    NODE_FUNCTION,   /* name, body */
};

/* What has to come before a link of NODE_AND_OR for it to run. */
enum joined { JOINED_FIRST, JOINED_AND, JOINED_OR };

/* One structure for all kinds: the members that a kind has no use for are zero. */
struct node {
    enum node_kind kind;
    enum joined joined;
    struct node *next; /* in the chain that this node is a link of */
    struct redirect *redirects;
    struct word *assignments, *words;
    struct node *condition, *body, *otherwise;
    const char *name;
};
