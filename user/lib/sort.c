/* sort.c - qsort as Shell's sort: insertion between elements far apart first, then ever nearer.
 *
 * It is little longer than plain insertion, whose work grows with the square of the count: sorting
 * a folder of five thousand names would take seconds. Equal elements may change their order.
 * Follows D. L. Shell, "A High-Speed Sorting Procedure" (1959). */

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
    char *end = (char *)base + count * size;
    for (size_t gap = count / 2; gap > 0; gap /= 2) {
        size_t step = gap * size;
        char *first = (char *)base + step; /* the first that has another one before it */
        for (char *next = first; next < end; next += size)
            for (char *at = next; at >= first && compare(at - step, at) > 0; at -= step)
                swap(at - step, at, size);
    }
}
