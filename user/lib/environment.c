/*
 * environment.c - reading and changing the environment, a list of NAME=VALUE strings.
 *
 * At start `environ` is the kernel's list on the stack, which cannot grow: the first change that
 * adds a name moves it to the heap. Replaced strings are not freed, because a program may still
 * hold what getenv gave it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **ours; /* environ, once it is on the heap */

/* The place of `name` in environ, or the place of the NULL at its end. */
static char **
find(const char *name)
{
    size_t length = strlen(name);
    char **at = environ;
    while (*at && !(strncmp(*at, name, length) == 0 && (*at)[length] == '='))
        at++;
    return at;
}

char *
getenv(const char *name)
{
    char *entry = *find(name);
    return entry ? entry + strlen(name) + 1 : NULL;
}

static int
append(char *entry)
{
    size_t count = 0;
    while (environ[count])
        count++;
    int moved = environ == ours; /* realloc moves our own list; another one we copy */
    char **bigger = realloc(ours, (count + 2) * sizeof(char *));
    if (!bigger)
        return -1;
    if (!moved)
        memcpy(bigger, environ, count * sizeof(char *));
    bigger[count] = entry;
    bigger[count + 1] = NULL;
    environ = ours = bigger;
    return 0;
}

static int
bad_name(const char *name)
{
    if (*name && !strchr(name, '='))
        return 0;
    errno = EINVAL;
    return 1;
}

int
setenv(const char *name, const char *value, int overwrite)
{
    if (bad_name(name))
        return -1;
    char **at = find(name);
    if (*at && !overwrite)
        return 0;
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = malloc(size);
    if (!entry)
        return -1;
    snprintf(entry, size, "%s=%s", name, value);
    if (!*at)
        return append(entry);
    *at = entry;
    return 0;
}

int
unsetenv(const char *name)
{
    if (bad_name(name))
        return -1;
    for (char **at = find(name); *at; at++)
        *at = at[1];
    return 0;
}
