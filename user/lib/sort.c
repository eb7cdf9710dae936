/*
 * sort.c - qsort by insertion: short, stable, and fast enough for the names in a folder.
 *
 * The work grows with the square of the count: for thousands of elements take another one.
 */
#include <stdlib.h>

static void
swap(char *a, char *b, size_t size)
{
    for (; size > 0; size--, a++, b++) {
        char byte = *a;
        *a = *b;
        *b = byte;
    }
}

void
qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *first = base, *end = first + count * size;
    for (char *next = first; next < end; next += size)
        for (char *at = next; at > first && compare(at - size, at) > 0; at -= size)
            swap(at - size, at, size);
}
