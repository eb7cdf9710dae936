/* run.c - walks the tree: lists, conditions, loops, subshells and commands in the background.
 *
 * Simple commands are in simple.c, pipelines in pipeline.c. `break`, ctrl-c and errors do not jump:
 * they set shell.unwind, and everything on the way out stops because of it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9 Shell Commands. */

#include <stdlib.h>
#include "sh.h"

enum { RUN_LIMIT = 250 }; /* `. FILE` can nest without end; stack and descriptors cannot */

/* --- lists and conditions --------------------------------------------------------------------- */

/* Whether a link of a chain runs, after the status that the links before it have left. */
static bool
is_wanted(enum joined joined)
{
    if (joined == JOINED_AND)
        return shell.status == 0;
    if (joined == JOINED_OR)
        return shell.status != 0;
    return true;
}

/* Runs a list from left to right. The status is that of the last command that ran. */
static int
run_list(const struct node *n)
{
    for (n = n->body; n && shell.unwind == RUNNING; n = n->next)
        run(n);
    return shell.status;
}

/* Runs what is asked for its status: there `set -e` ends nothing. */
static int
run_condition(const struct node *n)
{
    shell.guarded++;
    int status = run(n);
    shell.guarded--;
    return status;
}

/* A chain of && and || from left to right: `a || b && c` runs c if a or b was true. All links but
 * the last one are conditions. */
static int
run_and_or(const struct node *n)
{
    for (n = n->body; n && shell.unwind == RUNNING; n = n->next) {
        if (!is_wanted(n->joined))
            continue;
        if (n->next)
            run_condition(n);
        else
            run(n);
    }
    return shell.status;
}

/* When no branch is taken, that is a success: status 0. */
static int
run_if(const struct node *n)
{
    bool chosen = run_condition(n->condition) == 0;
    if (shell.unwind != RUNNING)
        return shell.status;
    if (chosen)
        return run(n->body);
    return n->otherwise ? run(n->otherwise) : 0;
}

/* The first pattern that matches decides. No pattern: status 0. */
static int
run_case(const struct node *n)
{
    const char *text = expand_text(n->words);
    for (const struct node *item = n->body; item && shell.unwind == RUNNING; item = item->next)
        for (const struct word *w = item->words; w && shell.unwind == RUNNING; w = w->next)
            if (matches(expand_pattern(w), text))
                return item->body ? run(item->body) : 0;
    return shell.unwind == RUNNING ? 0 : shell.status;
}

/* --- loops ------------------------------------------------------------------------------------ */

/* Whether a loop has another round, asked after its body. `break 2` ends two loops: the inner one
 * leaves the rest of it to the outer. */
static bool
loop_goes_on(void)
{
    if (shell.unwind != BREAKING && shell.unwind != CONTINUING)
        return shell.unwind == RUNNING;
    shell.unwind_loops--;
    if (shell.unwind_loops > 0)
        return false;
    bool again = shell.unwind == CONTINUING;
    shell.unwind = RUNNING;
    return again;
}

/* The status of a loop is that of the body's last round, 0 when there was none. loop_depth tells
 * `break` whether there is a loop to leave. */
static int
leave_loop(int status)
{
    shell.loop_depth--;
    return shell.unwind == RUNNING ? status : shell.status;
}

/* `break` in the condition ends the loop too: so loop_goes_on is asked even without a body. */
static int
run_while(const struct node *n)
{
    bool wanted = n->kind == NODE_WHILE;
    int status = 0;
    shell.loop_depth++;
    do {
        bool success = run_condition(n->condition) == 0;
        if (shell.unwind == RUNNING) {
            if (success != wanted)
                break;
            status = run(n->body);
        }
    } while (loop_goes_on());
    return leave_loop(status);
}

/* The words are expanded once, before the first round: `shift` in the body changes none. */
static int
run_for(const struct node *n)
{
    char **words = expand_words(n->words);
    int status = 0;
    if (shell.unwind != RUNNING)
        return shell.status;
    shell.loop_depth++;
    for (char **word = words; *word; word++) {
        variable_set(n->name, *word);
        status = run(n->body);
        if (!loop_goes_on())
            break;
    }
    return leave_loop(status);
}

/* --- in a process of its own ------------------------------------------------------------------ */

/* A copy of the shell: what it changes in itself, folder, variables, ends with it. */
static int
run_subshell(const struct node *tree)
{
    pid_t pid = fork_shell(GROUP_NEW, true);
    if (pid == 0)
        run_and_exit(tree);
    return wait_foreground(pid);
}

/* The whole tree runs in a child, which a simple command replaces: $! is then the program
 * itself, and `kill $!` ends what was started. */
static int
run_background(const struct node *tree)
{
    bool own_group = shell.owns_terminal; /* fork_shell takes that away from a child */
    pid_t pid = fork_shell(GROUP_NEW, false);
    if (pid == 0) {
        become_background(own_group);
        run_and_exit(tree);
    }
    if (pid > 0)
        remember_background(pid);
    return 0;
}

/* --- all commands ----------------------------------------------------------------------------- */

/* Does what each kind of node means; its redirections have been carried out. `last` says that
 * nothing comes after it in this process, which a program may therefore replace. */
static int
run_kind(const struct node *n, bool last)
{
    switch (n->kind) {
    case NODE_SIMPLE:
        return run_simple(n, last);
    case NODE_PIPELINE:
        return run_pipeline(n->body);
    case NODE_NOT:
        return run_condition(n->body) == 0 ? 1 : 0;
    case NODE_AND_OR:
        return run_and_or(n);
    case NODE_LIST:
        return run_list(n);
    case NODE_BACKGROUND:
        return run_background(n->body);
    case NODE_SUBSHELL:
        return run_subshell(n->body);
    case NODE_GROUP:
        return run(n->body);
    case NODE_IF:
        return run_if(n);
    case NODE_FOR:
        return run_for(n);
    case NODE_CASE:
        return run_case(n);
    case NODE_FUNCTION:
        return define_function(n);
    default:
        return run_while(n);
    }
}

/* Whether `set -e` ends the shell behind this command. Other kinds are no commands of their own:
 * their parts have been asked. */
static bool
is_fatal(const struct node *n)
{
    bool whole = n->kind == NODE_SIMPLE || n->kind == NODE_PIPELINE || n->kind == NODE_SUBSHELL;
    return shell.exits_on_error && whole && shell.status != 0 && shell.guarded == 0;
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
    if (is_fatal(n) && shell.unwind == RUNNING)
        exit(shell.status);
    return shell.status;
}

/* exit writes out what builtins have printed. Commands in the background are the parent's children:
 * only it can wait for them. */
void
run_and_exit(const struct node *n)
{
    forget_background();
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

int
run_fd(int fd)
{
    struct input in;
    input_from_fd(&in, fd);
    return run_input(&in);
}
