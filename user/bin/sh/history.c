/* history.c - the lines that a person has typed, for the keys up and down.
 *
 * They are kept in memory and end with the shell. */

#include <stdlib.h>
#include <string.h>
#include "editor.h"

enum { HISTORY = 100 };

static char *history[HISTORY]; /* the oldest first */
static int history_count;

const char *
history_get(int back)
{
    return back >= 1 && back <= history_count ? history[history_count - back] : NULL;
}

/* Empty lines and repetitions would only be in the way. */
void
history_add(const char *line)
{
    const char *newest = history_get(1);
    if (!line[0] || (newest && strcmp(newest, line) == 0))
        return;
    if (history_count == HISTORY) {
        free(history[0]);
        history_count--;
        memmove(history, history + 1, history_count * sizeof(*history));
    }
    history[history_count++] = copy_string(line);
}
