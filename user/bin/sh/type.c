/* type.c - what a command word means: `type`, `command -v` and `command -V`.
 *
 * They ask in the order in which simple.c does.
 * Follows POSIX.1-2017, "command" and "type". */

#include <stdio.h>
#include <string.h>
#include "sh.h"

/* What kind of command the name is, in words; NULL: a program, or nothing. */
static const char *
kind_of(const char *name)
{
    const struct builtin *builtin = find_builtin(name);
    if (is_reserved(name))
        return "a shell keyword";
    if (builtin && builtin->special)
        return "a special shell builtin";
    if (find_function(name))
        return "a shell function";
    return builtin && builtin->help ? "a shell builtin" : NULL;
}

/* Says it in a sentence. The status is 127 when there is no such command, as when it is run. */
static int
describe(const char *name)
{
    const char *kind = kind_of(name);
    const char *path = kind ? NULL : find_program(name);
    if (kind)
        printf("%s is %s\n", name, kind);
    else if (path)
        printf("%s is %s\n", name, path);
    else
        return complain(STATUS_NOT_FOUND, "%s: not found", name);
    return 0;
}

/* What a script can run: the name itself, or the path of the program. */
static int
print_path(const char *name)
{
    const char *path = kind_of(name) ? name : find_program(name);
    if (!path)
        return STATUS_NOT_FOUND;
    puts(path);
    return 0;
}

/* type NAME... */
int
type_builtin(char **arguments)
{
    int status = 0;
    for (char **a = arguments + 1; *a; a++)
        status |= describe(*a);
    return status;
}

/* command -v NAME, command -V NAME; simple.c has run `command NAME`. */
int
command_builtin(char **arguments)
{
    if (!arguments[1])
        return 0;
    if (strcmp(arguments[1], "-V") == 0)
        return type_builtin(arguments + 1);
    if (strcmp(arguments[1], "-v") != 0)
        return complain(STATUS_SYNTAX, "command: %s: not supported", arguments[1]);
    return arguments[2] ? print_path(arguments[2]) : STATUS_FAILED;
}
