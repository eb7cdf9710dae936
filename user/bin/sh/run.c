/*
 * run.c - walks the tree: lists, conditions, loops, and simple commands in this process.
 *
 * What needs another process is in process.c. $? is shell.status and is set by every command, so
 * the functions here say a status by setting it. `break`, ctrl-c and errors do not jump: they set
 * shell.unwind, and every loop on the way out stops because of it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9 Shell Commands.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

enum { RUN_LIMIT = 1000 }; /* `.` and eval can nest without end; the stack cannot */

/* --- simple commands ---------------------------------------------------------------------------- */

void
assign(const struct word *list, bool exported)
{
    for (const struct word *w = list; w != NULL && shell.unwind == RUNNING; w = w->next) {
        char *text = expand_text(w);
        char *name = arena_copy(text, assignment_name(text));
        variable_set(name, text + strlen(name) + 1);
        if (exported)
            variable_export(name, true);
    }
}

/* A variable as it was before `NAME=value builtin`. */
struct saved_variable {
    const char *name, *value;
    bool exported;
    struct saved_variable *next;
};

static struct saved_variable *
save_variables(const struct word *assignments)
{
    struct saved_variable *saved = NULL;

    for (const struct word *w = assignments; w != NULL; w = w->next) {
        struct saved_variable *s = arena_alloc(sizeof *s);
        s->name = arena_copy(w->parts->text, assignment_name(w->parts->text));
        s->value = variable_get(s->name);
        if (s->value != NULL)
            s->value = arena_copy(s->value, strlen(s->value));
        s->exported = variable_is_exported(s->name);
        s->next = saved;
        saved = s;
    }
    return saved;
}

static void
restore_variables(const struct saved_variable *saved)
{
    for (; saved != NULL; saved = saved->next) {
        if (saved->value != NULL)
            variable_set(saved->name, saved->value);
        else
            variable_unset(saved->name);
        if (saved->value != NULL || saved->exported)
            variable_export(saved->name, saved->exported);
    }
}

static int
run_builtin(const struct node *n, builtin_function *builtin, char **arguments)
{
    struct saved_fd *saved_fds = NULL;
    bool lasting = builtin == exec_builtin; /* `exec 3>file` is there for its effect */

    if (!redirect(n->redirects, lasting ? NULL : &saved_fds)) {
        redirect_undo(saved_fds);
        if (lasting)
            abandon(1);
        return 1;
    }
    struct saved_variable *saved = save_variables(n->assignments);
    assign(n->assignments, true);
    int status = shell.unwind == RUNNING ? builtin(arguments) : shell.status;
    fflush(stdout); /* before the descriptors are put back */
    restore_variables(saved);
    redirect_undo(saved_fds);
    return status;
}

/* No command word: redirections are tried, variables are set. */
static int
run_assignments(const struct node *n)
{
    struct saved_fd *saved = NULL;
    bool good = redirect(n->redirects, &saved);

    redirect_undo(saved);
    if (!good)
        return 1;
    assign(n->assignments, false);
    return shell.unwind == RUNNING ? shell.substitution_status : shell.status;
}

static int
run_simple(const struct node *n, bool last)
{
    struct arena_mark mark = arena_mark();
    int status;

    shell.substitution_status = 0;
    char **arguments = expand_words(n->words);
    builtin_function *builtin = arguments[0] != NULL ? find_builtin(arguments[0]) : NULL;
    if (shell.unwind != RUNNING)
        status = shell.status;
    else if (arguments[0] == NULL)
        status = run_assignments(n);
    else if (builtin != NULL)
        status = run_builtin(n, builtin, arguments);
    else
        status = run_program(n, arguments, last);
    arena_release(mark);
    return status;
}

/* --- lists and conditions ----------------------------------------------------------------------- */

/* Runs what is only asked whether it is true. */
static bool
is_true(const struct node *condition)
{
    shell.tested++;
    bool result = run(condition) == 0;
    shell.tested--;
    return result;
}

static int
run_list(const struct node *n)
{
    for (n = n->children; n != NULL && shell.unwind == RUNNING; n = n->next)
        run(n);
    return shell.status;
}

static int
run_and_or(const struct node *n)
{
    for (n = n->children; n != NULL && shell.unwind == RUNNING; n = n->next) {
        bool wanted = n->joined == JOINED_FIRST || (n->joined == JOINED_AND) == (shell.status == 0);
        if (wanted && n->next != NULL)
            is_true(n);
        else if (wanted)
            run(n);
    }
    return shell.status;
}

static int
run_if(const struct node *n)
{
    bool chosen = is_true(n->condition);

    if (shell.unwind != RUNNING)
        return shell.status;
    return chosen ? run(n->body) : n->otherwise != NULL ? run(n->otherwise) : 0;
}

/* After the body of a loop: whether there is another round. `continue 2` in an inner loop ends that
 * loop and goes on with the outer one. */
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

static int
run_while(const struct node *n)
{
    int status = 0;

    shell.loop_depth++;
    do {
        bool wanted = is_true(n->condition) == (n->kind == NODE_WHILE);
        if (shell.unwind == RUNNING && !wanted)
            break;
        if (shell.unwind == RUNNING)
            status = run(n->body);
    } while (loop_goes_on()); /* the condition, too, can hold a `break` */
    shell.loop_depth--;
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* `for NAME do` means "$@" as it was then, though the body may say `set` or `shift`. */
static char **
copy_arguments(void)
{
    size_t count = (size_t)shell.argument_count;
    char **copy = arena_alloc((count + 1) * sizeof *copy);

    for (size_t i = 0; i < count; i++)
        copy[i] = arena_copy(shell.arguments[i], strlen(shell.arguments[i]));
    return copy;
}

static int
run_for(const struct node *n)
{
    int status = 0;
    struct arena_mark mark = arena_mark();
    char **words = n->has_words ? expand_words(n->words) : copy_arguments();

    shell.loop_depth++;
    for (bool going = shell.unwind == RUNNING; going && *words != NULL; words++) {
        variable_set(n->name, *words);
        status = run(n->body);
        going = loop_goes_on();
    }
    shell.loop_depth--;
    arena_release(mark);
    return shell.unwind == ABANDONED ? shell.status : status;
}

static int
run_case(const struct node *n)
{
    const char *subject = expand_text(n->words);
    size_t length = strlen(subject);

    for (const struct case_item *item = n->cases; item != NULL; item = item->next)
        for (const struct word *w = item->patterns; w != NULL && shell.unwind == RUNNING; w = w->next)
            if (pattern_match(expand_pattern(w), subject, length))
                return item->body != NULL ? run(item->body) : 0;
    return shell.unwind == RUNNING ? 0 : shell.status;
}

/* --- all commands ------------------------------------------------------------------------------- */

static int
run_kind(const struct node *n, bool last)
{
    switch (n->kind) {
    case NODE_SIMPLE:
        return run_simple(n, last);
    case NODE_PIPELINE:
        return run_pipeline(n->children);
    case NODE_NOT:
        return is_true(n->children) ? 1 : 0;
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
    case NODE_WHILE:
    case NODE_UNTIL:
        return run_while(n);
    case NODE_FOR:
        return run_for(n);
    case NODE_CASE:
        return run_case(n);
    }
    return 0;
}

/* Redirections of a compound command hold for all that is in it. */
static int
run_redirected(const struct node *n, bool last)
{
    struct arena_mark mark = arena_mark();
    struct saved_fd *saved = NULL;
    int status = 1;

    if (n->kind == NODE_SIMPLE || n->redirects == NULL)
        return run_kind(n, last);
    if (redirect(n->redirects, &saved))
        status = run_kind(n, false);
    redirect_undo(saved);
    arena_release(mark);
    return status;
}

int
run(const struct node *n)
{
    bool last = shell.last_command;

    shell.last_command = false; /* it was said about this command, not about those inside it */
    if (interrupted)
        abandon(STATUS_SIGNAL + SIGINT);
    if (shell.unwind != RUNNING)
        return shell.status;
    if (shell.run_depth == RUN_LIMIT) {
        complain("commands are nested too deeply");
        abandon(STATUS_SYNTAX);
        return shell.status;
    }
    shell.run_depth++;
    shell.status = run_redirected(n, last);
    shell.run_depth--;
    bool counts = n->kind == NODE_SIMPLE || n->kind == NODE_PIPELINE || n->kind == NODE_SUBSHELL;
    if (shell.exit_on_error && counts && shell.status != 0 && shell.tested == 0)
        abandon(shell.status);
    return shell.status;
}

void
run_and_exit(const struct node *n)
{
    shell.last_command = true;
    run(n);
    exit(shell.status);
}

int
run_input(struct input *in)
{
    enum parse_result result = PARSED_NOTHING;
    int status = 0; /* of no command at all */

    while (result != PARSE_END && shell.unwind == RUNNING) {
        struct arena_mark mark = arena_mark();
        struct node *tree = NULL;
        result = parse_command(in, &tree);
        if (interrupted)
            abandon(STATUS_SIGNAL + SIGINT);
        else if (result == PARSE_FAILED)
            abandon(STATUS_SYNTAX);
        if (result == PARSED && shell.unwind == RUNNING) {
            shell.last_command = in->final && in->at == in->end;
            status = run(tree);
        }
        arena_release(mark);
    }
    return shell.unwind == RUNNING ? status : shell.status;
}
