/* help.c - the list of all commands, for who has just arrived.
 *
 * The line of a builtin stands in builtins.c. That of a program is the first line of its source:
 * user/user.mk collects them into /etc/commands, so that neither list can be out of date. */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "sh.h"

#define COMMANDS "/etc/commands"

static void
print_builtins(void)
{
    puts("The shell itself knows:");
    for (const struct builtin *b = builtins; b->name; b++)
        if (b->help)
            printf("  %s\n", b->help);
}

static void
print_programs(void)
{
    int fd = open_script(COMMANDS);
    struct text line = { 0 };
    if (fd < 0)
        return;
    puts("Programs in /bin:");
    while (read_line(fd, &line))
        printf("  %s\n", text_take(&line));
    close(fd);
}

static void
print_missing(void)
{
    int column = printf("Not supported:");
    for (const struct builtin *b = builtins; b->name; b++) {
        if (!b->help && column > 60)
            column = printf("\n ") - 1;
        if (!b->help)
            column += printf(" %s", b->name);
    }
    puts("\n  " MISSING_SYNTAX);
}

/* help */
int
help_builtin(char **arguments)
{
    print_builtins();
    print_programs();
    print_missing();
    return 0;
}
