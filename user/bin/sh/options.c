/* options.c - the switches of the shell, given to sh or to `set`.
 *
 * -e  a command that fails ends the shell, unless its status is asked for (run.c)
 * -u  a parameter that is not set is an error (parameter.c)
 * -x  a simple command is shown before it runs (simple.c)
 *
 * Follows POSIX.1-2017, "set". Its other letters are refused. */

#include "sh.h"

static const struct {
    char letter;
    bool *value;
} options[] = {
    { 'e', &shell.exits_on_error },
    { 'u', &shell.refuses_unset },
    { 'x', &shell.traces },
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

bool
set_option(char letter, bool on)
{
    for (int i = 0; i < OPTIONS; i++) {
        if (options[i].letter != letter)
            continue;
        *options[i].value = on;
        return true;
    }
    return complain(false, "option %c%c: not supported", on ? '-' : '+', letter);
}

bool
set_options(const char *letters, bool on)
{
    for (; *letters; letters++)
        if (!set_option(*letters, on))
            return false;
    return true;
}

const char *
options_text(void)
{
    struct text letters = { 0 };
    for (int i = 0; i < OPTIONS; i++)
        if (*options[i].value)
            text_add(&letters, options[i].letter);
    return text_take(&letters);
}
