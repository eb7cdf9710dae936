/*
 * malloc.c - the heap: a list of free blocks in order of address, first fit, over brk.
 *
 * A block is a header of 16 bytes and what the program got, so that every address handed out is
 * a multiple of 16. Freed neighbours grow together again; nothing goes back to the kernel.
 * Follows Knuth, The Art of Computer Programming, vol. 1, section 2.5.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct block {
    size_t size;        /* bytes, this header included */
    struct block *next; /* of the list of free blocks; unused while handed out */
};
_Static_assert(sizeof(struct block) == 16, "keeps addresses aligned to 16");

#define GROW_BYTES ((size_t)64 * 1024)

static struct block *free_blocks;

static struct block *
end_of(struct block *block)
{
    return (struct block *)((char *)block + block->size);
}

static void
merge_with_next(struct block *block)
{
    if (block->next && end_of(block) == block->next) {
        block->size += block->next->size;
        block->next = block->next->next;
    }
}

static void
insert(struct block *block)
{
    struct block *before = NULL, **link = &free_blocks;
    while (*link && *link < block) {
        before = *link;
        link = &before->next;
    }
    block->next = *link;
    *link = block;
    merge_with_next(block);
    if (before)
        merge_with_next(before);
}

/* Takes `size` bytes off the first free block that has them: its tail, or all of it. */
static struct block *
take(size_t size)
{
    for (struct block **link = &free_blocks; *link; link = &(*link)->next) {
        struct block *block = *link;
        if (block->size < size)
            continue;
        if (block->size < size + 2 * sizeof(struct block)) {
            *link = block->next;
            return block;
        }
        block->size -= size;
        block = end_of(block);
        block->size = size;
        return block;
    }
    return NULL;
}

/* The first brk of a process is page aligned, and we grow by multiples of 16. */
static int
grow_heap(size_t size)
{
    size = size > GROW_BYTES ? size : GROW_BYTES;
    struct block *block = sbrk(size);
    if (block == (void *)-1)
        return -1;
    block->size = size;
    insert(block);
    return 0;
}

void *
malloc(size_t size)
{
    if (size > PTRDIFF_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size = (size + 2 * sizeof(struct block) - 1) & ~(sizeof(struct block) - 1);
    struct block *block = take(size);
    if (!block && grow_heap(size) == 0)
        block = take(size);
    return block ? block + 1 : NULL;
}

void
free(void *memory)
{
    if (memory)
        insert((struct block *)memory - 1);
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
    size_t had = ((struct block *)old - 1)->size - sizeof(struct block);
    if (size <= had)
        return old;
    void *new = malloc(size);
    if (!new)
        return NULL;
    memcpy(new, old, had);
    free(old);
    return new;
}
