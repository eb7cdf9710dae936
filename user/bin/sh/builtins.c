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

/* cd [FOLDER | -]: without an argument it goes home; `-` is where we were before, and is printed,
 * as POSIX asks. */
static int
cd_builtin(char **arguments)
{
    const char *to = arguments[1];
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

/* export [NAME[=VALUE]...] */
static int
export_builtin(char **arguments)
{
    if (!arguments[1])
        variables_print_exported();
    for (char **a = arguments + 1; *a; a++) {
        char *name = assignment_name(*a) > 0 ? variable_assign(*a) : *a;
        if (!check_name("export", name))
            return STATUS_SYNTAX;
        variable_export(name);
    }
    return 0;
}

/* unset NAME...: it is no error when a variable is not set. */
static int
unset_builtin(char **arguments)
{
    for (char **a = arguments + 1; *a; a++) {
        if (!check_name("unset", *a))
            return STATUS_SYNTAX;
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

/* Takes the next field off a line; the last field is the rest, without the blanks at its end. */
static char *
take_field(char **line, bool last)
{
    char *field = *line + strspn(*line, " \t");
    size_t length = last ? strlen(field) : strcspn(field, " \t");
    *line = field + length;
    if (**line)
        ++*line;
    while (length > 0 && strchr(" \t", field[length - 1]))
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
    if (*names && strcmp(*names, "-r") == 0)
        names++;
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
    int status = run_fd(fd);
    close(fd);
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

/* A builtin wins over a program of the same name; a path, /bin/true, means the program. */
const struct builtin *
find_builtin(const char *name)
{
    static const struct builtin builtins[] = {
        { ":", true_builtin, true },        { ".", dot_builtin, true },
        { "[", test_builtin, false },       { "break", break_builtin, true },
        { "cd", cd_builtin, false },        { "continue", break_builtin, true },
        { "exec", exec_builtin, true },     { "exit", exit_builtin, true },
        { "export", export_builtin, true }, { "false", false_builtin, false },
        { "pwd", pwd_builtin, false },      { "read", read_builtin, false },
        { "shift", shift_builtin, true },   { "test", test_builtin, false },
        { "true", true_builtin, false },    { "umask", umask_builtin, false },
        { "unset", unset_builtin, true },   { "wait", wait_builtin, false },
    };
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}
