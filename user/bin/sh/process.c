/* process.c - a process more: forking, waiting, the terminal's foreground, becoming a program.
 *
 * Every wait names its child, so that a background command that ends meanwhile is left for jobs.c.
 * A shell on a terminal gives each pipeline a process group and makes it the foreground one: so
 * ctrl-c reaches the command and not the shell. Stopping with ctrl-z would need job control, which
 * is not here, so SIGTSTP stays ignored in the children: a stopped one could not be resumed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

/* --- forking and waiting ---------------------------------------------------------------------- */

/* The command that had the foreground has ended: without this nobody would get the next keys. */
void
own_terminal(void)
{
    if (shell.owns_terminal)
        tcsetpgrp(shell.terminal, shell.pid);
}

/* A child is no shell that a person uses, and does not own the terminal. Programs begin with the
 * default actions. SIGTTOU had to be ignored until the terminal was theirs. */
static void
become_child(void)
{
    static const int changed[] = { SIGINT, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU };
    if (shell.interactive)
        for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
            signal(changed[i], SIG_DFL);
    shell.interactive = false;
    shell.owns_terminal = false;
}

static void
join_group(pid_t child, pid_t group, bool foreground)
{
    if (group == GROUP_NEW)
        group = child;
    setpgid(child, group);
    if (foreground)
        tcsetpgrp(shell.terminal, group);
}

/* Parent and child both put the child into its group: whichever runs first must find it done. */
pid_t
fork_shell(pid_t group, bool foreground)
{
    fflush(stdout); /* or parent and child would both write what waits there */
    pid_t pid = fork();
    if (pid < 0) {
        complain(0, "cannot fork: %s", strerror(errno));
        return pid;
    }
    if (shell.owns_terminal && group != GROUP_SHELL)
        join_group(pid > 0 ? pid : getpid(), group, foreground);
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

/* A child that a signal has ended could not say so itself. A reader that went away is no news; and
 * ctrl-c, which the person has typed, is meant for the whole line, not for its first command. */
void
tell_signal(int wait_status)
{
    if (!WIFSIGNALED(wait_status))
        return;
    int signal = WTERMSIG(wait_status);
    if (signal == SIGINT)
        interrupted = shell.interactive;
    else if (signal != SIGPIPE)
        fprintf(stderr, "%s\n", strsignal(signal));
}

/* The shell itself may get signals while it waits. */
int
wait_for(pid_t pid)
{
    int status;
    if (pid < 0)
        return STATUS_NOT_EXECUTABLE;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_NOT_FOUND;
    tell_signal(status);
    if (WIFSIGNALED(status) && shell.owns_terminal)
        restore_terminal();
    return decode_status(status);
}

int
wait_foreground(pid_t pid)
{
    int status = wait_for(pid);
    own_terminal();
    return status;
}

/* --- becoming a program ----------------------------------------------------------------------- */

/* Tries one path; returns errno. A text without `#!` is a script for this shell. */
static int
try_path(char *path, char **arguments, char **environment)
{
    execve(path, arguments, environment);
    if (errno != ENOEXEC)
        return errno;
    struct list script = { 0 };
    list_add(&script, "sh");
    list_add(&script, path);
    for (char **a = arguments + 1; *a; a++)
        list_add(&script, *a);
    execve("/bin/sh", list_take(&script), environment);
    return errno;
}

static bool
is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

/* The path of the name in the next folder of PATH, NULL behind the last one. An empty folder is the
 * current one. */
static char *
next_path(const char **folders, const char *name)
{
    const char *folder = *folders;
    if (!folder)
        return NULL;
    size_t length = strcspn(folder, ":");
    *folders = folder[length] ? folder + length + 1 : NULL;
    return join(length > 0 ? arena_copy(folder, length) : ".", "/", name);
}

/* A folder where the name exists but may not be run decides the error: it says more than "not
 * found". */
static int
try_folders(char **arguments, char **environment)
{
    const char *folders = variable_get("PATH");
    int result = ENOENT;
    for (char *path = next_path(&folders, arguments[0]); path;
         path = next_path(&folders, arguments[0])) {
        int error = try_path(path, arguments, environment);
        if (!is_missing(error))
            result = error;
    }
    return result;
}

static bool
is_program(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

const char *
find_program(const char *name)
{
    const char *folders = variable_get("PATH");
    if (strchr(name, '/'))
        return is_program(name) ? name : NULL;
    char *path = next_path(&folders, name);
    while (path && !is_program(path))
        path = next_path(&folders, name);
    return path;
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
    if (is_missing(error))
        exit(complain(STATUS_NOT_FOUND, "%s: not found", name));
    exit(complain(STATUS_NOT_EXECUTABLE, "%s: %s", name, strerror(error)));
}
