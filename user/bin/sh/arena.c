/* arena.c - memory for what lives as long as a command: its tree, its words, its arguments.
 *
 * The arena is a stack of chunks. Whoever runs something marks it before and releases it after, so
 * nothing is freed piece by piece, no path through an error leaks, and a loop of a million rounds
 * needs the memory of one. Variables and history live longer and use malloc. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

enum { CHUNK_SIZE = 8192, ALIGNMENT = 16, FIRST_ROOM = 16 };

struct chunk {
    struct chunk *below;
    size_t depth; /* how many lie below */
    size_t used, room;
    _Alignas(ALIGNMENT) char data[];
};

static struct chunk *top;
static struct arena_mark floor; /* what lies below it stays for good */

/* The shell cannot go on: it might run a command with half of its arguments. */
void
out_of_memory(void)
{
    static const char message[] = "sh: out of memory\n";
    write(STDERR_FILENO, message, sizeof(message) - 1); /* stdio might want memory itself */
    _exit(STATUS_SYNTAX);
}

/* Rounding up keeps every block aligned for any type. A block that does not fit into the top chunk
 * begins a new one, and the rest of the old one is given up. Zeros mean that a new tree node has no
 * stray child, and that a copied text has its zero at the end. */
void *
arena_alloc(size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!top || top->room - top->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        struct chunk *chunk = malloc(sizeof(*chunk) + room);
        if (!chunk)
            out_of_memory();
        *chunk = (struct chunk){ .below = top, .depth = top ? top->depth + 1 : 0, .room = room };
        top = chunk;
    }
    void *block = top->data + top->used;
    top->used += size;
    return memset(block, 0, size);
}

/* The zero at the end comes from arena_alloc. */
char *
arena_copy(const char *text, size_t length)
{
    return memcpy(arena_alloc(length + 1), text, length);
}

/* Marks nest like the calls that take them. Before the first allocation there is no chunk. */
struct arena_mark
arena_mark(void)
{
    return (struct arena_mark){ top, top ? top->used : 0 };
}

/* Whether mark a lies below mark b. */
static bool
is_below(struct arena_mark a, struct arena_mark b)
{
    if (!a.chunk || !b.chunk)
        return b.chunk;
    return a.chunk->depth < b.chunk->depth || (a.chunk == b.chunk && a.used < b.used);
}

void
arena_keep(void)
{
    floor = arena_mark();
}

/* Chunks above the mark go back to malloc; the chunk that holds the mark is only cut. */
void
arena_release(struct arena_mark mark)
{
    if (is_below(mark, floor))
        mark = floor;
    while (top != mark.chunk) {
        struct chunk *below = top->below;
        free(top);
        top = below;
    }
    if (top)
        top->used = mark.used;
}

/* Variables and history outlive the command that made them: their texts come from malloc. */
char *
copy_string(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        out_of_memory();
    return copy;
}

/* --- what grows ------------------------------------------------------------------------------- */

/* Makes room for one item more than `count`, and a zero behind it. The room doubles; the old halves
 * stay in the arena, and are less than the whole in sum. */
static void *
grow(void *old, size_t count, size_t *room, size_t item_size)
{
    if (count + 2 <= *room)
        return old;
    *room = *room > 0 ? 2 * *room : FIRST_ROOM;
    void *larger = arena_alloc(*room * item_size);
    return count > 0 ? memcpy(larger, old, count * item_size) : larger;
}

/* The zero at the end is not kept up to date: text_take writes it once. */
void
text_add(struct text *t, char c)
{
    t->data = grow(t->data, t->length, &t->room, sizeof(*t->data));
    t->data[t->length++] = c;
}

/* The texts are short: so one byte after another, and one place knows how a text grows. */
void
text_append(struct text *t, const char *s)
{
    while (*s)
        text_add(t, *s++);
}

/* A text to which nothing was ever added gives the empty one. */
char *
text_take(struct text *t)
{
    char *data = grow(t->data, t->length, &t->room, sizeof(*t->data));
    data[t->length] = '\0';
    *t = (struct text){ 0 };
    return data;
}

/* Makes paths and NAME=VALUE. */
char *
join(const char *a, const char *b, const char *c)
{
    struct text all = { 0 };
    text_append(&all, a);
    text_append(&all, b);
    text_append(&all, c);
    return text_take(&all);
}

/* Only the pointer is kept: the item has to live as long as the list. */
void
list_add(struct list *l, char *item)
{
    l->items = grow(l->items, l->count, &l->room, sizeof(*l->items));
    l->items[l->count++] = item;
}

/* The NULL at the end is what execve and every walk through arguments rely on. */
char **
list_take(struct list *l)
{
    char **items = grow(l->items, l->count, &l->room, sizeof(*l->items));
    items[l->count] = NULL;
    *l = (struct list){ 0 };
    return items;
}
