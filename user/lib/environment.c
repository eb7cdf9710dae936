/*
 * environment.c - reading and changing the environment, a list of NAME=VALUE strings.
 *
 * At start `environ` is the kernel's list on the stack, which cannot grow: a change that adds a
 * name makes a new list on the heap. What it replaces is not freed, because a program may still
 * hold what getenv gave it. A name must not be empty or hold a '='. Source: POSIX.
 */
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

/* Makes room for one more entry at the end. */
static int
grow(void)
{
    size_t count = find("") - environ;
    char **bigger = calloc(count + 2, sizeof(char *));
    if (!bigger)
        return -1;
    memcpy(bigger, environ, count * sizeof(char *));
    environ = bigger;
    return 0;
}

/* The string is copied; the list gets a pointer to the copy. */
int
setenv(const char *name, const char *value, int overwrite)
{
    if (*find(name) && !overwrite)
        return 0;
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = malloc(size);
    if (!entry || (!*find(name) && grow() < 0))
        return -1;
    snprintf(entry, size, "%s=%s", name, value);
    *find(name) = entry;
    return 0;
}
