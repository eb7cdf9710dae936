/* simple.c - a simple command: assignments, words, redirections; a builtin or a program.
 *
 * A builtin runs in the shell itself, a program in a child.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.1 Simple Commands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

/* `set -x`: what is going to be done, on standard error. */
static void
trace(char **words)
{
    if (!shell.traces)
        return;
    fputc('+', stderr);
    for (; *words; words++)
        fprintf(stderr, " %s", *words);
    fputc('\n', stderr);
}

/* Carries out assignments. A value is not split into fields: x=$y keeps the blanks of y. */
static void
assign(const struct word *list, bool exported)
{
    for (const struct word *w = list; w && shell.unwind == RUNNING; w = w->next) {
        char *text = expand_text(w);
        if (shell.unwind != RUNNING)
            return;
        trace((char *[]){ text, NULL });
        char *name = variable_assign(text);
        if (exported)
            variable_export(name);
    }
}

/* --- without a command word ------------------------------------------------------------------- */

/* Assignments stay, redirections end with the command. The status is that of the last $(...). */
static int
run_assignments(const struct node *n)
{
    struct saved_fd *saved = NULL;
    int status = STATUS_FAILED;
    if (redirect(n->redirects, &saved)) {
        assign(n->assignments, false);
        status = shell.substitution_status;
    }
    redirect_undo(saved);
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* --- builtins --------------------------------------------------------------------------------- */

/* Runs a builtin with assignments for the time of the command: `HOME=/tmp cd`. Each call makes one
 * assignment and takes it back on the way out. */
static int
run_with(const struct word *assignments, const struct builtin *builtin, char **arguments)
{
    if (shell.unwind != RUNNING)
        return shell.status;
    if (!assignments)
        return builtin->run(arguments);
    char *text = expand_text(assignments);
    if (shell.unwind != RUNNING)
        return shell.status;
    char *name = arena_copy(text, assignment_name(text));
    const char *before = variable_get(name);
    if (before)
        before = arena_copy(before, strlen(before));
    variable_assign(text);
    int status = run_with(assignments->next, builtin, arguments);
    if (before)
        variable_set(name, before);
    else
        variable_unset(name);
    return status;
}

/* Assignments before a special builtin stay. */
static int
run_special(const struct word *assignments, const struct builtin *builtin, char **arguments)
{
    assign(assignments, builtin->run == exec_builtin);
    return run_with(NULL, builtin, arguments);
}

/* What a builtin prints is written before its redirections end. Output that cannot be written is
 * the failure of this command, and must not become that of the next one. */
static int
flush_output(const char *name, int status)
{
    if (fflush(stdout) == 0)
        return status;
    clearerr(stdout);
    return complain(STATUS_FAILED, "%s: cannot write", name);
}

static int
run_builtin(const struct node *n, const struct builtin *builtin, char **arguments, bool special)
{
    struct saved_fd *saved = NULL;
    bool lasting = builtin->run == exec_builtin; /* `exec 3>file` is for good */
    int status = STATUS_FAILED;
    if (redirect(n->redirects, lasting ? NULL : &saved)) {
        if (special)
            status = run_special(n->assignments, builtin, arguments);
        else
            status = run_with(n->assignments, builtin, arguments);
        status = flush_output(arguments[0], status);
    } else if (lasting) {
        abandon(STATUS_FAILED);
    }
    redirect_undo(saved);
    return shell.unwind == ABANDONED ? shell.status : status;
}

/* --- programs --------------------------------------------------------------------------------- */

/* Becomes the program. Its redirections come before its assignments, as POSIX asks. */
_Noreturn static void
become_program(const struct node *n, char **arguments)
{
    if (!redirect(n->redirects, NULL))
        exit(STATUS_FAILED);
    assign(n->assignments, true);
    execute(arguments);
}

/* Redirections and assignments are made in the child, so that the shell does not feel them. The
 * last command of a shell needs no child. */
static int
run_program(const struct node *n, char **arguments, bool last)
{
    if (last)
        become_program(n, arguments);
    pid_t pid = fork_shell(GROUP_NEW, true);
    if (pid == 0)
        become_program(n, arguments);
    return wait_foreground(pid);
}

/* --- all -------------------------------------------------------------------------------------- */

/* The words behind `command`, which is followed by a command and not by -v or -V; else the words
 * themselves. */
static char **
skip_command(char **arguments)
{
    while (strcmp(arguments[0], "command") == 0 && arguments[1]) {
        int words = strcmp(arguments[1], "--") == 0 ? 2 : 1;
        if (!arguments[words] || (words == 1 && arguments[1][0] == '-'))
            break;
        arguments += words;
    }
    return arguments;
}

/* Assignments before a function stay: POSIX leaves that open. */
static int
run_function(const struct node *n, const struct node *body, char **arguments)
{
    struct saved_fd *saved = NULL;
    int status = STATUS_FAILED;
    if (redirect(n->redirects, &saved)) {
        assign(n->assignments, false);
        if (shell.unwind == RUNNING)
            status = call_function(body, arguments);
    }
    redirect_undo(saved);
    return shell.unwind == RUNNING ? status : shell.status;
}

/* The words are expanded before it is known what they are: `$x` can name a builtin. A special
 * builtin wins over a function, and that over all others. Behind `command` there are no functions,
 * and no builtin is special. */
int
run_simple(const struct node *n, bool last)
{
    shell.substitution_status = 0;
    char **words = expand_words(n->words);
    if (shell.unwind != RUNNING)
        return shell.status;
    if (!words[0])
        return run_assignments(n);
    trace(words);
    char **arguments = skip_command(words);
    bool plain = arguments != words;
    const struct builtin *builtin = find_builtin(arguments[0]);
    bool special = builtin && builtin->special && !plain;
    const struct node *function = plain || special ? NULL : find_function(arguments[0]);
    if (function)
        return run_function(n, function, arguments);
    if (builtin)
        return run_builtin(n, builtin, arguments, special);
    return run_program(n, arguments, last);
}
