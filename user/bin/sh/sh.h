/*
 * sh.h - what the files of the shell share. The way of a command, one file a step:
 *
 *   main.c      options, and the loop: parse a command, run it
 *   input.c     characters, from a string, a file or (editor.c, history.c) the terminal
 *   lexer.c     characters to tokens; word.c keeps quotes and `$` of a word as parts; heredoc.c
 *   parser.c    tokens to a tree (tree.h); compound.c: if, while, for, case, ( ), { }
 *   expand.c    words to arguments (arithmetic.c, glob.c, variables.c)
 *   run.c       walks the tree; process.c forks, execs and waits; redirect.c; builtins.c, test.c
 *
 * The language is that of POSIX.1-2017, chapter "Shell Command Language", without functions, trap,
 * aliases and job control. Memory of a command comes from arena.c and is given back as a whole.
 */
#ifndef POSTERN_SH_H
#define POSTERN_SH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "tree.h"

enum {
    STATUS_SYNTAX = 2,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128, /* plus the signal's number */
    SHELL_FD = 10,       /* descriptors from here on are the shell's own; scripts name 0 to 9 */
    NESTING_LIMIT = 200, /* of commands in commands: deeper input is refused, not a stack overflow */
};

/* Set by ctrl-c at a shell that reads commands from a person: ends what is being run. */
extern volatile sig_atomic_t interrupted;

/* Why the walk through the tree is being left early. */
enum unwind { RUNNING, BREAKING, CONTINUING, ABANDONED };

struct shell {
    const char *name;      /* $0 */
    char **arguments;      /* $1 ..., argument_count of them */
    int argument_count;
    int status;            /* $? */
    pid_t pid;             /* $$: in a subshell still that of the shell itself */
    pid_t last_background; /* $!, 0: none yet */
    bool interactive;      /* commands are typed: an error ends the command, not the shell */
    bool owns_terminal;    /* each pipeline gets a process group, the running one the terminal */
    enum unwind unwind;
    int unwind_loops;      /* how many loops `break` or `continue` still has to leave */
    int loop_depth;
    int run_depth;
    int substitution_status; /* of the last $(...): the status of a command that only assigns */
    bool exit_on_error;    /* set -e */
    int tested;            /* > 0: inside a condition, where set -e does not look */
    bool last_command;     /* nothing comes after the next command: it needs no fork */
    int terminal;          /* its descriptor, while owns_terminal */
};
extern struct shell shell;

/* Prints "sh: " and the message to standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends what is being run after an error that POSIX calls fatal: a shell that reads commands from a
 * person goes back to its prompt, any other exits. Sets the status. Returns only to be unwound. */
void abandon(int status);

/* --- arena.c: memory that is given back in one go ---------------------------------------------- */

struct arena_mark {
    struct chunk *chunk;
    size_t used;
};

/* Never NULL: without memory the shell ends with a message. The bytes are zero. */
void *arena_alloc(size_t size);
char *arena_copy(const char *text, size_t length);
struct arena_mark arena_mark(void);
/* Frees all that was allocated since. */
void arena_release(struct arena_mark mark);
/* For what lives longer than a command: strdup that never fails. The caller frees it. */
char *copy_string(const char *text);
_Noreturn void out_of_memory(void);

/* A text that grows, in the arena. Start it with zeros. */
struct text {
    char *data;
    size_t length, room;
};
void text_add(struct text *t, char c);
void text_append(struct text *t, const char *s);
/* The finished text, ended by a zero; t is empty again. */
char *text_take(struct text *t);

/* --- input.c ------------------------------------------------------------------------------------ */

enum { INPUT_END = -1 };

struct input {
    const char *at, *end; /* what has been read and not yet used */
    int line;             /* the number of the line at `at`, from 1 */
    /* Puts the next line into buffer; false at the end. NULL: there is only what is there. */
    bool (*refill)(struct input *in);
    int fd;
    bool final;           /* nothing will be run after it */
    bool continues;       /* inside a command: a person sees the prompt "> " */
    char *buffer;
    size_t room;
};

void input_from_string(struct input *in, const char *text);
/* Lines from a file. Never takes more than a line off a file that others may read on from. */
void input_from_fd(struct input *in, int fd);
/* Opens a script where its own descriptors 0 to 9 are not in the way; -1 with errno. */
int open_script(const char *path);
void input_close(struct input *in);
/* The next character, or INPUT_END; peek leaves it there. */
int input_peek(struct input *in);
int input_next(struct input *in);
/* The character after the next one, INPUT_END when that is not in the same line. */
int input_peek_second(struct input *in);
/* Forgets the rest of the line. */
void input_skip_line(struct input *in);
/* Appends one line of fd, without its newline, to t. False when the file ended before a newline. */
bool read_line(int fd, struct text *t);

/* --- editor.c, history.c ------------------------------------------------------------------------ */

/* Reads a line from the terminal at descriptor 0, with editing; the text lives until the next call.
 * NULL at end of file, and after ctrl-c, which sets `interrupted`. */
const char *edit_line(const char *prompt);
void history_add(const char *line);
/* The line `back` steps ago, 1 being the newest; NULL when there is none. */
const char *history_get(int back);

/* --- lexer.c, word.c, heredoc.c, parser.c, compound.c -------------------------------------------------------------------------- */

enum token_kind {
    TOKEN_END, TOKEN_NEWLINE, TOKEN_WORD, TOKEN_REDIRECT, TOKEN_AND_IF, TOKEN_OR_IF, TOKEN_PIPE,
    TOKEN_SEMICOLON, TOKEN_CASE_END, TOKEN_AMPERSAND, TOKEN_OPEN, TOKEN_CLOSE,
    TOKEN_ERROR, /* after a syntax error there is no other token, which ends every loop */
};

struct token {
    enum token_kind kind;
    struct word *word;             /* of TOKEN_WORD */
    int fd;                        /* of TOKEN_REDIRECT, -1: the usual one */
    enum redirect_kind redirect;
};

struct parser {
    struct input *in;
    struct token token;            /* the one being looked at */
    struct redirect *here;         /* here-documents whose text begins after the next newline */
    int depth;
    bool failed;
};

/* Reads the next token into p->token. */
void next_token(struct parser *p);
/* Says what is wrong, once; from then on every token is TOKEN_ERROR. */
void syntax_error(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The unquoted text of a word that is nothing else, or NULL: what may be a reserved word. */
const char *plain_text(const struct word *w);
/* Reads a word, which begins at the next character. */
struct word *read_word(struct parser *p);
/* Makes a word of a text with the rules between double quotes. */
struct word *read_quoted_text(struct parser *p, const char *text);
/* Turns the delimiter of each redirection in p->here into the document that follows in the input. */
void read_here_documents(struct parser *p);

enum parse_result { PARSED, PARSED_NOTHING, PARSE_END, PARSE_FAILED };
/* Parses up to the end of a line that completes a command. *tree lives in the arena. */
enum parse_result parse_command(struct input *in, struct node **tree);
/* Parses `list )` for the lexer, which has read `$(`. */
struct node *parse_substitution(struct parser *p);
/* Parses all of a text: the inside of backquotes. */
struct node *parse_text(struct parser *p, const char *text);
bool is_name_start(int c);
bool is_name_char(int c);
/* The length of NAME in NAME=..., 0 when the text does not begin so. */
size_t assignment_name(const char *text);

/* --- expand.c, arithmetic.c, glob.c ------------------------------------------------------------- */

/* All expansions, splitting into fields and file names. The result ends with NULL. */
char **expand_words(const struct word *list);
/* Without splitting and file names: one text. */
char *expand_text(const struct word *w);
/* The same as a pattern for pattern_match: what was quoted is preceded by a backslash. */
char *expand_pattern(const struct word *w);
/* Removes the backslashes of a pattern, in place. */
char *unescape(char *pattern);

/* False, with a message, when the text is no expression. */
bool evaluate(const char *text, long *result);

/* Whether `length` characters of text match a pattern of * ? [...] and backslashes. */
bool pattern_match(const char *pattern, const char *text, size_t length);
/* The file names that match, sorted, ended by NULL; NULL when there are none. */
char **match_files(const char *pattern);

/* --- variables.c -------------------------------------------------------------------------------- */

void variables_from_environment(void);
/* NULL when it is not set. Valid until the variable is set again. */
const char *variable_get(const char *name);
void variable_set(const char *name, const char *value);
void variable_unset(const char *name);
void variable_export(const char *name, bool exported);
bool variable_is_exported(const char *name);
void variables_print_exported(void);
/* NAME=VALUE of all exported ones, for execve. In the arena. */
char **variables_environment(void);

/* --- run.c, process.c, jobs.c, redirect.c, builtins.c, read.c, test.c --------------------------- */

/* Runs a tree; the result is its status, $? too. */
int run(const struct node *tree);
/* The same, as the last thing that this process does. */
_Noreturn void run_and_exit(const struct node *tree);
/* Parses and runs all of an input. The result is the last status. */
int run_input(struct input *in);
/* Sets NAME=VALUE as written in each word. */
void assign(const struct word *list, bool exported);

enum { GROUP_NEW = 0, GROUP_SHELL = -1 };
/* fork, with a message when it fails. In the child, signals are as a program expects them and
 * nobody types. When the shell owns the terminal, the child joins the process group `group`, a
 * number, GROUP_NEW or GROUP_SHELL; and that becomes the terminal's if it is `foreground`. */
pid_t fork_shell(pid_t group, bool foreground);
/* Waits for a child and takes the terminal back; a status as $? has it. */
int wait_foreground(pid_t pid);
/* Runs the stages of a pipeline side by side; the status is the last one's. */
int run_pipeline(const struct node *stages);
int run_subshell(const struct node *tree);
/* Runs a program, in a child unless `last`; assignments go to its environment only. */
int run_program(const struct node *command, char **arguments, bool last);
/* The standard output of a tree (NULL: none) without the newlines at its end, in the arena. */
char *capture_output(const struct node *tree);
/* Becomes the program, or ends with 126 or 127 and a message. */
_Noreturn void execute(char **arguments);
/* Makes this shell the terminal's foreground; does nothing without a terminal. */
void own_terminal(void);

/* Runs the tree without waiting for it. */
void run_background(const struct node *tree);
/* Waits for a background command, 127 when pid is none; or for all of them, which gives 0. */
int wait_background(pid_t pid);
int wait_background_all(void);
void forget_background(void);

/* What a descriptor was before a redirection. */
struct saved_fd {
    int fd, copy; /* copy -1: it was closed */
    struct saved_fd *next;
};
/* Carries out the redirections. With `saved` it notes how to undo them. False after a message. */
bool redirect(const struct redirect *list, struct saved_fd **saved);
void redirect_undo(struct saved_fd *saved);

typedef int builtin_function(char **arguments);
/* NULL when the name is no builtin. */
builtin_function *find_builtin(const char *name);
builtin_function exec_builtin, read_builtin, test_builtin;
/* Reads a whole decimal number that is not negative; false for anything else. */
bool parse_count(const char *text, int *number);

#endif
