/*
 * string.c - strings that end in a zero byte. Copying and comparing of bytes is in memory.c, the
 * texts of errors and signals in messages.c. Source: ISO C, 7.24; POSIX for strdup and strtok_r.
 */
#include <stdlib.h>
#include <string.h>

size_t
strlen(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return end - s;
}

size_t
strnlen(const char *s, size_t most)
{
    const char *end = memchr(s, 0, most);
    return end ? (size_t)(end - s) : most;
}

int
strncmp(const char *a, const char *b, size_t most)
{
    for (; most && *a && *a == *b; most--)
        a++, b++;
    return most ? (unsigned char)*a - (unsigned char)*b : 0;
}

int
strcmp(const char *a, const char *b)
{
    return strncmp(a, b, -1);
}

char *
strchr(const char *s, int c)
{
    return memchr(s, c, strlen(s) + 1);
}

char *
strrchr(const char *s, int c)
{
    for (size_t i = strlen(s) + 1; i > 0; i--)
        if (s[i - 1] == (char)c)
            return (char *)s + i - 1;
    return NULL;
}

char *
strstr(const char *s, const char *part)
{
    size_t length = strlen(part);
    for (;; s++) {
        if (strncmp(s, part, length) == 0)
            return (char *)s;
        if (!*s)
            return NULL;
    }
}

size_t
strspn(const char *s, const char *set)
{
    size_t n = 0;
    while (s[n] && strchr(set, s[n]))
        n++;
    return n;
}

size_t
strcspn(const char *s, const char *set)
{
    size_t n = 0;
    while (s[n] && !strchr(set, s[n]))
        n++;
    return n;
}

char *
strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *
strncpy(char *restrict to, const char *restrict from, size_t size)
{
    size_t length = strnlen(from, size);
    memset(to + length, 0, size - length);
    return memcpy(to, from, length);
}

char *
strcat(char *restrict to, const char *restrict from)
{
    strcpy(to + strlen(to), from);
    return to;
}

char *
strtok_r(char *restrict s, const char *restrict separators, char **restrict rest)
{
    char *token = s ? s : *rest;
    token += strspn(token, separators);
    char *end = token + strcspn(token, separators);
    *rest = *end ? end + 1 : end;
    *end = 0;
    return *token ? token : NULL;
}

char *
strndup(const char *s, size_t most)
{
    size_t length = strnlen(s, most);
    char *copy = malloc(length + 1);
    if (!copy)
        return NULL;
    copy[length] = 0;
    return memcpy(copy, s, length);
}

char *
strdup(const char *s)
{
    return strndup(s, -1);
}
