/*
 * run.c - walks the tree: lists, conditions, loops, and what runs in this very process.
 *
 * What needs another process is in process.c. `break`, ctrl-c and errors do not jump: they set
 * shell.unwind, and everything on the way out stops because of it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9 Shell Commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

enum { RUN_LIMIT = 250 }; /* `. FILE` can nest without end; stack and descriptors cannot */

/* --- simple commands -------------------------------------------------------------------------- */

void
assign(const struct word *list, bool exported)
{
    for (const struct word *w = list; w != NULL && shell.unwind == RUNNING; w = w->next) {
        char *text = expand_text(w);
        char *name = arena_copy(text, assignment_name(text));
        variable_set(name, text + strlen(name) + 1);
        if (exported)
            variable_export(name);
    }
}

/* A builtin, or no command word at all (NULL), with redirections that end with it. Assignments stay
 * for good: POSIX wants that for many builtins, and none of them needs them otherwise. */
static int
run_here(const struct node *n, builtin_function *builtin, char **arguments)
{
    struct saved_fd *saved = NULL;
    bool lasting = builtin == exec_builtin; /* `exec 3>file` is there for its effect */
    int status = STATUS_FAILED;

    if (redirect(n->redirects, lasting ? NULL : &saved)) {
        assign(n->assignments, lasting);
        if (shell.unwind != RUNNING)
            status = shell.status;
        else
            status = builtin != NULL ? builtin(arguments) : shell.substitution_status;
        fflush(stdout); /* before the descriptors are put back */
    } else if (lasting) {
        abandon(STATUS_FAILED);
    }
    redirect_undo(saved);
    return status;
}

/* The words are expanded before it is known what they are: `$x` can name a builtin. */
static int
run_simple(const struct node *n, bool last)
{
    shell.substitution_status = 0;
    char **arguments = expand_words(n->words);
    builtin_function *builtin = arguments[0] != NULL ? find_builtin(arguments[0]) : NULL;

    if (shell.unwind != RUNNING)
        return shell.status;
    if (arguments[0] == NULL || builtin != NULL)
        return run_here(n, builtin, arguments);
    return run_program(n, arguments, last);
}

/* --- lists and conditions --------------------------------------------------------------------- */

/* The status of the last command that ran. */
static int
run_list(const struct node *n)
{
    for (n = n->children; n != NULL && shell.unwind == RUNNING; n = n->next)
        run(n);
    return shell.status;
}

/* Left to right: `a || b && c` runs c if a or b was true. */
static int
run_and_or(const struct node *n)
{
    for (n = n->children; n != NULL && shell.unwind == RUNNING; n = n->next)
        if (n->joined == JOINED_FIRST || (n->joined == JOINED_AND) == (shell.status == 0))
            run(n);
    return shell.status;
}

/* No branch taken is a success, status 0. */
static int
run_if(const struct node *n)
{
    bool chosen = run(n->condition) == 0;

    if (shell.unwind != RUNNING)
        return shell.status;
    return chosen ? run(n->body) : n->otherwise != NULL ? run(n->otherwise) : 0;
}

/* Whether a loop has another round, asked after its body. `break 2` ends two loops: the inner one
 * leaves the rest of it to the outer. */
static bool
loop_goes_on(void)
{
    if ((shell.unwind == BREAKING || shell.unwind == CONTINUING) && --shell.unwind_loops == 0) {
        bool again = shell.unwind == CONTINUING;
        shell.unwind = RUNNING;
        return again;
    }
    return shell.unwind == RUNNING;
}

/* The status is that of the body's last round, 0 when there was none: not that of the condition. */
static int
run_while(const struct node *n)
{
    int status = 0;

    do {
        bool wanted = (run(n->condition) == 0) == (n->kind == NODE_WHILE);
        if (shell.unwind == RUNNING && !wanted)
            break;
        if (shell.unwind == RUNNING)
            status = run(n->body);
    } while (loop_goes_on()); /* the condition, too, can hold a `break` */
    return status;
}

/* The words are expanded once, before the first round; `shift` in the body does not change them. */
static int
run_for(const struct node *n)
{
    char **words = n->has_words ? expand_words(n->words) : shell.arguments;
    int count = n->has_words ? -1 : shell.argument_count;
    bool going = shell.unwind == RUNNING;
    int status = 0;

    for (int i = 0; going && i != count && words[i] != NULL; i++) {
        variable_set(n->name, words[i]);
        status = run(n->body);
        going = loop_goes_on();
    }
    return status;
}

/* loop_depth tells `break` whether there is a loop to leave. */
static int
run_loop(const struct node *n)
{
    shell.loop_depth++;
    int status = n->kind == NODE_FOR ? run_for(n) : run_while(n);
    shell.loop_depth--;
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* --- all commands ----------------------------------------------------------------------------- */

static int
run_kind(const struct node *n, bool last)
{
    switch (n->kind) {
    case NODE_SIMPLE:
        return run_simple(n, last);
    case NODE_PIPELINE:
        return run_pipeline(n->children);
    case NODE_NOT:
        return run(n->children) == 0 ? 1 : 0;
    case NODE_AND_OR:
        return run_and_or(n);
    case NODE_LIST:
        return run_list(n);
    case NODE_BACKGROUND:
        run_background(n->children);
        return 0;
    case NODE_SUBSHELL:
        return run_subshell(n->body);
    case NODE_GROUP:
        return run(n->body);
    case NODE_IF:
        return run_if(n);
    default:
        return run_loop(n);
    }
}

/* Redirections of a compound command hold for all that is in it. */
static int
run_redirected(const struct node *n)
{
    struct saved_fd *saved = NULL;
    int status = redirect(n->redirects, &saved) ? run_kind(n, false) : STATUS_FAILED;

    redirect_undo(saved);
    return status;
}

/* Whatever a command allocated is given back here, on every way out. */
int
run(const struct node *n)
{
    struct arena_mark mark = arena_mark();
    bool last = shell.last_command;

    shell.last_command = false; /* it was said about this command, not about those inside it */
    if (interrupted)
        abandon(STATUS_SIGNAL + SIGINT);
    if (shell.unwind == RUNNING && shell.run_depth == RUN_LIMIT) {
        complain("commands are nested too deeply");
        abandon(STATUS_SYNTAX);
    }
    if (shell.unwind != RUNNING)
        return shell.status;
    shell.run_depth++;
    bool outside = n->kind != NODE_SIMPLE && n->redirects != NULL;
    shell.status = outside ? run_redirected(n) : run_kind(n, last);
    shell.run_depth--;
    arena_release(mark);
    return shell.status;
}

void
run_and_exit(const struct node *n)
{
    shell.last_command = true;
    run(n);
    exit(shell.status);
}

/* Each command is run before the next line is read: it may be what reads that line. */
int
run_input(struct input *in)
{
    enum parse_result result = PARSED_NOTHING;
    int status = 0;

    while (result != PARSE_END && shell.unwind == RUNNING) {
        struct arena_mark mark = arena_mark();
        struct node *tree = NULL;
        result = parse_command(in, &tree);
        if (result == PARSE_FAILED) {
            abandon(STATUS_SYNTAX);
        } else if (result == PARSED) {
            shell.last_command = in->final && in->at == in->end;
            status = run(tree);
        }
        if (interrupted) /* while it was typed, or while it ran */
            abandon(STATUS_SIGNAL + SIGINT);
        arena_release(mark);
    }
    return shell.unwind == RUNNING ? status : shell.status;
}
