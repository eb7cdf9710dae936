/* mutants.c - shows the kernel's device tree reader thousands of broken trees.
 *
 *   mutants DTB COUNT SEED
 *
 * Each mutant is the tree with a few words and bytes changed, or its end cut off, in a block of
 * exactly its size, so that the address sanitizer this is built with sees every byte read outside.
 * Everything that fdt.h offers is called on it, opened or refused. A crash, a report or an endless
 * loop is the failure; the number and state printed before it say which mutant to look at. */

#include "machine/fdt.h"
#include <asm/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u64 state;

/* Below `limit`, and the same sequence for the same seed: a failure can be seen again. */
static u32
draw(u32 limit)
{
    state = state * 6364136223846793005UL + 1442695040888963407UL; /* Knuth's MMIX generator */
    return (u32)(state >> 33) % limit;
}

/* Asks everything of a node, and reads every byte of every answer: what lies outside of the blob is
 * then the sanitizer's. An answer that contradicts another one ends the program. */
static void
read_node(const struct fdt_node *n)
{
    static const char *const names[] = { "reg", "compatible", "ranges", "status", "phandle" };
    volatile size_t used = 0;
    struct range r;
    for (s32 level = 0; level <= n->depth; level++)
        used += strlen(n->names[level]);
    fdt_is_at(n, "/soc/serial@10000000:115200");
    for (u32 i = 0; fdt_reg(n, i, &r) && i < 1000; i++)
        if (r.end < r.start)
            abort();
    for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
        struct fdt_value v = fdt_get(n, names[i]);
        const char *text = fdt_string(n, names[i]);
        for (u32 at = 0; at < v.length; at++)
            used += v.bytes[at];
        used += fdt_cell(v, draw(8)) + fdt_cell(v, -draw(8)) + fdt_number(n, names[i], 0);
        if (text && (strlen(text) >= v.length ||
                     (!fdt_get(n, "status").bytes && !fdt_is(n, names[i], text))))
            abort();
        fdt_is(n, names[i], "ns16550a");
    }
}

/* A walk leads through all nodes, and then it stays at its end, of a broken tree too. */
static void
read_tree(const struct fdt *t, u32 size)
{
    struct fdt_node last = { .tree = t, .depth = -1 };
    struct range r;
    u32 count = 0;
    for_each_fdt_node (n, t) {
        read_node(&n);
        last = n;
        if (n.depth < 0 || n.depth >= FDT_MAX_DEPTH || ++count > size)
            abort();
    }
    while (fdt_next(&last))
        abort();
    for (u32 i = 0; fdt_reservation(t, i, &r); i++)
        ;
}

/* Gives one word of the tree a value that is likely to matter: a token, a little more or less than
 * it was, or the largest there are. The header and the first tokens are hit most often. */
static void
change_word(u8 *blob, u32 size)
{
    u32 words = draw(2) ? size / 4 : MIN(size / 4, 32);
    if (words == 0)
        return;
    u8 *at = blob + 4 * draw(words);
    u32 word = (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
    switch (draw(4)) {
    case 0:
        word = draw(10);
        break;
    case 1:
        word += draw(17) - 8;
        break;
    case 2:
        word = -draw(32);
        break;
    default:
        word = draw(2 * size);
    }
    for (u32 i = 0; i < 4; i++)
        at[i] = (u8)(word >> (24 - 8 * i));
}

/* One mutant. A tree is taken or refused with EINVAL; either way reading it must end. */
static void
try_mutant(const u8 *good, u32 size)
{
    struct fdt t;
    u32 kept = draw(8) ? size : draw(size);
    u8 *blob = malloc(kept + !kept);
    memcpy(blob, good, kept);
    for (u32 i = draw(4); i > 0; i--)
        change_word(blob, kept);
    for (u32 i = draw(3); i > 0 && kept > 0; i--)
        blob[draw(kept)] = (u8)draw(256);
    int err = fdt_open(&t, blob, kept);
    if (err != 0 && err != -EINVAL)
        abort();
    read_tree(&t, kept);
    free(blob);
}

int
main(int argc, char **argv)
{
    static u8 good[1 << 20];
    FILE *f = argc == 4 ? fopen(argv[1], "rb") : NULL;
    u32 size = f ? (u32)fread(good, 1, sizeof(good), f) : 0;
    if (!size) {
        fprintf(stderr, "usage: mutants DTB COUNT SEED\n");
        return 2;
    }
    state = strtoul(argv[3], NULL, 0);
    for (u32 n = 0, count = (u32)atoi(argv[2]); n < count; n++) {
        u64 before = state;
        printf("\rmutant %u state %#lx", n, before);
        try_mutant(good, size);
    }
    printf("\ndone\n");
    return 0;
}
