/* sh.h - what the files of the shell share. The way of a command, one file a step:
 *
 *   main.c    options, and where commands come from
 *   input.c   characters, from a string, a file or (editor.c) the terminal
 *   lexer.c   characters to tokens; word.c takes a word to pieces at its quotes, dollar.c at `$`
 *   parser.c  tokens to a tree (tree.h); compound.c: if, while, for, case, ( ), { }; here.c: <<
 *   run.c     walks the tree; simple.c: a function (function.c), a builtin (builtins.c, read.c,
 *             test.c, type.c, help.c) or a program; pipeline.c
 *   expand.c  words to arguments, with parameter.c, arithmetic.c and glob.c; redirect.c: < and >
 *
 * Below all of these lie shell.c (state and errors), options.c, arena.c (memory), name.c,
 * variables.c, process.c (fork, wait, exec) and jobs.c (`&`). A file calls only those below it, but
 * for two circles, which are the language's own: $( ) puts commands into words, so word.c needs the
 * parser and expand.c must run a tree.
 *
 * The language is the part of POSIX.1-2017's "Shell Command Language" that scripts live on. What
 * is not here is refused by its name, with status 2, and `help` lists it (builtins.c: all that is
 * missing_builtin; below: MISSING_SYNTAX). Three things differ in silence: ~USER stays as it
 * is, `.` looks for its file in no PATH, and nothing stops or resumes a command. `echo`, `kill` and
 * `printf` are programs. Memory of a command comes from arena.c and is given back as a whole. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "tree.h"

/* --- shell.c ---------------------------------------------------------------------------------- */

enum {
    STATUS_FAILED = 1,
    STATUS_SYNTAX = 2,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128, /* plus the signal's number */
    SHELL_FD = 10,       /* descriptors from here on are the shell's own; scripts name 0 to 9 */
    NESTING_LIMIT = 200, /* deeper input is refused: it must not overflow the stack */
};

/* Why the walk through the tree is being left early. There is no longjmp: each function on the way
 * out puts back what it changed, redirections above all. */
enum unwind { RUNNING, BREAKING, CONTINUING, RETURNING, ABANDONED };

struct shell {
    const char *name; /* $0 */
    char **arguments; /* $1 ..., argument_count of them */
    int argument_count;
    void *set_arguments;     /* the block that `set` has put $1 ... into, or NULL */
    int status;              /* $? */
    int substitution_status; /* of the last $(...): the status of a command that only assigns */
    pid_t pid;               /* $$: in a subshell still that of the shell itself */
    pid_t last_background;   /* $!, 0: none yet */
    bool interactive;        /* a person types: an error ends the command, not the shell */
    bool owns_terminal;      /* each pipeline gets a process group, the running one the terminal */
    int terminal;            /* its descriptor then */
    bool last_command;       /* nothing comes after the next command: it needs no fork */
    enum unwind unwind;
    int unwind_loops; /* how many loops `break` or `continue` still has to leave */
    int loop_depth, run_depth;
    int call_depth;      /* functions and `.` files that `return` can leave */
    int guarded;         /* > 0: the status is asked for, so that `set -e` ends nothing */
    bool exits_on_error; /* set -e */
    bool refuses_unset;  /* set -u */
    bool traces;         /* set -x */
};
extern struct shell shell;

/* Set by ctrl-c at a shell that a person uses: ends what is being run. */
extern volatile sig_atomic_t interrupted;

/* Prints "sh: " and the message to standard error. Returns the status, so that a builtin can
 * complain and end in one step. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gives up what is being run, after an error that POSIX calls fatal or ctrl-c. A shell that a
 * person uses goes back to its prompt, so this returns, to be unwound; any other exits. */
void abandon(int status);

/* --- arena.c: memory that is given back in one go --------------------------------------------- */

/* A place in the arena, to come back to. */
struct arena_mark {
    struct chunk *chunk;
    size_t used;
};

/* Zeroed memory. Never NULL: without memory the shell ends with a message. */
void *arena_alloc(size_t size);
char *arena_copy(const char *text, size_t length);
struct arena_mark arena_mark(void);
/* Frees all that was allocated since. */
void arena_release(struct arena_mark mark);
/* What is there now is never freed: a function was defined, and its tree must outlive the line. */
void arena_keep(void);
/* strdup for what lives longer than a command; never NULL. The caller frees it. */
char *copy_string(const char *text);
_Noreturn void out_of_memory(void);

/* A text that grows, in the arena. It begins as zeros. */
struct text {
    char *data;
    size_t length, room;
};
void text_add(struct text *t, char c);
void text_append(struct text *t, const char *s);
/* The finished text, ended by a zero; t is empty again. */
char *text_take(struct text *t);
/* The three in one, in the arena. */
char *join(const char *a, const char *b, const char *c);

/* A list of texts that grows likewise. */
struct list {
    char **items;
    size_t count, room;
};
void list_add(struct list *l, char *item);
/* The finished list, ended by NULL. */
char **list_take(struct list *l);

/* --- name.c ----------------------------------------------------------------------------------- */

/* The length of the name at the beginning of the text, 0: there is none. */
size_t name_length(const char *text);
bool is_name(const char *text);
/* The length of NAME in NAME=..., 0 when the text does not begin so. */
size_t assignment_name(const char *text);
/* Reads a whole decimal number that is not negative; false for anything else. */
bool parse_count(const char *text, int *number);

/* --- input.c, editor.c ------------------------------------------------------------------------ */

enum { INPUT_END = -1 };

struct input {
    const char *at; /* what has been read and not yet used, up to a zero */
    int line;       /* the number of the line at `at`, from 1 */
    int fd;         /* where further lines come from; -1: what is there is all, it was a string */
    bool typed;     /* they come from the line editor */
    bool ended;     /* what a terminal calls an end can be followed by more: it is asked once */
    bool continues; /* inside a command: a person sees another prompt */
    char *buffer;   /* the line of `at`, to be freed */
};

void input_from_string(struct input *in, const char *text);
/* Lines of a file. Never takes more than a line off a file that others may read on from. */
void input_from_fd(struct input *in, int fd);
/* Opens a script where its own descriptors 0 to 9 are not in the way; -1 with errno. */
int open_script(const char *path);
/* The next character, or INPUT_END. It stays there, at in->at: a whole line stands behind it. */
int input_peek(struct input *in);
int input_next(struct input *in);
/* Appends one line of fd, without its newline, to t. False when the file ended before a newline. */
bool read_line(int fd, struct text *t);

/* Reads a line from the terminal at descriptor 0, with editing; the text lives until the next call.
 * NULL at end of file, and after ctrl-c, which sets `interrupted`. */
const char *edit_line(const char *prompt);
/* Gives the terminal the modes back that it had when a person last typed a line. */
void restore_terminal(void);

/* --- lexer.c, word.c, parser.c, compound.c ---------------------------------------------------- */

enum token_kind { TOKEN_OTHER, TOKEN_WORD, TOKEN_REDIRECT };

/* One token at a time is known, and the parser never needs a second one. */
struct token {
    enum token_kind kind;
    const char *text;            /* of operators and unquoted words: may be a reserved one */
    struct word *word;           /* of TOKEN_WORD */
    int fd;                      /* of TOKEN_REDIRECT */
    enum redirect_kind redirect; /* of TOKEN_REDIRECT */
};

/* The texts of tokens that have none; blanks keep them apart from what a script can write. */
#define END_OF_FILE "end of file"
#define END_OF_LINE "end of line"

struct parser {
    struct input *in;
    struct redirect *here; /* here-documents whose lines are still to come */
    struct token token; /* the one being looked at; after a syntax error the empty one, for good */
    int depth;
    bool in_arguments; /* NAME= begins no assignment here */
    bool failed;
};

/* Reads the next token into p->token. */
void next_token(struct parser *p);
/* Whether the token is this operator or reserved word. */
bool at(const struct parser *p, const char *text);
/* Says what is wrong, once; from then on no token is anything, which ends every loop. */
void syntax_error(struct parser *p, const char *what, const char *detail);
/* The same for a form that this shell does not know. */
void not_supported(struct parser *p, const char *what);
/* A syntax error that names the token being looked at. */
void unexpected(struct parser *p);
/* here.c: reads the lines of the here-documents that were begun on the line that ends here. */
void read_here_documents(struct parser *p);
/* Reads the word that begins at the next character. */
struct word *read_word(struct parser *p);
/* The word "$NAME". */
struct word *parameter_word(const char *name);
/* Parses up to the end of a line that completes a command. *tree lives in the arena; NULL: nothing
 * to run, after an empty line or a syntax error, which is abandoned. False at the end of input. */
bool parse_command(struct input *in, struct node **tree);

/* The rules of the grammar call each other. */
struct node *new_node(enum node_kind kind, struct node *body);
/* Redirections, as many as there are. */
struct redirect *parse_redirects(struct parser *p);
/* A list up to what cannot continue it; NULL: it is empty. */
struct node *parse_list(struct parser *p, bool one_line);
void skip_newlines(struct parser *p);
/* Takes a token that must be this one. */
void expect(struct parser *p, const char *text);
/* `list )`, for word.c, which has read `$(`. */
struct node *parse_substitution(struct parser *p);
/* The list that a text of its own holds, which began on line `line`. */
struct node *parse_text(struct parser *p, const char *text, int line);
/* Whether the grammar gives this word a meaning at the beginning of a command. */
bool is_reserved(const char *word);
/* The same for the words in the middle and at the end of constructs: then, fi, do ... */
bool ends_construct(const char *word);
/* A compound command with its redirections; NULL when none begins here. */
struct node *parse_compound(struct parser *p);

/* --- expand.c, arithmetic.c, glob.c ----------------------------------------------------------- */

/* All expansions, splitting into fields, file names. The result ends with NULL. */
char **expand_words(const struct word *list);
/* Without splitting and file names: one text. */
char *expand_text(const struct word *w);
/* The digits, in the arena. */
const char *number_text(long number);
/* What unquoted values are split at: IFS. */
const char *separators(void);
/* The same as a pattern: backslashes stand before what was quoted. */
char *expand_pattern(const struct word *w);
/* Removes the backslashes of a pattern, in place. */
char *unescape(char *pattern);

/* False, with a message, when the text is no expression. */
bool evaluate(const char *text, long *result);

/* Whether a text matches a pattern of * ? [...] and backslashes. */
bool matches(const char *pattern, const char *text);
/* Adds the names of the files that match a pattern, sorted. False: none. */
bool match_files(struct list *files, const char *pattern);

/* --- variables.c ------------------------------------------------------------------------------ */

/* Exported, so that programs started from here get what this shell got. */
void variables_from_environment(void);
/* NULL when it is not set. Valid until the variable is set again. */
const char *variable_get(const char *name);
void variable_set(const char *name, const char *value);
/* The same for NAME=VALUE. Returns NAME, in the arena. */
char *variable_assign(const char *text);
void variable_unset(const char *name);
void variable_export(const char *name);
void variables_print_exported(void);
/* NAME=VALUE of all exported ones, for execve. In the arena. */
char **variables_environment(void);

/* --- process.c, jobs.c ------------------------------------------------------------------------ */

enum { GROUP_NEW = 0, GROUP_SHELL = -1 };
/* fork, with a message when it fails. In the child, signals are as a program expects them and
 * nobody types. When the shell owns the terminal, the child joins the process group `group`, a
 * number, GROUP_NEW or GROUP_SHELL; and that becomes the terminal's if it is `foreground`. */
pid_t fork_shell(pid_t group, bool foreground);
/* What wait says about a child, as $? says it. */
int decode_status(int wait_status);
/* Says so on standard error when a signal has ended a child. */
void tell_signal(int wait_status);
/* Waits for a child and returns its status. -1 means that fork has failed, which has been told. */
int wait_for(pid_t pid);
/* The same, and takes the terminal back. */
int wait_foreground(pid_t pid);
/* Makes this shell the terminal's foreground; does nothing without a terminal. */
void own_terminal(void);
/* The path of the program that execute would start, in the arena; NULL: there is none. */
const char *find_program(const char *name);
/* Becomes the program, or ends with 126 or 127 and a message. */
_Noreturn void execute(char **arguments);

/* In a child that is to run in the background: leaves keys and ctrl-c to others. `own_group`: it
 * has a process group of its own on the terminal. */
void become_background(bool own_group);
/* Adds a child to the list, and makes it $!. */
void remember_background(pid_t pid);
/* Waits for a background command; its status, 127 when there is no such. */
int wait_background(pid_t pid);
/* Waits for all of them: 0, or 130 after ctrl-c. */
int wait_all_background(void);
/* For a child, which has none of them. */
void forget_background(void);

/* --- run.c, simple.c, pipeline.c -------------------------------------------------------------- */

/* Runs a tree; the result is its status, $? too. */
int run(const struct node *tree);
/* For a child: the same, as the last thing that this process does. */
_Noreturn void run_and_exit(const struct node *tree);
/* Parses and runs all of an input, then frees it. The last status, 0 when there was no command. */
int run_input(struct input *in);
/* The same for an open file: a script, or what comes on the standard input. */
int run_fd(int fd);
/* Runs a simple command. When it is the `last` one of this process, a program replaces the
 * shell. */
int run_simple(const struct node *n, bool last);
/* Runs the stages of a pipeline side by side; the status is the last one's. */
int run_pipeline(const struct node *stages);
/* The standard output of a tree without the newlines at its end, in the arena. */
char *capture_output(const struct node *tree);

/* --- options.c, function.c -------------------------------------------------------------------- */

/* Switches the option that this letter names; false, with a message, when it names none. */
bool set_option(char letter, bool on);
/* The same for each of several letters. */
bool set_options(const char *letters, bool on);
/* The letters of those that are on: $- */
const char *options_text(void);

/* Keeps the tree of a function under its name. Returns 0. */
int define_function(const struct node *n);
/* The body, or NULL. */
const struct node *find_function(const char *name);
void forget_function(const char *name);
/* Makes copies of these words $1 ..., for `set`. */
void set_arguments(char **words);
/* Runs a body with these arguments as $1 ... (arguments[0] is the function's name). */
int call_function(const struct node *body, char **arguments);

/* --- redirect.c, builtins.c, test.c ----------------------------------------------------------- */

/* What a descriptor was before a redirection. */
struct saved_fd {
    int fd, copy; /* copy -1: it was closed */
    struct saved_fd *next;
};
/* Carries out the redirections. With `saved` it notes how to undo them. False after a message. */
bool redirect(const struct redirect *list, struct saved_fd **saved);
void redirect_undo(struct saved_fd *saved);

struct builtin {
    const char *name;
    int (*run)(char **arguments);
    bool special;     /* POSIX: assignments before it stay */
    const char *help; /* what `help` says about it */
};
/* NULL when the name is no builtin. */
const struct builtin *find_builtin(const char *name);
/* All of them, by name; the last one's name is NULL. */
extern const struct builtin builtins[];
int exec_builtin(char **arguments);
int read_builtin(char **arguments);
int test_builtin(char **arguments);
int help_builtin(char **arguments);
#define MISSING_SYNTAX "<<<, $((x++)), ${x/y/z}, ${x:1:2}, $'...', [[ ]], function, select"
int type_builtin(char **arguments);
int command_builtin(char **arguments);
