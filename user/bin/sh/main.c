/* sh - the shell: runs commands that are typed or stand in a file
 *
 *     sh [-eux] [FILE [ARGUMENT...]]      sh [-eux] -c COMMANDS [NAME [ARGUMENT...]]
 *
 * This file chooses where commands come from and runs them; sh.h tells the way of a command
 * through the other files. With a terminal as its standard input and nothing else to read, the
 * shell prompts and lets lines be edited; otherwise it prints nothing of its own but errors.
 * Status: that of the last command; 2 for a syntax error, 127 when FILE is missing. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

/* A handler may not do more than that. run and the loops around it look at the flag. */
static void
on_interrupt(int signal)
{
    interrupted = 1;
}

/* Commands come from a person. ctrl-c must not end the shell. SIGTTOU must not stop it, when it
 * changes the terminal's foreground group from the background. */
static void
become_interactive(void)
{
    static const int ignored[] = { SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
    struct sigaction action = { .sa_handler = on_interrupt }; /* no SA_RESTART: wait must end */
    shell.interactive = true;
    sigaction(SIGINT, &action, NULL);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    shell.terminal = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, SHELL_FD);
    setpgid(0, 0); /* a group of its own; the leader of a session has one, and is refused */
    shell.owns_terminal = shell.terminal >= 0 && tcgetpgrp(shell.terminal) >= 0;
    own_terminal();
}

/* A login shell, whose name init begins with `-` as Unix has always done, is the first thing that a
 * person sees of the machine. */
static void
greet(void)
{
    fputs("This is Postern, a small operating system for RISC-V with a vDSO of its own.\n"
          "To leave: ctrl-d or poweroff; ctrl-a x ends the machine at any time.\n"
          "Type help for the list of commands; vdso-tour shows what is special here.\n",
          stderr);
}

/* The loop of a shell with a prompt: an error ends a line, never the shell. */
static int
run_terminal(void)
{
    do {
        shell.unwind = RUNNING;
        shell.run_depth = 0;
        shell.loop_depth = 0;
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

/* sh FILE. A file with zeros among its first bytes is no text: probably a program for another
 * machine, or a damaged one. Executing it line by line would only make noise, or harm. A pipe
 * cannot be looked at without taking its bytes (ESPIPE), and is believed. */
static int
run_file(const char *path)
{
    char beginning[128];
    int fd = open_script(path);
    if (fd < 0 && errno == ENOENT)
        return complain(STATUS_NOT_FOUND, "%s: not found", path);
    if (fd < 0)
        return complain(STATUS_NOT_EXECUTABLE, "%s: %s", path, strerror(errno));
    ssize_t size = pread(fd, beginning, sizeof(beginning), 0);
    if (size < 0 && errno != ESPIPE)
        return complain(STATUS_NOT_EXECUTABLE, "%s: %s", path, strerror(errno));
    if (size > 0 && memchr(beginning, '\0', size))
        return complain(STATUS_NOT_EXECUTABLE, "%s: not a script, and no program that can run here",
                        path);
    return run_fd(fd);
}

/* Fills in what a script may ask for even when nobody has set it. */
static void
set_defaults(void)
{
    char here[4096];
    if (!variable_get("PATH"))
        variable_set("PATH", "/bin:/usr/bin");
    if (getcwd(here, sizeof(here)))
        variable_set("PWD", here);
}

static int
usage(void)
{
    fputs("usage: sh [-eux] [FILE [ARGUMENT...]]\n"
          "       sh [-eux] -c COMMANDS [NAME [ARGUMENT...]]\n",
          stderr);
    return STATUS_SYNTAX;
}

/* The words from argv[first] on are $0 $1 ...; when there is none, $0 stays "sh". */
static void
take_arguments(int argc, char **argv, int first)
{
    if (first >= argc)
        return;
    shell.name = argv[first];
    shell.arguments = argv + first + 1;
    shell.argument_count = argc - first - 1;
}

/* The letters of one word of options. `c` is no state of the shell: it says that commands follow.
 * The word itself stays as it is, for /proc shows it. */
static void
take_letters(const char *letters, bool on, bool *commands)
{
    for (; *letters; letters++) {
        if (on && *letters == 'c')
            *commands = true;
        else if (!set_option(*letters, on))
            exit(STATUS_SYNTAX);
    }
}

/* Takes the options, -c among them. Returns the index of the first word behind them. A `--`
 * or `-` ends them: system(3) and popen(3) of glibc 2.38 and later write sh -c -- COMMANDS. */
static int
take_options(int argc, char **argv, bool *commands)
{
    int i = 1;
    for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0)
            break;
        take_letters(argv[i] + 1, argv[i][0] == '-', commands);
    }
    bool end = i < argc && (strcmp(argv[i], "-") == 0 || strcmp(argv[i], "--") == 0);
    return i + end;
}

int
main(int argc, char **argv)
{
    bool commands = false;
    int next = take_options(argc, argv, &commands);
    shell.pid = getpid();
    variables_from_environment();
    set_defaults();
    if (commands && next >= argc)
        return usage();
    take_arguments(argc, argv, commands ? next + 1 : next);
    if (commands)
        exit(run_string(argv[next]));
    if (next < argc)
        exit(run_file(argv[next]));
    if (!isatty(STDIN_FILENO))
        exit(run_fd(STDIN_FILENO));
    become_interactive();
    if (argv[0][0] == '-')
        greet();
    exit(run_terminal());
}
