/*
 * sort.c - qsort, as a heap sort: never slow, no memory of its own. Source: Williams, 1964.
 */
#include <stdlib.h>

struct heap {
    char *base;
    size_t size;
    int (*compare)(const void *, const void *);
};

static void
swap(const struct heap *heap, size_t a, size_t b)
{
    char *left = heap->base + a * heap->size, *right = heap->base + b * heap->size;
    for (size_t i = 0; i < heap->size; i++) {
        char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}

static int
less(const struct heap *heap, size_t a, size_t b)
{
    return heap->compare(heap->base + a * heap->size, heap->base + b * heap->size) < 0;
}

/* Lets element `at` sink until both its children, 2 * at + 1 and + 2, are no greater. */
static void
sink(const struct heap *heap, size_t at, size_t count)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            return;
        if (child + 1 < count && less(heap, child, child + 1))
            child++;
        if (!less(heap, at, child))
            return;
        swap(heap, at, child);
        at = child;
    }
}

void
qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    struct heap heap = { base, size, compare };
    for (size_t i = count / 2; i > 0; i--)
        sink(&heap, i - 1, count);
    for (size_t end = count; end > 1; end--) {
        swap(&heap, 0, end - 1);
        sink(&heap, 0, end - 1);
    }
}
