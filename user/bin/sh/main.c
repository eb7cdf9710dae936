/*
 * sh - the shell.   sh [FILE [ARGUMENT...]]   sh -c COMMANDS [NAME [ARGUMENT...]]
 *
 * This file chooses where commands come from and runs them; sh.h tells the way of a command
 * through the other files. With a terminal as its standard input and nothing else to read, the
 * shell prompts and lets lines be edited; otherwise it prints nothing of its own but errors.
 * Status: that of the last command; 2 for a syntax error, 127 when FILE is missing.
 */
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
void
complain(const char *format, ...)
{
    va_list arguments;

    fflush(stdout); /* what was printed before comes before */
    fputs("sh: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

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
    for (unsigned i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    shell.terminal = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, SHELL_FD);
    setpgid(0, 0); /* a group of its own; the leader of a session has one, and is refused */
    shell.owns_terminal = shell.terminal >= 0 && tcgetpgrp(shell.terminal) >= 0;
    own_terminal();
}

/* The loop of a shell with a prompt: an error ends a line, never the shell. */
static int
run_terminal(void)
{
    struct input in;

    do {
        input_from_fd(&in, STDIN_FILENO);
        shell.unwind = RUNNING;
        shell.run_depth = shell.loop_depth = 0;
        interrupted = 0;
        run_input(&in);
        if (interrupted)
            fputc('\n', stderr); /* behind the ^C that the terminal or the editor has shown */
        free(in.buffer);         /* after an error the rest of the line means nothing */
    } while (shell.unwind == ABANDONED);
    return shell.status;
}

/* sh -c: the last command of the string may replace the shell, nothing comes after it. */
static int
run_string(const char *text)
{
    struct input in;

    input_from_string(&in, text);
    in.final = true;
    return run_input(&in);
}

static int
run_fd(int fd)
{
    struct input in;

    input_from_fd(&in, fd);
    return run_input(&in);
}

static int
refuse_file(const char *path, const char *why, int status)
{
    complain("%s: %s", path, why);
    return status;
}

/* A file that begins with zeros among its first bytes is no text: probably a program for another
 * machine, or a damaged one. Executing it line by line would only make noise, or harm. */
static int
run_file(const char *path)
{
    char beginning[128];
    int fd = open_script(path);

    if (fd < 0)
        return refuse_file(path, errno == ENOENT ? "not found" : strerror(errno),
                           errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
    ssize_t size = pread(fd, beginning, sizeof beginning, 0);
    if (size < 0 && errno != ESPIPE)
        return refuse_file(path, strerror(errno), STATUS_NOT_EXECUTABLE);
    if (size > 0 && memchr(beginning, '\0', (size_t)size) != NULL)
        return refuse_file(path, "not a script, and no program that can run here",
                           STATUS_NOT_EXECUTABLE);
    return run_fd(fd);
}

/* argv[0] is $0. With an empty list it stays "sh". */
static void
set_parameters(int argc, char **argv)
{
    if (argc > 0)
        shell.name = argv[0];
    shell.arguments = argc > 0 ? argv + 1 : argv;
    shell.argument_count = argc > 0 ? argc - 1 : 0;
}

int
main(int argc, char **argv)
{
    bool commands = argc > 1 && strcmp(argv[1], "-c") == 0;

    shell.pid = getpid();
    variables_from_environment();
    if (variable_get("PATH") == NULL)
        variable_set("PATH", "/bin:/usr/bin");
    if ((commands && argc < 3) || (argc > 1 && argv[1][0] == '-' && !commands)) {
        fputs("usage: sh [FILE [ARGUMENT...]]\n       sh -c COMMANDS [NAME [ARGUMENT...]]\n",
              stderr);
        return STATUS_SYNTAX;
    }
    if (commands) {
        set_parameters(argc - 3, argv + 3);
        exit(run_string(argv[2]));
    }
    if (argc > 1) {
        set_parameters(argc - 1, argv + 1);
        exit(run_file(argv[1]));
    }
    set_parameters(0, argv + argc);
    if (!isatty(STDIN_FILENO))
        exit(run_fd(STDIN_FILENO));
    become_interactive();
    exit(run_terminal());
}
