/* sh - the shell.   sh [FILE [ARGUMENT...]]   sh -c COMMANDS [NAME [ARGUMENT...]]
 *
 * This file chooses where commands come from and runs them; sh.h tells the way of a command
 * through the other files. With a terminal as its standard input and nothing else to read, the
 * shell prompts and lets lines be edited; otherwise it prints nothing of its own but errors.
 * Status: that of the last command; 2 for a syntax error, 127 when FILE is missing. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

struct shell shell = { .name = "sh" };
volatile sig_atomic_t interrupted;

/* The name of the shell comes first, so that its messages are not taken for a program's. */
int
complain(int status, const char *format, ...)
{
    va_list arguments;
    fflush(stdout); /* what was printed before comes before */
    fputs("sh: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return status;
}

/* A script must not go on with half of its commands done; a person decides what comes next. */
void
abandon(int status)
{
    shell.status = status;
    if (!shell.interactive)
        exit(status);
    shell.unwind = ABANDONED;
}

/* A handler may not do more: run and the loops around it look at the flag. */
static void
on_interrupt(int signal)
{
    interrupted = 1;
}

/* Commands come from a person: ctrl-c must not end the shell, and changing the terminal's
 * foreground group from the background, SIGTTOU, must not stop it. */
static void
become_interactive(void)
{
    static const int ignored[] = { SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
    struct sigaction catch = { .sa_handler = on_interrupt }; /* no SA_RESTART: wait must end */
    shell.interactive = true;
    sigaction(SIGINT, &catch, NULL);
    for (unsigned i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    shell.terminal = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, SHELL_FD);
    setpgid(0, 0); /* a group of its own; the leader of a session has one, and is refused */
    shell.owns_terminal = shell.terminal >= 0 && tcgetpgrp(shell.terminal) >= 0;
    own_terminal();
}

int
run_fd(int fd)
{
    struct input in;
    input_from_fd(&in, fd);
    return run_input(&in);
}

/* The loop of a shell with a prompt: an error ends a line, never the shell. */
static int
run_terminal(void)
{
    do {
        shell.unwind = RUNNING;
        shell.run_depth = shell.loop_depth = 0;
        interrupted = 0;
        run_fd(STDIN_FILENO);
        if (interrupted)
            fputc('\n', stderr); /* behind the ^C that the terminal or the editor has shown */
    } while (shell.unwind == ABANDONED);
    return shell.status;
}

/* sh -c */
static int
run_string(const char *text)
{
    struct input in;
    input_from_string(&in, text);
    return run_input(&in);
}

/* A file with zeros among its first bytes is no text: probably a program for another machine, or a
 * damaged one. Executing it line by line would only make noise, or harm. */
static int
run_file(const char *path)
{
    char beginning[128];
    int fd = open_script(path);
    bool missing = fd < 0 && errno == ENOENT;
    ssize_t size = fd < 0 ? -1 : pread(fd, beginning, sizeof(beginning), 0);
    if (size < 0 && errno != ESPIPE)
        return complain(missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "%s: %s", path,
                        missing ? "not found" : strerror(errno));
    if (size > 0 && memchr(beginning, '\0', (size_t)size) != NULL)
        return complain(STATUS_NOT_EXECUTABLE, "%s: not a script, and no program that can run here",
                        path);
    return run_fd(fd);
}

/* The words from the one that names the shell on: $0 $1 ... With an empty list $0 stays "sh". */
int
main(int argc, char **argv)
{
    bool option = argc > 1 && argv[1][0] == '-', commands = option && strcmp(argv[1], "-c") == 0;
    char **words = argv + (commands ? 3 : 1), here[4096];
    shell.pid = getpid();
    variables_from_environment();
    if (!variable_get("PATH"))
        variable_set("PATH", "/bin:/usr/bin");
    if (getcwd(here, sizeof(here)) != NULL)
        variable_set("PWD", here);
    if (option && (!commands || argc < 3)) {
        fputs("usage: sh [FILE [ARGUMENT...]]\n       sh -c COMMANDS [NAME [ARGUMENT...]]\n",
              stderr);
        return STATUS_SYNTAX;
    }
    if (words < argv + argc) {
        shell.name = words[0];
        shell.arguments = words + 1;
        shell.argument_count = (int)(argv + argc - shell.arguments);
    }
    if (commands)
        exit(run_string(argv[2]));
    if (argc > 1)
        exit(run_file(argv[1]));
    if (!isatty(STDIN_FILENO))
        exit(run_fd(STDIN_FILENO));
    become_interactive();
    exit(run_terminal());
}
