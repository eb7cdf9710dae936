/* fdt.c - reads a flattened device tree in place. See fdt.h.
 *
 * The tree is a row of tokens: BEGIN_NODE name, PROP length name-offset value, END_NODE, NOP, END,
 * each at a multiple of 4, all numbers big-endian. fdt_open() walks the whole row once: every token
 * inside the blob, every name ended, nodes nested and closed. What comes later relies on that, so
 * the blob must not change in between. Positions are checked again all the same.
 * Not here: searches and the meaning of values (fdt_find.c).
 * Source: Devicetree Specification v0.4, chapter 5. */

#include "dev/fdt.h"
#include "lib/string.h"
#include <asm/errno.h>

#define FDT_MAGIC     0xd00dfeed
#define FDT_VERSION   17 /* oldest one whose header has all fields, and the newest there is */
#define FDT_MAX_SIZE  (1u << 30)
#define FDT_MAX_DEPTH 32
#define HEADER_SIZE   40

enum token_kind { BROKEN = 0, BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

/* What read_token() found. `prop` is set for PROP only. */
struct token {
    enum token_kind kind;
    u32 at, next; /* offsets of this token and of the one behind it */
    struct fdt_property prop;
};

/* By bytes, so neither the host's order nor the blob's alignment matters. */
static u32
be32(const u8 *p)
{
    return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* --- tokens ---------------------------------------------------------------------------------- */

/* True if a NUL comes before offset `end`. Stores where. */
static bool
string_ends(const struct fdt *t, u32 at, u32 end, u32 *nul)
{
    if (at >= end)
        return false;
    *nul = at + (u32)strnlen((const char *)t->blob + at, end - at);
    return *nul < end;
}

/* The kind of the token at this offset; BROKEN outside of the tree. */
static enum token_kind
kind_at(const struct fdt *t, u32 at)
{
    bool inside = at >= t->structs && at < t->structs_end && t->structs_end - at >= 4;
    return inside && at % 4 == 0 ? be32(t->blob + at) : BROKEN;
}

/* Fills in the PROP token whose two header words begin at `at`. Its name is checked by fdt_open.
 * Every comparison subtracts what is known to be there: a length of nearly 2^32 added to an offset
 * would wrap round and lead back, and the walk would never end. */
static bool
read_property(const struct fdt *t, u32 at, struct token *k)
{
    if (t->structs_end - at < 8)
        return false;
    u32 length = be32(t->blob + at), name = be32(t->blob + at + 4);
    if (length > t->structs_end - at - 8 || name >= t->strings_end - t->strings)
        return false;
    k->prop.name = (const char *)t->blob + t->strings + name;
    k->prop.value = t->blob + at + 8;
    k->prop.length = length;
    k->next = at + 8 + ALIGN_UP(length, 4);
    return true;
}

/* The token at or, past NOPs, behind offset `at`; BROKEN for anything outside of the tree. */
static struct token
read_token(const struct fdt *t, u32 at)
{
    u32 nul;
    while (kind_at(t, at) == NOP)
        at += 4;
    struct token k = { .kind = kind_at(t, at), .at = at, .next = at + 4 };
    bool sound = k.kind == END_NODE || k.kind == END;
    if (k.kind == BEGIN_NODE && string_ends(t, at + 4, t->structs_end, &nul)) {
        k.next = ALIGN_UP(nul + 1, 4);
        sound = true;
    } else if (k.kind == PROP) {
        sound = read_property(t, at + 4, &k);
    }
    if (!sound)
        k.kind = BROKEN;
    return k;
}

/* --- opening --------------------------------------------------------------------------------- */

/* True if the row of tokens is one closed tree of bearable depth: fdt_parent() remembers a path of
 * that length on the stack, and real trees are some six levels deep. The names of properties stand
 * in a block of their own, so that nodes can share them. */
static bool
tree_is_sound(const struct fdt *t)
{
    u32 depth = 0, nul;
    struct token k = read_token(t, t->structs);
    if (k.kind != BEGIN_NODE)
        return false;
    do {
        if (k.kind == BEGIN_NODE && depth++ == FDT_MAX_DEPTH)
            return false;
        if (k.kind == END_NODE)
            depth--;
        if (k.kind == PROP &&
            !string_ends(t, (u32)((const u8 *)k.prop.name - t->blob), t->strings_end, &nul))
            return false;
        if (k.kind == BROKEN || k.kind == END)
            return false;
        k = read_token(t, k.next);
    } while (depth > 0);
    return k.kind == END;
}

int
fdt_open(struct fdt *t, const void *blob, u64 max_size)
{
    /* Offsets of header fields: magic 0, totalsize 4, off_dt_struct 8, off_dt_strings 12,
     * off_mem_rsvmap 16, version 20, last_comp_version 24, size_dt_strings 32, size_dt_struct
     * 36. */
    const u8 *header = blob;
    *t = (struct fdt){ 0 };
    if (max_size < HEADER_SIZE || be32(header) != FDT_MAGIC)
        return -EINVAL;
    u32 size = be32(header + 4), version = be32(header + 20), compatible = be32(header + 24);
    u32 structs = be32(header + 8), structs_size = be32(header + 36);
    u32 strings = be32(header + 12), strings_size = be32(header + 32);
    u32 reservations = be32(header + 16);
    if (size < HEADER_SIZE || size > max_size || size > FDT_MAX_SIZE || version < FDT_VERSION ||
        compatible > FDT_VERSION || structs > size || structs_size > size - structs ||
        structs % 4 || strings > size || strings_size > size - strings || reservations > size)
        return -EINVAL;
    struct fdt found = {
        header, size, structs, structs + structs_size, strings, strings + strings_size, reservations
    };
    if (!tree_is_sound(&found))
        return -EINVAL;
    *t = found;
    return 0;
}

/* --- walking --------------------------------------------------------------------------------- */

s32
fdt_root(const struct fdt *t)
{
    struct token k = read_token(t, t->structs);
    return k.kind == BEGIN_NODE ? (s32)k.at : -1;
}

s32
fdt_next(const struct fdt *t, s32 node, s32 *depth)
{
    if (node < 0)
        return fdt_root(t);
    struct token k = read_token(t, (u32)node);
    if (k.kind != BEGIN_NODE)
        return -1;
    for (;;) {
        k = read_token(t, k.next);
        if (k.kind == BEGIN_NODE) {
            ++*depth;
            return (s32)k.at;
        }
        if (k.kind == END_NODE)
            --*depth;
        else if (k.kind != PROP)
            return -1;
    }
}

s32
fdt_first_child(const struct fdt *t, s32 node)
{
    s32 depth = 0, next = fdt_next(t, node, &depth);
    return depth == 1 ? next : -1;
}

/* Down into children and up again, until a node comes that is no deeper than this one. */
s32
fdt_next_sibling(const struct fdt *t, s32 node)
{
    s32 depth = 0;
    do
        node = fdt_next(t, node, &depth);
    while (node >= 0 && depth > 0);
    return depth == 0 ? node : -1;
}

/* The blob has no way up: walk down from the root and remember how we came. */
s32
fdt_parent(const struct fdt *t, s32 node)
{
    s32 path[FDT_MAX_DEPTH + 1], depth = 0, at = fdt_root(t);
    while (at >= 0 && at != node && depth >= 0 && depth < FDT_MAX_DEPTH) {
        path[depth] = at;
        at = fdt_next(t, at, &depth);
    }
    return at == node && depth > 0 ? path[depth - 1] : -1;
}

const char *
fdt_name(const struct fdt *t, s32 node)
{
    struct token k = read_token(t, (u32)node);
    return k.kind == BEGIN_NODE ? (const char *)t->blob + k.at + 4 : "";
}

bool
fdt_get(const struct fdt *t, s32 node, const char *name, struct fdt_property *p)
{
    struct token k = read_token(t, (u32)node);
    if (k.kind != BEGIN_NODE)
        return false;
    while ((k = read_token(t, k.next)).kind == PROP)
        if (strcmp(k.prop.name, name) == 0) {
            *p = k.prop;
            return true;
        }
    return false;
}
