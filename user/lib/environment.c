/* environment.c - reading and changing the environment, a list of NAME=VALUE strings.
 *
 * At start `environ` is the kernel's list on the stack, which cannot grow: a change that adds a
 * name makes a new list on the heap. What it replaces is not freed, because a program may still
 * hold what getenv gave it. Source: POSIX. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Moves the list of `count` entries to the heap, with room for one more. Returns the place of that
 * one, or NULL without memory. */
static char **
add_place(size_t count)
{
    char **list = calloc(count + 2, sizeof(*list));
    if (!list)
        return NULL;
    memcpy(list, environ, count * sizeof(*list));
    environ = list;
    return environ + count;
}

/* The string is copied; the list gets a pointer to the copy. */
int
setenv(const char *name, const char *value, int overwrite)
{
    if (!*name || strchr(name, '=')) {
        errno = EINVAL;
        return -1;
    }
    char **at = find(name);
    if (*at && !overwrite)
        return 0;
    size_t size = strlen(name) + strlen(value) + 2;
    if (!*at)
        at = add_place(at - environ);
    char *entry = at ? malloc(size) : NULL;
    if (!entry)
        return -1; /* the place behind the last entry may stay free */
    snprintf(entry, size, "%s=%s", name, value);
    *at = entry;
    return 0;
}
