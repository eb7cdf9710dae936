/* fdt.c - reads a flattened device tree in place. See fdt.h.
 *
 * The tree is a row of tokens: BEGIN_NODE name, PROP length name-offset value, END_NODE, NOP, END,
 * each at a multiple of 4, all numbers big-endian. Everything is read through fdt_cell() and
 * next_token(), which never leave their block; no answer relies on an earlier check. A value is a
 * row of cells or of strings; how many cells make an address is said by the parent's
 * #address-cells and #size-cells.
 * Source: Devicetree Specification v0.4, chapters 2.3 and 5. */

#include "dev/fdt.h"
#include "lib/string.h"
#include <asm/errno.h>

#define FDT_MAGIC    0xd00dfeed
#define FDT_VERSION  17 /* oldest one whose header has all fields, and the newest there is */
#define FDT_MAX_SIZE (1u << 30)
#define HEADER_SIZE  40

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

/* --- walking --------------------------------------------------------------------------------- */

/* The token at cell *at or, past NOPs, behind it; moves *at behind the token. Lengths are compared
 * in 64 bits: one of nearly 2^32 must not wrap round and lead back, or a walk would never end. */
static struct token
next_token(const struct fdt *t, u32 *at)
{
    struct token k = { 0 };
    while ((k.kind = fdt_cell(t->structs, (*at)++)) == NOP)
        ;
    if (k.kind != BEGIN_NODE && k.kind != PROP)
        return k;
    u64 left = t->structs.length - 4 * *at, used;
    if (k.kind == BEGIN_NODE) {
        k.name = (const char *)t->structs.bytes + 4 * *at;
        used = strnlen(k.name, left) + 1;
    } else {
        u32 name = MIN(fdt_cell(t->structs, *at + 1), t->strings.length);
        k.name = (const char *)t->strings.bytes + name;
        k.value.bytes = t->structs.bytes + 4 * (*at + 2);
        k.value.length = fdt_cell(t->structs, *at);
        used = 8 + (u64)k.value.length;
        if (strnlen(k.name, t->strings.length - name) == t->strings.length - name)
            return (struct token){ BROKEN };
    }
    if (used > left)
        return (struct token){ BROKEN };
    *at += (u32)(ALIGN_UP(used, 4) / 4);
    return k;
}

bool
fdt_next(struct fdt_node *n)
{
    for (;;) {
        struct token k = next_token(n->tree, &n->at);
        bool inside = n->depth >= 0, has_root = n->names[0];
        if (k.kind == BEGIN_NODE && (inside || !has_root) && n->depth + 1 < FDT_MAX_DEPTH) {
            n->names[++n->depth] = k.name;
            return true;
        }
        if (k.kind == END_NODE && inside) {
            n->depth--;
        } else if (k.kind != PROP || !inside) {
            n->whole = k.kind == END && !inside && has_root;
            return false;
        }
    }
}

int
fdt_open(struct fdt *t, const void *blob, u64 max_size)
{
    struct fdt_value header = { blob, HEADER_SIZE };
    *t = (struct fdt){ 0 };
    if (max_size < HEADER_SIZE || fdt_cell(header, 0) != FDT_MAGIC)
        return -EINVAL;
    u32 size = fdt_cell(header, 1), structs = fdt_cell(header, 2), strings = fdt_cell(header, 3);
    u32 reservations = fdt_cell(header, 4), version = fdt_cell(header, 5);
    u32 compatible = fdt_cell(header, 6), strings_size = fdt_cell(header, 8);
    u32 structs_size = fdt_cell(header, 9);
    if (size < HEADER_SIZE || size > max_size || size > FDT_MAX_SIZE || version < FDT_VERSION ||
        compatible > FDT_VERSION || structs > size || structs_size > size - structs ||
        structs % 4 || strings > size || strings_size > size - strings || reservations > size)
        return -EINVAL;
    *t = (struct fdt){ { header.bytes + structs, structs_size },
                       { header.bytes + strings, strings_size },
                       { header.bytes + reservations, size - reservations } };
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

/* They stand between the node's name and its first child. */
struct fdt_value
fdt_get(const struct fdt_node *n, const char *property)
{
    const char *name = fdt_name(n);
    u32 at = (u32)(name - (const char *)n->tree->structs.bytes + strlen(name)) / 4 + 1;
    struct token k;
    while ((k = next_token(n->tree, &at)).kind == PROP)
        if (strcmp(k.name, property) == 0)
            return k.value;
    return (struct fdt_value){ 0 };
}

static u64
read_cells(struct fdt_value v, u32 at, u32 count)
{
    return count == 2 ? (u64)fdt_cell(v, at) << 32 | fdt_cell(v, at + 1) : fdt_cell(v, at);
}

u64
fdt_number(const struct fdt_node *n, const char *property, u64 otherwise)
{
    struct fdt_value v = fdt_get(n, property);
    return v.length < 4 ? otherwise : read_cells(v, 0, v.length / 4);
}

const char *
fdt_string(const struct fdt_node *n, const char *property)
{
    struct fdt_value v = fdt_get(n, property);
    const char *text = (const char *)v.bytes;
    return strnlen(text, v.length) < v.length ? text : NULL;
}

bool
fdt_says(const struct fdt_node *n, const char *property, const char *text)
{
    struct fdt_value v = fdt_get(n, property);
    size_t size = strlen(text) + 1;
    for (size_t at = 0; at + size <= v.length;
         at += strnlen((const char *)v.bytes + at, v.length - at) + 1)
        if (memcmp(v.bytes + at, text, size) == 0)
            return true;
    return false;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* The numbers of a bus are the CPU's addresses if it says so by empty `ranges`, and its own bus
 * does; with none they are no addresses at all (i2c, spi, cpus), and with others they would have to
 * be translated, which no device of ours asks for. */
bool
fdt_reg(const struct fdt_node *n, u32 index, struct range *r)
{
    struct fdt_value reg = fdt_get(n, "reg"), ranges;
    struct fdt_node bus = *n;
    if (bus.depth-- == 0)
        return false;
    u64 address_cells = fdt_number(&bus, "#address-cells", 2);
    u64 size_cells = fdt_number(&bus, "#size-cells", 1);
    u64 at = index * (address_cells + size_cells);
    if (address_cells - 1 > 1 || size_cells > 2 || at + address_cells + size_cells > reg.length / 4)
        return false;
    for (; bus.depth > 0; bus.depth--)
        if ((ranges = fdt_get(&bus, "ranges")).length || !ranges.bytes)
            return false;
    u64 start = read_cells(reg, (u32)at, (u32)address_cells);
    u64 size = size_cells ? read_cells(reg, (u32)(at + address_cells), (u32)size_cells) : 0;
    *r = (struct range){ start, start + size };
    return r->end >= r->start;
}

bool
fdt_reservation(const struct fdt *t, u32 index, struct range *r)
{
    u64 start = read_cells(t->reservations, 4 * index, 2);
    u64 size = read_cells(t->reservations, 4 * index + 2, 2);
    *r = (struct range){ start, start + size };
    return (start || size) && r->end >= r->start;
}
