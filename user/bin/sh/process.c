/* process.c - commands that run in processes of their own: programs, subshells, pipelines, $(...).
 *
 * Every wait names its child, so that a background command that ends meanwhile is left for jobs.c.
 * A shell on a terminal gives each pipeline a process group and makes it the foreground one: so
 * ctrl-c reaches the command and not the shell. Stopping with ctrl-z would need job control, which
 * is not here, so SIGTSTP stays ignored in the children: a stopped one could not be resumed. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

/* --- forking and waiting ---------------------------------------------------------------------- */

/* Whoever was the foreground has ended, and nobody would get the next keys. */
void
own_terminal(void)
{
    if (shell.owns_terminal)
        tcsetpgrp(shell.terminal, shell.pid);
}

/* What a child of the shell is not any more: the shell that a person uses, the terminal's owner, a
 * parent. Programs begin with the default actions. SIGTTOU must be ignored until the terminal is
 * theirs. */
static void
become_child(void)
{
    static const int changed[] = { SIGINT, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU };
    for (unsigned i = 0; shell.interactive && i < sizeof(changed) / sizeof(changed[0]); i++)
        signal(changed[i], SIG_DFL);
    shell.interactive = false;
    shell.owns_terminal = false;
    forget_background();
}

/* Parent and child both put the child into its group: whichever runs first must find it done. */
pid_t
fork_shell(pid_t group, bool foreground)
{
    fflush(stdout); /* or parent and child would both write what waits there */
    pid_t pid = fork();
    pid_t child = pid != 0 ? pid : getpid();
    if (pid < 0) {
        complain(0, "cannot fork: %s", strerror(errno));
    } else if (shell.owns_terminal && group != GROUP_SHELL) {
        group = group == GROUP_NEW ? child : group;
        setpgid(child, group);
        if (foreground)
            tcsetpgrp(shell.terminal, group);
    }
    if (pid == 0)
        become_child();
    return pid;
}

/* A shell has one number for two facts: statuses above 128 may be either, and `exit 143` cannot be
 * told from a SIGTERM. */
int
decode_status(int wait_status)
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status);
    return STATUS_SIGNAL + WTERMSIG(wait_status);
}

/* Waits for a child; the shell itself may get signals meanwhile. Without one (-1) fork has failed,
 * and has said so. A person sees what killed a command; a script has $?. */
static int
wait_for(pid_t pid)
{
    int status;
    if (pid < 0)
        return STATUS_NOT_EXECUTABLE;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_NOT_FOUND;
    int signal = WIFSIGNALED(status) && shell.interactive ? WTERMSIG(status) : 0;
    if (signal == SIGINT)
        interrupted = 1; /* ctrl-c is meant for the whole line, not for its first command */
    else if (signal != 0 && signal != SIGPIPE)
        fprintf(stderr, "%s\n", strsignal(signal));
    return decode_status(status);
}

/* The same, and takes the terminal back. */
static int
wait_foreground(pid_t pid)
{
    int status = wait_for(pid);
    own_terminal();
    return status;
}

/* --- programs and subshells ------------------------------------------------------------------- */

/* Tries one path; returns errno. A text without `#!` is a script for this shell. */
static int
try_path(char *path, char **arguments, char **environment)
{
    struct list script = { 0 };
    execve(path, arguments, environment);
    if (errno != ENOEXEC)
        return errno;
    list_add(&script, "sh");
    list_add(&script, path);
    for (char **a = arguments + 1; *a; a++)
        list_add(&script, *a);
    execve("/bin/sh", list_take(&script), environment);
    return errno;
}

/* Tries the folders of PATH; an empty one is the current. Of the errors, "it is there, but" says
 * more than "it is not there". */
static int
try_folders(char **arguments, char **environment)
{
    const char *folder = variable_get("PATH");
    int result = ENOENT;
    size_t length;
    for (bool more = folder; more; folder += length + 1) {
        length = strcspn(folder, ":");
        char *path = join(length > 0 ? arena_copy(folder, length) : ".", "/", arguments[0]);
        int error = try_path(path, arguments, environment);
        if (error != ENOENT && error != ENOTDIR)
            result = error;
        more = folder[length] == ':';
    }
    return result;
}

/* "Not found" has a status of its own, 127, so that scripts can tell it from a program that
 * fails. */
void
execute(char **arguments)
{
    char **environment = variables_environment();
    char *name = arguments[0];
    int error = ENOENT;
    become_child(); /* after `exec` typed by a person; elsewhere it has been done */
    if (strchr(name, '/'))
        error = try_path(name, arguments, environment);
    else if (name[0])
        error = try_folders(arguments, environment);
    bool missing = error == ENOENT || error == ENOTDIR;
    exit(complain(missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "%s: %s", name,
                  missing ? "not found" : strerror(error)));
}

/* Redirections come before assignments, and both in the child: the shell must not feel them. */
int
run_program(const struct node *command, char **arguments, bool last)
{
    pid_t pid = last ? 0 : fork_shell(GROUP_NEW, true);
    if (pid != 0)
        return wait_foreground(pid);
    if (!redirect(command->redirects, NULL))
        exit(STATUS_FAILED);
    assign(command->assignments, true);
    execute(arguments);
}

/* A copy of the shell: what it changes in itself, folder, variables, ends with it. */
int
run_subshell(const struct node *tree)
{
    pid_t pid = fork_shell(GROUP_NEW, true);
    if (pid == 0)
        run_and_exit(tree);
    return wait_foreground(pid);
}

/* --- pipes ------------------------------------------------------------------------------------ */

/* The shell's pipes live above the descriptors that scripts name: a script may have closed 0. */
static bool
make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return complain(false, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        int low = ends[i];
        ends[i] = fcntl(low, F_DUPFD_CLOEXEC, SHELL_FD);
        close(low);
    }
    return true;
}

/* Becomes the tree, in a new child, with its input from `in` and its output into out[1]; -1: as
 * they are. While a reader is left, a writer is not told that nobody reads: so out[0] is closed. */
_Noreturn static void
become_stage(const struct node *tree, int in, const int out[2])
{
    close(out[0]);
    dup2(in, STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    close(in);
    close(out[1]);
    run_and_exit(tree);
}

/* All stages are waited for, so that none outlives the pipeline unseen. */
int
run_pipeline(const struct node *stages)
{
    int in = -1, count = 0, status = 0;
    pid_t pid = 0;
    for (const struct node *stage = stages; stage; stage = stage->next)
        count++;
    pid_t *pids = arena_alloc((size_t)count * sizeof(*pids)); /* zeros: not started */
    for (int i = 0; stages && pid >= 0; i++, stages = stages->next) {
        int out[2] = { -1, -1 };
        pid = -1;
        if (!stages->next || make_pipe(out))
            pid = fork_shell(i > 0 ? pids[0] : GROUP_NEW, true);
        if (pid == 0)
            become_stage(stages, in, out);
        pids[i] = pid;
        close(in);
        close(out[1]);
        in = out[0];
    }
    close(in);
    for (int i = 0; i < count && pids[i] != 0; i++)
        status = wait_for(pids[i]);
    own_terminal();
    return status;
}

/* Without zeros and without the newlines at the end. The child stays in the shell's group: ctrl-c
 * then ends both, and with them the whole command. */
char *
capture_output(const struct node *tree)
{
    struct text all = { 0 };
    char block[512];
    ssize_t size;
    int ends[2];
    if (!tree || !make_pipe(ends))
        return "";
    pid_t pid = fork_shell(GROUP_SHELL, false);
    if (pid == 0)
        become_stage(tree, -1, ends);
    close(ends[1]);
    while ((size = read(ends[0], block, sizeof(block))) > 0 || (size < 0 && errno == EINTR))
        for (ssize_t i = 0; i < size; i++)
            if (block[i])
                text_add(&all, block[i]);
    close(ends[0]);
    while (all.length > 0 && all.data[all.length - 1] == '\n')
        all.length--;
    shell.substitution_status = wait_for(pid);
    return text_take(&all);
}
