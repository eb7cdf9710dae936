/* run.c - walks the tree: lists, conditions, loops, and what runs in this very process.
 *
 * What needs another process is in process.c. `break`, ctrl-c and errors do not jump: they set
 * shell.unwind, and everything on the way out stops because of it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9 Shell Commands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

enum { RUN_LIMIT = 250 }; /* `. FILE` can nest without end; stack and descriptors cannot */

/* --- simple commands -------------------------------------------------------------------------- */

/* Without splitting into fields: x=$y keeps the blanks of y. */
void
assign(const struct word *list, bool exported)
{
    for (const struct word *w = list; w && shell.unwind == RUNNING; w = w->next) {
        char *name = variable_assign(expand_text(w));
        if (exported)
            variable_export(name);
    }
}

/* `HOME=/tmp cd`: each assignment is taken back on the way out, unless the builtin is a special
 * one. */
static int
run_builtin(const struct builtin *builtin, char **arguments, const struct word *assignments)
{
    if (builtin->special)
        assign(assignments, builtin->run == exec_builtin);
    if (shell.unwind != RUNNING)
        return shell.status;
    if (builtin->special || !assignments)
        return builtin->run(arguments);
    char *text = expand_text(assignments);
    const char *before = variable_get(arena_copy(text, assignment_name(text)));
    before = before ? arena_copy(before, strlen(before)) : NULL;
    char *name = variable_assign(text);
    int status = run_builtin(builtin, arguments, assignments->next);
    if (before)
        variable_set(name, before);
    else
        variable_unset(name);
    return status;
}

/* A builtin, or no command word at all (NULL), with redirections that end with it. Output that
 * cannot be written is its failure, and must not be that of the next one, too. */
static int
run_here(const struct node *n, const struct builtin *builtin, char **arguments)
{
    struct saved_fd *saved = NULL;
    bool lasting = builtin && builtin->run == exec_builtin; /* `exec 3>file` is for good */
    int status = STATUS_FAILED;
    if (redirect(n->redirects, lasting ? NULL : &saved)) {
        if (!builtin)
            assign(n->assignments, false);
        status =
            builtin ? run_builtin(builtin, arguments, n->assignments) : shell.substitution_status;
        if (fflush(stdout) != 0) { /* before the descriptors are put back */
            clearerr(stdout);
            status = complain(STATUS_FAILED, "%s: cannot write", arguments[0]);
        }
    } else if (lasting) {
        abandon(STATUS_FAILED);
    }
    redirect_undo(saved);
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* The words are expanded before it is known what they are: `$x` can name a builtin. */
static int
run_simple(const struct node *n, bool last)
{
    shell.substitution_status = 0;
    char **arguments = expand_words(n->words);
    const struct builtin *builtin = arguments[0] ? find_builtin(arguments[0]) : NULL;
    if (shell.unwind != RUNNING)
        return shell.status;
    if (!arguments[0] || builtin)
        return run_here(n, builtin, arguments);
    return run_program(n, arguments, last);
}

/* --- lists and conditions --------------------------------------------------------------------- */

/* A list, or (left to right) a chain of && and ||: `a || b && c` runs c if a or b was true. The
 * status is that of the last command that ran. */
static int
run_list(const struct node *n)
{
    for (n = n->body; n && shell.unwind == RUNNING; n = n->next)
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
    return chosen ? run(n->body) : n->otherwise ? run(n->otherwise) : 0;
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

/* The status is that of the body's last round, 0 when there was none: not that of the condition.
 * The words of `for` are expanded once, before the first round: `shift` in it changes none.
 * loop_depth tells `break` whether there is a loop to leave. */
static int
run_loop(const struct node *n)
{
    char **word = n->kind == NODE_FOR ? expand_words(n->words) : NULL;
    int status = 0;
    shell.loop_depth++;
    do {
        bool wanted;
        if (shell.unwind != RUNNING || (word && !*word))
            break;
        if (word)
            variable_set(n->name, *word++);
        wanted = word || (run(n->condition) == 0) == (n->kind == NODE_WHILE);
        if (shell.unwind == RUNNING && !wanted)
            break;
        if (shell.unwind == RUNNING)
            status = run(n->body);
    } while (loop_goes_on()); /* the condition, too, can hold a `break` */
    shell.loop_depth--;
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* --- all commands ----------------------------------------------------------------------------- */

/* What each kind of node does; its redirections have been carried out. `last`: nothing comes after
 * it in this process, which a program may therefore replace. */
static int
run_kind(const struct node *n, bool last)
{
    switch (n->kind) {
    case NODE_SIMPLE:
        return run_simple(n, last);
    case NODE_PIPELINE:
        return run_pipeline(n->body);
    case NODE_NOT:
        return run(n->body) == 0 ? 1 : 0;
    case NODE_AND_OR:
    case NODE_LIST:
        return run_list(n);
    case NODE_BACKGROUND:
        run_background(n->body);
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

/* Redirections of a compound command hold for all that is in it; a simple one carries out its own.
 * Whatever a command allocated is given back here, on every way out. */
int
run(const struct node *n)
{
    struct arena_mark mark = arena_mark();
    struct saved_fd *saved = NULL;
    bool last = shell.last_command;
    shell.last_command = false; /* it was said about this command, not about those inside it */
    if (interrupted)
        abandon(STATUS_SIGNAL + SIGINT);
    if (shell.unwind == RUNNING && shell.run_depth == RUN_LIMIT)
        abandon(complain(STATUS_SYNTAX, "commands are nested too deeply"));
    if (shell.unwind != RUNNING)
        return shell.status;
    shell.run_depth++;
    if (n->kind == NODE_SIMPLE || redirect(n->redirects, &saved))
        shell.status = run_kind(n, last);
    else
        shell.status = STATUS_FAILED;
    redirect_undo(saved);
    shell.run_depth--;
    arena_release(mark);
    return shell.status;
}

/* exit writes out what builtins have printed; the last program needs no process of its own. */
void
run_and_exit(const struct node *n)
{
    shell.last_command = true;
    run(n);
    exit(shell.status);
}

/* Each command is run before the next line is read: it may be what reads that line. Behind the end
 * of a string nothing comes: its last command needs no process of its own. */
int
run_input(struct input *in)
{
    struct arena_mark mark = arena_mark();
    struct node *tree;
    int status = 0;
    while (shell.unwind == RUNNING && !interrupted && parse_command(in, &tree)) {
        if (tree) {
            shell.last_command = in->fd < 0 && !*in->at;
            status = run(tree);
        }
        arena_release(mark);
    }
    if (interrupted) /* while it was typed, or while it ran */
        abandon(STATUS_SIGNAL + SIGINT);
    arena_release(mark);
    free(in->buffer); /* after an error the rest of the line means nothing */
    return shell.unwind == RUNNING ? status : shell.status;
}
