/*
 * history.c - the lines typed so far, the newest of them.
 */
#include <stdlib.h>
#include <string.h>
#include "sh.h"

enum { LINES = 100 };

static char *lines[LINES]; /* a ring: line number n is at n % LINES */
static int count;

void
history_add(const char *line)
{
    const char *newest = history_get(1);

    if (line[0] == '\0' || (newest != NULL && strcmp(newest, line) == 0))
        return;
    free(lines[count % LINES]);
    lines[count % LINES] = copy_string(line);
    count++;
}

const char *
history_get(int back)
{
    bool there = back >= 1 && back <= LINES && back <= count;

    return there ? lines[(count - back) % LINES] : NULL;
}
