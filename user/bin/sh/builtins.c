/*
 * builtins.c - commands that the shell runs itself, because they are about the shell.
 *
 * Its folder, its variables, its descriptors, its end: a child could change only its own. `true`,
 * `false` and `test` (test.c) are here for speed alone.
 * Follows POSIX.1-2017, 2.14 Special Built-In Utilities, and the pages of the others.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

enum { PATH_SIZE = 4096 };

/* strtol alone would take blanks, signs and no digits at all. */
bool
parse_count(const char *text, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);

    *number = (int)value;
    return isdigit(*text) && *end == '\0' && value <= INT_MAX;
}

static int
true_builtin(char **arguments)
{
    return 0;
}

static int
false_builtin(char **arguments)
{
    return 1;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* Asks the kernel and not $PWD, which anybody may set. */
static int
pwd_builtin(char **arguments)
{
    char path[PATH_SIZE];

    if (getcwd(path, sizeof path) == NULL) {
        complain("pwd: %s", strerror(errno));
        return STATUS_FAILED;
    }
    puts(path);
    return 0;
}

/* cd [FOLDER | -]: without one, home; `-` is where we were before, and is printed, as POSIX
 * asks. PWD and OLDPWD are for programs and people; the shell itself does not trust them. */
static int
cd_builtin(char **arguments)
{
    char before[PATH_SIZE] = "", after[PATH_SIZE] = "";
    const char *to = arguments[1] != NULL ? arguments[1] : variable_get("HOME");
    bool back = to != NULL && strcmp(to, "-") == 0;

    if (back)
        to = variable_get("OLDPWD");
    if (to == NULL) {
        complain("cd: %s is not set", back ? "OLDPWD" : "HOME");
        return STATUS_FAILED;
    }
    getcwd(before, sizeof before);
    if (chdir(to) != 0) {
        complain("cd: %s: %s", to, strerror(errno));
        return STATUS_FAILED;
    }
    getcwd(after, sizeof after);
    variable_set("OLDPWD", before);
    variable_set("PWD", after);
    if (back)
        puts(after);
    return 0;
}

/* umask [MASK]: the kernel tells the old mask only in exchange for a new one. */
static int
umask_builtin(char **arguments)
{
    char *end;

    if (arguments[1] == NULL) {
        mode_t mask = umask(0);
        umask(mask);
        printf("%04o\n", mask);
        return 0;
    }
    long mask = strtol(arguments[1], &end, 8);
    if (!isdigit(*arguments[1]) || *end != '\0' || mask > 0777) {
        complain("umask: %s: not an octal mask", arguments[1]);
        return STATUS_SYNTAX;
    }
    umask((mode_t)mask);
    return 0;
}

/* --- variables and arguments ------------------------------------------------------------------ */

/* Variables are set and exported only under names that a script could write: $NAME must find
 * them. */
static bool
check_name(const char *builtin, const char *name)
{
    if (!is_name(name))
        complain("%s: %s: not a name", builtin, name);
    return is_name(name);
}

/* export [NAME[=VALUE]...] */
static int
export_builtin(char **arguments)
{
    if (arguments[1] == NULL)
        variables_print_exported();
    for (char **a = arguments + 1; *a != NULL; a++) {
        size_t length = assignment_name(*a);
        char *name = length > 0 ? arena_copy(*a, length) : *a;
        if (!check_name("export", name))
            return STATUS_SYNTAX;
        if (length > 0)
            variable_set(name, *a + length + 1);
        variable_export(name);
    }
    return 0;
}

/* unset NAME...: what is not set may be unset, too. */
static int
unset_builtin(char **arguments)
{
    for (char **a = arguments + 1; *a != NULL; a++) {
        if (!check_name("unset", *a))
            return STATUS_SYNTAX;
        variable_unset(*a);
    }
    return 0;
}

/* shift [N]: $1 becomes what $N+1 was. The list itself stays as it is, a loop may be walking it. */
static int
shift_builtin(char **arguments)
{
    int count = 1;

    if (arguments[1] != NULL && !parse_count(arguments[1], &count)) {
        complain("shift: %s: not a number", arguments[1]);
        return STATUS_SYNTAX;
    }
    if (count > shell.argument_count) {
        complain("shift: there are only %d arguments", shell.argument_count);
        return STATUS_FAILED;
    }
    shell.arguments += count;
    shell.argument_count -= count;
    return 0;
}

/* Takes the next field off a line; the last one is the rest, without the blanks at its end. */
static char *
take_field(char **line, bool last)
{
    char *field = *line + strspn(*line, " \t");
    size_t length = last ? strlen(field) : strcspn(field, " \t");

    *line = field + length + (field[length] != '\0');
    while (length > 0 && strchr(" \t", field[length - 1]) != NULL)
        length--;
    return arena_copy(field, length);
}

/* read [-r] NAME...: a line of standard input, split at blanks. Backslashes are ordinary, as -r
 * wants it: what is read is data. */
static int
read_builtin(char **arguments)
{
    char **names = arguments + 1;
    struct text text = { 0 };

    if (*names != NULL && strcmp(*names, "-r") == 0)
        names++;
    for (char **name = names; *name != NULL; name++)
        if (!check_name("read", *name))
            return STATUS_SYNTAX;
    bool complete = read_line(STDIN_FILENO, &text);
    char *rest = text_take(&text);
    for (; *names != NULL; names++)
        variable_set(*names, take_field(&rest, names[1] == NULL));
    return complete ? 0 : STATUS_FAILED;
}

/* --- the flow of commands --------------------------------------------------------------------- */

/* exit [STATUS]: without one, that of the last command. The kernel keeps eight bits of it. */
static int
exit_builtin(char **arguments)
{
    int status = shell.status;

    if (arguments[1] != NULL && !parse_count(arguments[1], &status)) {
        complain("exit: %s: not a number", arguments[1]);
        status = STATUS_SYNTAX;
    }
    exit(status & 0xff);
}

/* break [N] and continue [N] */
static int
leave_loops(char **arguments, enum unwind how)
{
    int count = 1;

    if (arguments[1] != NULL && (!parse_count(arguments[1], &count) || count == 0)) {
        complain("%s: %s: not a number of loops", arguments[0], arguments[1]);
        return STATUS_SYNTAX;
    }
    if (shell.loop_depth > 0) {
        shell.unwind = how;
        shell.unwind_loops = count < shell.loop_depth ? count : shell.loop_depth;
    }
    return 0;
}

static int
break_builtin(char **arguments)
{
    return leave_loops(arguments, BREAKING);
}

static int
continue_builtin(char **arguments)
{
    return leave_loops(arguments, CONTINUING);
}

/* . FILE: runs it in this shell, so that it can set variables. The name is no matter of PATH. */
static int
dot_builtin(char **arguments)
{
    struct input in;

    if (arguments[1] == NULL) {
        complain("usage: . FILE");
        return STATUS_SYNTAX;
    }
    int fd = open_script(arguments[1]);
    if (fd < 0) {
        complain(".: %s: %s", arguments[1], strerror(errno));
        return STATUS_FAILED;
    }
    input_from_fd(&in, fd);
    int status = run_input(&in);
    free(in.buffer);
    close(fd);
    return status;
}

/* exec [COMMAND...]: run.c has carried out the redirections, for good. */
int
exec_builtin(char **arguments)
{
    if (arguments[1] == NULL)
        return 0; /* the redirections were all */
    execute(arguments + 1);
}

/* wait [PID...]: the status is that of the last one named. */
static int
wait_builtin(char **arguments)
{
    int status = 0;
    int pid;

    if (arguments[1] == NULL)
        return wait_background_all();
    for (char **a = arguments + 1; *a != NULL; a++) {
        if (!parse_count(*a, &pid)) {
            complain("wait: %s: not a process number", *a);
            return STATUS_SYNTAX;
        }
        status = wait_background(pid);
    }
    return status;
}

/* A builtin wins over a program of the same name; a path, /bin/true, means the program. */
builtin_function *
find_builtin(const char *name)
{
    static const struct {
        const char *name;
        builtin_function *run;
    } builtins[] = {
        { ":", true_builtin },      { ".", dot_builtin },       { "[", test_builtin },
        { "break", break_builtin }, { "cd", cd_builtin },       { "continue", continue_builtin },
        { "exec", exec_builtin },   { "exit", exit_builtin },   { "export", export_builtin },
        { "false", false_builtin }, { "pwd", pwd_builtin },     { "read", read_builtin },
        { "shift", shift_builtin }, { "test", test_builtin },   { "true", true_builtin },
        { "umask", umask_builtin }, { "unset", unset_builtin }, { "wait", wait_builtin },
    };

    for (unsigned i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return builtins[i].run;
    return NULL;
}
