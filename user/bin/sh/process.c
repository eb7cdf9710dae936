/*
 * process.c - commands that run in processes of their own: programs, subshells, pipelines, $(...).
 *
 * Every wait names its child, so that a background command that ends meanwhile is left for jobs.c.
 * A shell on a terminal gives each pipeline a process group and makes it the foreground one: so
 * ctrl-c reaches the command and not the shell. Stopping with ctrl-z would need job control, which
 * is not here, so SIGTSTP stays ignored in the children: a stopped one could not be resumed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

/* --- forking and waiting ---------------------------------------------------------------------- */

void
own_terminal(void)
{
    if (shell.owns_terminal)
        tcsetpgrp(shell.terminal, shell.pid);
}

/* Parent and child both do this: whichever runs first must find it done. */
static void
join_group(pid_t pid, pid_t group, bool foreground)
{
    if (!shell.owns_terminal || group == GROUP_SHELL)
        return;
    if (group == GROUP_NEW)
        group = pid;
    setpgid(pid, group);
    if (foreground)
        tcsetpgrp(shell.terminal, group);
}

/* Programs begin with the default actions. SIGTTOU must be ignored until join_group is done. */
static void
become_child(void)
{
    static const int changed[] = { SIGINT, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU };

    for (unsigned i = 0; shell.interactive && i < sizeof changed / sizeof changed[0]; i++)
        signal(changed[i], SIG_DFL);
    shell.interactive = false;
    shell.owns_terminal = false;
    forget_background();
}

pid_t
fork_shell(pid_t group, bool foreground)
{
    fflush(stdout); /* or parent and child would both write what waits there */
    pid_t pid = fork();
    if (pid < 0)
        complain("cannot fork: %s", strerror(errno));
    else
        join_group(pid != 0 ? pid : getpid(), group, foreground);
    if (pid == 0)
        become_child();
    return pid;
}

int
decode_status(int wait_status)
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status);
    return STATUS_SIGNAL + WTERMSIG(wait_status);
}

/* A person sees what killed a command; a script has $?. */
static void
report_death(int signal)
{
    if (!shell.interactive)
        return;
    if (signal == SIGINT)
        interrupted = 1; /* ctrl-c is meant for the whole line, not for its first command */
    else if (signal != SIGPIPE)
        fprintf(stderr, "%s\n", strsignal(signal));
}

/* The shell itself may get signals meanwhile; its child is what it waits for. */
static int
wait_for(pid_t pid)
{
    int status;

    if (pid < 0)
        return STATUS_NOT_EXECUTABLE; /* fork failed, and has said so */
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_NOT_FOUND;
    if (WIFSIGNALED(status))
        report_death(WTERMSIG(status));
    return decode_status(status);
}

int
wait_foreground(pid_t pid)
{
    int status = wait_for(pid);

    own_terminal();
    return status;
}

/* --- programs and subshells ------------------------------------------------------------------- */

/* Tries one path; returns errno. A text without `#!` is a script for this shell. */
static int
try_path(const char *path, char **arguments, char **environment)
{
    struct list script = { 0 };

    execve(path, arguments, environment);
    if (errno != ENOEXEC)
        return errno;
    list_add(&script, "sh");
    list_add(&script, (char *)path); /* execve does not write to it */
    for (char **a = arguments + 1; *a != NULL; a++)
        list_add(&script, *a);
    execve("/bin/sh", list_take(&script), environment);
    return errno;
}

/* Tries the folders of PATH. Of the errors, "it is there, but" says more than "it is not there". */
static int
try_folders(char **arguments, char **environment)
{
    const char *folder = variable_get("PATH");
    int result = ENOENT;
    size_t length;

    for (bool more = folder != NULL; more; folder += length + 1) {
        struct text path = { 0 };
        length = strcspn(folder, ":");
        text_append(&path, length > 0 ? arena_copy(folder, length) : "."); /* empty: here */
        text_add(&path, '/');
        text_append(&path, arguments[0]);
        int error = try_path(text_take(&path), arguments, environment);
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
    const char *name = arguments[0];
    int error = ENOENT;

    become_child(); /* after `exec` typed by a person; elsewhere it has been done */
    if (strchr(name, '/') != NULL)
        error = try_path(name, arguments, environment);
    else if (name[0] != '\0')
        error = try_folders(arguments, environment);
    bool missing = error == ENOENT || error == ENOTDIR;
    complain("%s: %s", name, missing ? "not found" : strerror(error));
    exit(missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
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
    if (pipe2(ends, O_CLOEXEC) != 0) {
        complain("cannot make a pipe: %s", strerror(errno));
        return false;
    }
    for (int i = 0; i < 2; i++) {
        int low = ends[i];
        ends[i] = fcntl(low, F_DUPFD_CLOEXEC, SHELL_FD);
        close(low);
    }
    return true;
}

/* Makes `to` what `from` is; -1 is nothing. */
static void
move_fd(int from, int to)
{
    if (from >= 0) {
        dup2(from, to);
        close(from);
    }
}

/* Starts one stage, with its input from `in` and its output into out[1]; -1: as they are. */
static pid_t
start_stage(const struct node *stage, pid_t group, int in, const int out[2])
{
    pid_t pid = fork_shell(group, true);

    if (pid != 0)
        return pid;
    close(out[0]); /* while a reader is left, a writer is not told that nobody reads */
    move_fd(in, STDIN_FILENO);
    move_fd(out[1], STDOUT_FILENO);
    run_and_exit(stage);
}

/* Starts the stages and notes who they are. Returns how many could be started. */
static int
start_stages(const struct node *stages, pid_t *pids)
{
    int in = -1, count = 0;

    for (const struct node *stage = stages; stage != NULL; stage = stage->next) {
        int out[2] = { -1, -1 };
        if (stage->next != NULL && !make_pipe(out))
            break;
        pids[count] = start_stage(stage, count > 0 ? pids[0] : GROUP_NEW, in, out);
        close(in);
        close(out[1]);
        in = out[0];
        if (pids[count] < 0)
            break;
        count++;
    }
    close(in);
    return count;
}

/* All of them are waited for, so that no stage outlives the pipeline unseen. */
int
run_pipeline(const struct node *stages)
{
    int wanted = 0, status = 0;

    for (const struct node *stage = stages; stage != NULL; stage = stage->next)
        wanted++;
    pid_t *pids = arena_alloc((size_t)wanted * sizeof *pids);
    int count = start_stages(stages, pids);
    for (int i = 0; i < count; i++)
        status = wait_for(pids[i]);
    own_terminal();
    return count == wanted ? status : STATUS_NOT_EXECUTABLE;
}

/* All that comes out of fd, without zeros and without the newlines at the end. */
static char *
read_all(int fd)
{
    struct text all = { 0 };
    char block[512];
    ssize_t size;

    while ((size = read(fd, block, sizeof block)) > 0 || (size < 0 && errno == EINTR))
        for (ssize_t i = 0; i < size; i++)
            if (block[i] != '\0')
                text_add(&all, block[i]);
    while (all.length > 0 && all.data[all.length - 1] == '\n')
        all.length--;
    return text_take(&all);
}

/* The child stays in the shell's group: ctrl-c then ends both, and with them the whole command. */
char *
capture_output(const struct node *tree)
{
    int ends[2];

    if (tree == NULL || !make_pipe(ends))
        return "";
    pid_t pid = fork_shell(GROUP_SHELL, false);
    if (pid == 0) {
        close(ends[0]);
        move_fd(ends[1], STDOUT_FILENO);
        run_and_exit(tree);
    }
    close(ends[1]);
    char *output = read_all(ends[0]);
    close(ends[0]);
    shell.substitution_status = wait_for(pid);
    return output;
}
