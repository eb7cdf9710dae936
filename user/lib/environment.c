/*
 * environment.c - reading and changing the environment, a list of NAME=VALUE strings.
 *
 * At start `environ` is the kernel's list on the stack, which cannot grow: a change that adds a
 * name makes a new list on the heap. What it replaces is not freed, because a program may still
 * hold what getenv gave it. Source: POSIX.
 */
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

/* The string is copied; the list gets a pointer to the copy. */
int
setenv(const char *name, const char *value, int overwrite)
{
    size_t size = strlen(name) + strlen(value) + 2;
    if (!*name || strchr(name, '=')) {
        errno = EINVAL;
        return -1;
    }
    char **at = find(name);
    if (*at && !overwrite)
        return 0;
    char *entry = malloc(size), **list = environ;
    if (!*at) /* `at` is the end */
        list = calloc(at - environ + 2, sizeof(char *));
    if (!entry || !list)
        return -1;
    if (list != environ) {
        at = list + (at - environ);
        environ = memcpy(list, environ, (char *)at - (char *)list);
    }
    snprintf(entry, size, "%s=%s", name, value);
    *at = entry;
    return 0;
}
