/* malloc.c - the heap: a list of free blocks for each power of two, over brk.
 *
 * A block is a header of 16 bytes and what the program got, so addresses are multiples of 16.
 * Sizes are rounded up to a power of two, which costs memory and saves all searching, splitting
 * and merging: free pushes, malloc pops. Nothing goes back to the kernel.
 * Follows C. Kingsley's allocator of 4.2BSD. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct block {           /* keep it 16 bytes */
    unsigned long order; /* 1 << order bytes, this header included */
    struct block *next;  /* the next free one of this order */
};

#define SMALLEST 5  /* order: a header and 16 bytes */
#define LARGEST  40 /* never handed out: larger than Sv39's user half */
#define CHUNK    ((size_t)64 * 1024)

static struct block *free_blocks[LARGEST + 1];
static char *unused, *heap_end; /* [unused, heap_end) was never handed out */

/* What a program gets of a block. */
static size_t
capacity(unsigned long order)
{
    return (1UL << order) - sizeof(struct block);
}

/* Takes the next `size` bytes of the heap, or returns NULL. The end of the heap moves in chunks,
 * because the call is dear. The kernel answers brk with the new end, or with the old one when it
 * refuses. */
static void *
carve(size_t size)
{
    if (!unused)
        unused = heap_end = (char *)syscall(__NR_brk, 0);
    if ((size_t)(heap_end - unused) < size) {
        char *wanted = heap_end + (size > CHUNK ? size : CHUNK);
        if ((char *)syscall(__NR_brk, wanted) != wanted)
            return NULL;
        heap_end = wanted;
    }
    unused += size;
    return unused - size;
}

void *
malloc(size_t size)
{
    unsigned long order = SMALLEST;
    while (order < LARGEST && capacity(order) < size)
        order++;
    struct block *block = free_blocks[order];
    if (block)
        free_blocks[order] = block->next;
    else if (order < LARGEST)
        block = carve(1UL << order);
    if (!block) {
        errno = ENOMEM;
        return NULL;
    }
    block->order = order;
    return block + 1;
}

void
free(void *memory)
{
    if (!memory)
        return;
    struct block *block = (struct block *)memory - 1;
    block->next = free_blocks[block->order];
    free_blocks[block->order] = block;
}

void *
calloc(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        total = SIZE_MAX;
    void *memory = malloc(total);
    return memory ? memset(memory, 0, total) : NULL;
}

void *
realloc(void *old, size_t size)
{
    if (!old)
        return malloc(size);
    size_t had = capacity(((struct block *)old - 1)->order);
    if (size <= had)
        return old;
    void *larger = malloc(size);
    if (!larger)
        return NULL;
    memcpy(larger, old, had);
    free(old);
    return larger;
}

char *
strdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, s, size) : NULL;
}
