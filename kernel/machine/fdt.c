/* fdt.c - reads a flattened device tree in place. See fdt.h.
 *
 * The tree is a row of tokens: BEGIN_NODE name, PROP length name-offset value, END_NODE, NOP, END,
 * each at a multiple of 4, all numbers big-endian. Everything is read through fdt_cell() and
 * next_token(), which never leave their block; no answer relies on an earlier check. A value is a
 * row of cells or of strings; how many cells make an address is said by the parent's
 * #address-cells and #size-cells.
 * Source: Devicetree Specification v0.4, chapters 2.3 and 5. */

#include "machine/fdt.h"
#include "lib/string.h"
#include <asm/errno.h>

#define FDT_MAGIC   0xd00dfeed
#define FDT_VERSION 17 /* oldest one whose header has all fields, and the newest there is */
#define HEADER_SIZE 40

enum token_kind { BROKEN = 0, BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

struct token {
    u32 kind;
    const char *name;       /* of BEGIN_NODE and PROP */
    struct fdt_value value; /* of PROP */
};

/* By bytes, so neither the host's order nor the blob's alignment matters. */
u32
fdt_cell(struct fdt_value v, u32 index)
{
    if (index >= v.length / 4)
        return 0;
    const u8 *b = v.bytes + 4 * (size_t)index;
    return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

/* All bytes from `offset` on; none when that is outside. */
static struct fdt_value
rest(struct fdt_value v, u32 offset)
{
    offset = MIN(offset, v.length);
    return (struct fdt_value){ v.bytes + offset, v.length - offset };
}

/* --- walking --------------------------------------------------------------------------------- */

/* The token at cell *at or, past NOPs, behind it; moves *at behind the token. Lengths are compared
 * in 64 bits: one of nearly 2^32 must not wrap round and lead back, or a walk would never end. */
static struct token
next_token(const struct fdt *t, u32 *at)
{
    struct token k = { .kind = NOP };
    while (k.kind == NOP)
        k.kind = fdt_cell(t->structs, (*at)++);
    if (k.kind != BEGIN_NODE && k.kind != PROP)
        return k;
    struct fdt_value body = rest(t->structs, 4 * *at);
    struct fdt_value text = body;
    if (k.kind == PROP) {
        text = rest(t->strings, fdt_cell(body, 1));
        k.value = rest(body, 8);
        k.value.length = fdt_cell(body, 0);
    }
    k.name = (const char *)text.bytes;
    u64 length = strnlen(k.name, text.length);
    u64 used = k.kind == PROP ? 8UL + k.value.length : length + 1;
    if (length == text.length || used > body.length)
        return (struct token){ .kind = BROKEN };
    *at += (u32)(ALIGN_UP(used, 4) / 4);
    return k;
}

/* Skips what is left of the node that the walk is in, and the ends of nodes. */
bool
fdt_next(struct fdt_node *n)
{
    struct token k = next_token(n->tree, &n->at);
    for (; n->depth >= 0 && (k.kind == PROP || k.kind == END_NODE); k = next_token(n->tree, &n->at))
        if (k.kind == END_NODE)
            n->depth--;
    bool at_end = n->depth < 0 && n->names[0]; /* the root is closed */
    n->whole = at_end && k.kind == END;
    if (at_end || k.kind != BEGIN_NODE || n->depth == FDT_MAX_DEPTH - 1)
        return false;
    n->names[++n->depth] = k.name;
    return true;
}

int
fdt_open(struct fdt *t, const void *blob, u32 max_size)
{
    struct fdt_value all = { blob, MIN(max_size, HEADER_SIZE) };
    u32 size = fdt_cell(all, 1);
    u32 version = fdt_cell(all, 5);
    u32 compatible = fdt_cell(all, 6);
    *t = (struct fdt){ 0 };
    if (fdt_cell(all, 0) != FDT_MAGIC || size < HEADER_SIZE || size > max_size ||
        version < FDT_VERSION || compatible > FDT_VERSION)
        return -EINVAL;
    all.length = size;
    t->structs = rest(all, fdt_cell(all, 2));
    t->strings = rest(all, fdt_cell(all, 3));
    t->reservations = rest(all, fdt_cell(all, 4));
    t->structs.length = MIN(t->structs.length, fdt_cell(all, 9));
    t->strings.length = MIN(t->strings.length, fdt_cell(all, 8));
    struct fdt_node n = { .tree = t, .depth = -1 };
    while (fdt_next(&n))
        ;
    return n.whole ? 0 : -EINVAL;
}

bool
fdt_is_at(const struct fdt_node *n, const char *path)
{
    for (s32 level = 1; level <= n->depth; level++) {
        size_t length = strlen(n->names[level]);
        if (*path != '/' || strncmp(path + 1, n->names[level], length) != 0)
            return false;
        path += 1 + length;
    }
    return *path == '\0' || *path == ':';
}

/* --- properties ------------------------------------------------------------------------------ */

/* Properties stand between the node's name and its first child. */
struct fdt_value
fdt_get(const struct fdt_node *n, const char *property)
{
    const char *name = n->names[n->depth];
    u32 at = (u32)(name - (const char *)n->tree->structs.bytes + strlen(name)) / 4 + 1;
    struct token k;
    while ((k = next_token(n->tree, &at)).kind == PROP)
        if (strcmp(k.name, property) == 0)
            return k.value;
    return (struct fdt_value){ 0 };
}

/* The number in `count` cells, 0 to 2, from cell `at` on. */
static u64
read_cells(struct fdt_value v, u32 at, u32 count)
{
    u64 number = 0;
    for (u32 i = 0; i < count; i++)
        number = number << 32 | fdt_cell(v, at + i);
    return number;
}

u64
fdt_number(const struct fdt_node *n, const char *property, u64 otherwise)
{
    struct fdt_value v = fdt_get(n, property);
    if (v.length < 4)
        return otherwise;
    return read_cells(v, 0, v.length == 8 ? 2 : 1);
}

const char *
fdt_string(const struct fdt_node *n, const char *property)
{
    struct fdt_value v = fdt_get(n, property);
    const char *text = (const char *)v.bytes;
    return strnlen(text, v.length) < v.length ? text : NULL;
}

/* Is `text` one of the strings of the value? */
static bool
says(struct fdt_value v, const char *text)
{
    size_t size = strlen(text) + 1;
    for (; size <= v.length; v = rest(v, (u32)strnlen((const char *)v.bytes, v.length) + 1))
        if (memcmp(v.bytes, text, size) == 0)
            return true;
    return false;
}

bool
fdt_is(const struct fdt_node *n, const char *property, const char *text)
{
    struct fdt_value status = fdt_get(n, "status");
    bool enabled = !status.bytes || says(status, "okay") || says(status, "ok");
    return enabled && says(fdt_get(n, property), text);
}

/* --- addresses ------------------------------------------------------------------------------- */

/* A range that would wrap round is cut. If it was refused, it would look like the end of a list,
 * and what is reserved behind it would be taken for free. */
static void
read_range(struct fdt_value v, u32 at, u32 address_cells, u32 size_cells, struct range *r)
{
    r->start = MIN(read_cells(v, at, address_cells), FDT_ADDRESS_LIMIT);
    r->end =
        r->start + MIN(read_cells(v, at + address_cells, size_cells), FDT_ADDRESS_LIMIT - r->start);
}

bool
fdt_reservation(const struct fdt *t, u32 index, struct range *r)
{
    read_range(t->reservations, 4 * index, 2, 2, r);
    return r->end;
}

/* A bus whose numbers are the CPU's addresses says so by empty `ranges`, and so does the bus that
 * it is on, up to the root. Without `ranges` they are no addresses at all (i2c, spi, cpus); with
 * others they would have to be translated, which no device of ours asks for. */
bool
fdt_reg(const struct fdt_node *n, u32 index, struct range *r)
{
    if (n->depth == 0)
        return false;
    struct fdt_value reg = fdt_get(n, "reg");
    struct fdt_node bus = *n;
    bus.depth--;
    u64 address_cells = fdt_number(&bus, "#address-cells", 2);
    u64 size_cells = fdt_number(&bus, "#size-cells", 1);
    u64 cells = address_cells + size_cells;
    if (address_cells < 1 || address_cells > 2 || size_cells > 2 ||
        (index + 1) * cells > reg.length / 4)
        return false;
    for (; bus.depth > 0; bus.depth--) {
        struct fdt_value ranges = fdt_get(&bus, "ranges");
        if (!ranges.bytes || ranges.length)
            return false;
    }
    read_range(reg, index * (u32)cells, (u32)address_cells, (u32)size_cells, r);
    return true;
}
