/*
 * arena.c - memory for what lives as long as a command: its tree, its words, its arguments.
 *
 * The arena is a stack of chunks. Whoever runs something marks it before and releases it after, so
 * nothing is freed piece by piece, no path through an error leaks, and a loop of a million rounds
 * needs the memory of one. Variables and history live longer and use malloc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

enum { CHUNK_SIZE = 8192, ALIGNMENT = 16, FIRST_ROOM = 32 };

struct chunk {
    struct chunk *below;
    size_t used, room;
    _Alignas(ALIGNMENT) char data[];
};

static struct chunk *top;

void
out_of_memory(void)
{
    static const char message[] = "sh: out of memory\n";

    (void)!write(STDERR_FILENO, message, sizeof message - 1); /* stdio might want memory itself */
    _exit(STATUS_SYNTAX);
}

void *
arena_alloc(size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (top == NULL || top->room - top->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        struct chunk *chunk = malloc(sizeof *chunk + room);
        if (chunk == NULL)
            out_of_memory();
        chunk->below = top;
        chunk->used = 0;
        chunk->room = room;
        top = chunk;
    }
    void *block = top->data + top->used;
    top->used += size;
    return memset(block, 0, size);
}

char *
arena_copy(const char *text, size_t length)
{
    return memcpy(arena_alloc(length + 1), text, length);
}

struct arena_mark
arena_mark(void)
{
    return (struct arena_mark){ top, top != NULL ? top->used : 0 };
}

void
arena_release(struct arena_mark mark)
{
    while (top != mark.chunk) {
        struct chunk *below = top->below;
        free(top);
        top = below;
    }
    if (top != NULL)
        top->used = mark.used;
}

char *
copy_string(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        out_of_memory();
    return copy;
}

void
text_add(struct text *t, char c)
{
    if (t->length + 1 >= t->room) { /* one more for the zero at the end */
        size_t room = t->room ? 2 * t->room : FIRST_ROOM;
        char *data = arena_alloc(room);
        if (t->length > 0)
            memcpy(data, t->data, t->length);
        t->data = data;
        t->room = room;
    }
    t->data[t->length++] = c;
}

void
text_append(struct text *t, const char *s)
{
    while (*s != '\0')
        text_add(t, *s++);
}

char *
text_take(struct text *t)
{
    char *data = t->room > 0 ? t->data : arena_alloc(1);

    data[t->length] = '\0';
    *t = (struct text){ 0 };
    return data;
}
