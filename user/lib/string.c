/* string.c - strings that end in a zero byte.
 *
 * memory.c copies and compares bytes; messages.c has the texts of errors and signals. Nothing here
 * uses the heap, because the loader links this file too.
 * Source: ISO C, 7.24. */

#include <stdint.h>
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
    for (; most && *a && *a == *b; most--) {
        a++;
        b++;
    }
    return most ? (unsigned char)*a - (unsigned char)*b : 0;
}

int
strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

/* The zero at the end counts as a character of the string, here and in strrchr. */
char *
strchr(const char *s, int c)
{
    return memchr(s, c, strlen(s) + 1);
}

char *
strrchr(const char *s, int c)
{
    size_t i = strlen(s) + 1;
    while (i > 0 && s[i - 1] != (char)c)
        i--;
    return i > 0 ? (char *)s + i - 1 : NULL;
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
    while (!strchr(set, s[n])) /* the zero at its end belongs to every set */
        n++;
    return n;
}

char *
strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}
