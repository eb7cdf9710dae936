/* builtins.c - commands that the shell runs itself, because they are about the shell.
 *
 * They change the shell's folder, variables and descriptors, or end it: a child could only change
 * its own. `true`, `false` and `test` (test.c) are here for speed alone. Follows POSIX.1-2017, 2.14
 * Special Built-In Utilities, and the pages of the others. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

enum { PATH_SIZE = 4096 };

/* `true` and `:` */
static int
true_builtin(char **arguments)
{
    return 0;
}

static int
false_builtin(char **arguments)
{
    return STATUS_FAILED;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* It asks the kernel and not $PWD, which anybody may set. */
static int
pwd_builtin(char **arguments)
{
    char path[PATH_SIZE];
    if (getcwd(path, sizeof(path)) == NULL)
        return complain(STATUS_FAILED, "pwd: %s", strerror(errno));
    puts(path);
    return 0;
}

/* Goes to a folder. PWD and OLDPWD are for programs and people; the shell does not trust them. */
static int
change_folder(const char *to)
{
    char before[PATH_SIZE] = "", after[PATH_SIZE] = "";
    getcwd(before, sizeof(before));
    if (chdir(to) != 0)
        return complain(STATUS_FAILED, "cd: %s: %s", to, strerror(errno));
    getcwd(after, sizeof(after));
    variable_set("OLDPWD", before);
    variable_set("PWD", after);
    return 0;
}

/* The words behind the options, of which `--` is the end and `known` the only one. */
static char **
skip_option(char **arguments, const char *known)
{
    const char *first = arguments[1];
    bool any = first && (strcmp(first, "--") == 0 || strcmp(first, known) == 0);
    bool both = any && arguments[2] && strcmp(first, "--") != 0 && strcmp(arguments[2], "--") == 0;
    return arguments + 1 + any + both;
}

/* cd [-P] [FOLDER | -]: without an argument it goes home; `-` is where we were before, and is
 * printed, as POSIX asks. */
static int
cd_builtin(char **arguments)
{
    const char *to = *skip_option(arguments, "-P");
    if (!to)
        to = variable_get("HOME");
    if (!to)
        return complain(STATUS_FAILED, "cd: HOME is not set");
    if (strcmp(to, "-") != 0)
        return change_folder(to);
    to = variable_get("OLDPWD");
    if (!to)
        return complain(STATUS_FAILED, "cd: OLDPWD is not set");
    int status = change_folder(to);
    if (status == 0)
        puts(variable_get("PWD"));
    return status;
}

/* umask [MASK]: the kernel tells the old mask only in exchange for a new one. */
static int
umask_builtin(char **arguments)
{
    if (!arguments[1]) {
        mode_t mask = umask(0);
        umask(mask);
        printf("%04o\n", mask);
        return 0;
    }
    char *end;
    long mask = strtol(arguments[1], &end, 8);
    if (!isdigit(*arguments[1]) || *end || mask > 0777)
        return complain(STATUS_SYNTAX, "umask: %s: not an octal mask", arguments[1]);
    umask(mask);
    return 0;
}

/* --- variables and arguments ------------------------------------------------------------------ */

/* Variables are set and exported only under names that a script could write: $NAME must find
 * them. */
static bool
check_name(const char *builtin, const char *name)
{
    if (is_name(name))
        return true;
    return complain(false, "%s: %s: not a name", builtin, name);
}

/* export [-p] [NAME[=VALUE]...] */
static int
export_builtin(char **arguments)
{
    char **a = skip_option(arguments, "-p");
    if (!*a)
        variables_print_exported();
    for (; *a; a++) {
        char *name = assignment_name(*a) > 0 ? variable_assign(*a) : *a;
        if (!check_name("export", name))
            return STATUS_SYNTAX;
        variable_export(name);
    }
    return 0;
}

/* unset [-v | -f] NAME...: it is no error when a variable is not set. */
static int
unset_builtin(char **arguments)
{
    bool function = arguments[1] && strcmp(arguments[1], "-f") == 0;
    for (char **a = skip_option(arguments, function ? "-f" : "-v"); *a; a++) {
        if (!check_name("unset", *a))
            return STATUS_SYNTAX;
        if (function)
            forget_function(*a);
        else
            variable_unset(*a);
    }
    return 0;
}

/* shift [N]: $1 becomes what $N+1 was. */
static int
shift_builtin(char **arguments)
{
    int count = 1;
    if (arguments[1] && !parse_count(arguments[1], &count))
        return complain(STATUS_SYNTAX, "shift: %s: not a number", arguments[1]);
    if (count > shell.argument_count)
        return complain(STATUS_FAILED, "shift: there are only %d arguments", shell.argument_count);
    shell.arguments += count;
    shell.argument_count -= count;
    return 0;
}

static bool
is_blank_separator(char c)
{
    return c && strchr(" \t", c) && strchr(separators(), c);
}

static char *
skip_blanks(char *line)
{
    while (is_blank_separator(*line))
        line++;
    return line;
}

/* Takes the next field off a line; the last field is the rest, without the blanks at its end. */
static char *
take_field(char **line, bool last)
{
    const char *ends = separators();
    char *field = skip_blanks(*line);
    size_t length = last ? strlen(field) : strcspn(field, ends);
    *line = skip_blanks(field + length);
    if (**line && strchr(ends, **line))
        ++*line;
    while (last && length > 0 && is_blank_separator(field[length - 1]))
        length--;
    return arena_copy(field, length);
}

/* read [-r] NAME...: a line of standard input, split at the characters of IFS. Backslashes are
 * ordinary, as -r wants it: what is read is data. */
static int
read_builtin(char **arguments)
{
    char **names = skip_option(arguments, "-r");
    struct text text = { 0 };
    for (char **name = names; *name; name++)
        if (!check_name("read", *name))
            return STATUS_SYNTAX;
    bool complete = read_line(STDIN_FILENO, &text);
    char *rest = text_take(&text);
    for (; *names; names++)
        variable_set(*names, take_field(&rest, !names[1]));
    return complete ? 0 : STATUS_FAILED;
}

/* --- the flow of commands --------------------------------------------------------------------- */

/* exit [STATUS]: without STATUS it is that of the last command. The kernel keeps eight bits of
 * it. */
static int
exit_builtin(char **arguments)
{
    int status = shell.status;
    if (arguments[1] && !parse_count(arguments[1], &status))
        status = complain(STATUS_SYNTAX, "exit: %s: not a number", arguments[1]);
    exit(status & 0xff);
}

/* break [N] and continue [N] */
static int
break_builtin(char **arguments)
{
    int count = 1;
    if (arguments[1] && (!parse_count(arguments[1], &count) || count == 0))
        return complain(STATUS_SYNTAX, "%s: %s: not a number of loops", arguments[0], arguments[1]);
    if (shell.loop_depth == 0)
        return 0;
    shell.unwind = strcmp(arguments[0], "break") == 0 ? BREAKING : CONTINUING;
    shell.unwind_loops = count < shell.loop_depth ? count : shell.loop_depth;
    return 0;
}

/* . FILE: runs it in this shell, so that it can set variables. FILE is not looked for in PATH. When
 * there is no such file, a script ends, as POSIX asks: what follows relies on it. */
static int
dot_builtin(char **arguments)
{
    if (!arguments[1])
        return complain(STATUS_SYNTAX, "usage: . FILE");
    int fd = open_script(arguments[1]);
    if (fd < 0) {
        abandon(complain(STATUS_SYNTAX, ".: %s: %s", arguments[1], strerror(errno)));
        return shell.status;
    }
    shell.call_depth++;
    int status = run_fd(fd);
    shell.call_depth--;
    close(fd);
    if (shell.unwind == RETURNING)
        shell.unwind = RUNNING;
    return status;
}

/* exec [COMMAND...]: simple.c has carried out the redirections, for good. Without COMMAND they are
 * all that there is to do. */
int
exec_builtin(char **arguments)
{
    if (arguments[1])
        execute(arguments + 1);
    return 0;
}

/* wait [PID...]: the status is that of the last one named. */
static int
wait_builtin(char **arguments)
{
    int status = 0;
    if (!arguments[1])
        return wait_all_background();
    for (char **a = arguments + 1; *a; a++) {
        int pid;
        if (!parse_count(*a, &pid) || pid == 0)
            return complain(STATUS_SYNTAX, "wait: %s: not a process number", *a);
        status = wait_background(pid);
    }
    return status;
}

/* eval [WORD...]: the words are read once more, as one line. */
static int
eval_builtin(char **arguments)
{
    struct text text = { 0 };
    struct input in;
    for (char **a = skip_option(arguments, "--"); *a; a++) {
        text_append(&text, *a);
        text_add(&text, ' ');
    }
    input_from_string(&in, text_take(&text));
    return run_input(&in);
}

/* return [STATUS]: ends a function or a `.` file. */
static int
return_builtin(char **arguments)
{
    int status = shell.status;
    if (arguments[1] && !parse_count(arguments[1], &status))
        return complain(STATUS_SYNTAX, "return: %s: not a number", arguments[1]);
    if (shell.call_depth == 0)
        return complain(STATUS_SYNTAX, "return: neither in a function nor in a `.` file");
    shell.unwind = RETURNING;
    return status & 0xff;
}

/* set [-eux] [+eux] [--] [ARGUMENT...]: switches, and $1 ... where words follow. */
static int
set_builtin(char **arguments)
{
    char **a = arguments + 1;
    if (!*a)
        return complain(STATUS_SYNTAX, "set without arguments: not supported, see export and env");
    for (; *a && (**a == '-' || **a == '+') && (*a)[1]; a++) {
        if (strcmp(*a, "--") == 0) {
            set_arguments(a + 1);
            return 0;
        }
        if (!set_options(*a + 1, **a == '-')) {
            abandon(STATUS_SYNTAX);
            return shell.status;
        }
    }
    if (*a)
        set_arguments(a);
    return 0;
}

/* What POSIX or bash know and this shell does not. A script that goes on without it would do
 * something else than was meant. */
static int
missing_builtin(char **arguments)
{
    abandon(complain(STATUS_SYNTAX, "%s: not supported", arguments[0]));
    return shell.status;
}

/* Those without help are missing. */
const struct builtin builtins[] = {
    { ":", true_builtin, true, ": [WORD...]      does nothing, status 0" },
    { ".", dot_builtin, true, ". FILE            runs the commands of a file in this shell" },
    { "[", test_builtin, false, "[ EXPRESSION ]   the same as test" },
    { "alias", missing_builtin, false, NULL },
    { "bg", missing_builtin, false, NULL },
    { "break", break_builtin, true, "break [N]        leaves the innermost loop, or N of them" },
    { "cd", cd_builtin, false, "cd [FOLDER | -]  goes to a folder, home, or back" },
    { "command", command_builtin, false,
      "command [-v | -V] NAME...  runs NAME, or says what it is" },
    { "continue", break_builtin, true, "continue [N]     begins the next round of a loop" },
    { "declare", missing_builtin, false, NULL },
    { "eval", eval_builtin, true, "eval [WORD...]   reads the words again and runs them" },
    { "exec", exec_builtin, true, "exec [COMMAND]   becomes the command; redirections stay" },
    { "exit", exit_builtin, true, "exit [STATUS]    ends the shell" },
    { "export", export_builtin, true, "export [NAME[=VALUE]...]  gives variables to programs" },
    { "false", false_builtin, false, "false            does nothing, status 1" },
    { "fc", missing_builtin, false, NULL },
    { "fg", missing_builtin, false, NULL },
    { "getopts", missing_builtin, false, NULL },
    { "hash", missing_builtin, false, NULL },
    { "help", help_builtin, false, "help             shows this list" },
    { "jobs", missing_builtin, false, NULL },
    { "let", missing_builtin, false, NULL },
    { "local", missing_builtin, false, NULL },
    { "pwd", pwd_builtin, false, "pwd              shows the folder that you are in" },
    { "read", read_builtin, false, "read [-r] NAME...  reads a line into variables" },
    { "readonly", missing_builtin, false, NULL },
    { "return", return_builtin, true, "return [STATUS]  ends a function" },
    { "set", set_builtin, true, "set [-eux] [+eux] [--] [WORD...]  switches; $1 ..." },
    { "shift", shift_builtin, true, "shift [N]        $2 becomes $1, and so on" },
    { "source", missing_builtin, false, NULL },
    { "test", test_builtin, false, "test EXPRESSION  compares texts, numbers; asks about files" },
    { "times", missing_builtin, false, NULL },
    { "trap", missing_builtin, false, NULL },
    { "true", true_builtin, false, "true             does nothing, status 0" },
    { "type", type_builtin, false, "type NAME...     says what a command is" },
    { "typeset", missing_builtin, false, NULL },
    { "ulimit", missing_builtin, false, NULL },
    { "umask", umask_builtin, false, "umask [MASK]     which rights new files do not get" },
    { "unalias", missing_builtin, false, NULL },
    { "unset", unset_builtin, true, "unset [-v | -f] NAME...  forgets variables or functions" },
    { "wait", wait_builtin, false, "wait [PID...]    waits for commands in the background" },
    { NULL, NULL, false, NULL },
};

/* A builtin wins over a program of the same name; a path, /bin/true, means the program. */
const struct builtin *
find_builtin(const char *name)
{
    const struct builtin *b = builtins;
    while (b->name && strcmp(b->name, name) != 0)
        b++;
    return b->name ? b : NULL;
}
