/* fdt_find.c - searches in a device tree, and what its values mean. See fdt.h.
 *
 * Built on the walk of fdt.c alone. A value is a row of big-endian cells of 4 bytes, or of strings;
 * how many cells make an address is said by the parent's #address-cells and #size-cells.
 * Source: Devicetree Specification v0.4, sections 2.2 to 2.3. */

#include "dev/fdt.h"
#include "lib/string.h"

/* --- values ---------------------------------------------------------------------------------- */

u32
fdt_cell(const struct fdt_property *p, u32 index)
{
    if (index >= p->length / 4)
        return 0;
    const u8 *b = p->value + 4 * (size_t)index;
    return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

u64
fdt_number(const struct fdt_property *p)
{
    return p->length == 8 ? (u64)fdt_cell(p, 0) << 32 | fdt_cell(p, 1) : fdt_cell(p, 0);
}

const char *
fdt_next_string(const struct fdt_property *p, u32 *at)
{
    const char *s = (const char *)p->value + *at;
    size_t n = strnlen(s, p->length - *at);
    if (n == p->length - *at)
        return NULL;
    *at += (u32)n + 1;
    return s;
}

const char *
fdt_string(const struct fdt *t, s32 node, const char *name)
{
    struct fdt_property p;
    u32 at = 0;
    return fdt_get(t, node, name, &p) ? fdt_next_string(&p, &at) : NULL;
}

u32
fdt_u32(const struct fdt *t, s32 node, const char *name, u32 otherwise)
{
    struct fdt_property p;
    return fdt_get(t, node, name, &p) && p.length >= 4 ? fdt_cell(&p, 0) : otherwise;
}

/* --- finding --------------------------------------------------------------------------------- */

bool
fdt_is_compatible(const struct fdt *t, s32 node, const char *what)
{
    struct fdt_property p;
    const char *s = NULL;
    u32 at = 0;
    if (fdt_get(t, node, "compatible", &p))
        while ((s = fdt_next_string(&p, &at)) && strcmp(s, what) != 0)
            ;
    return s != NULL;
}

bool
fdt_is_enabled(const struct fdt *t, s32 node)
{
    const char *status = fdt_string(t, node, "status");
    return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

s32
fdt_find_compatible(const struct fdt *t, s32 node, const char *what)
{
    s32 depth = 0;
    do
        node = fdt_next(t, node, &depth);
    while (node >= 0 && !(fdt_is_compatible(t, node, what) && fdt_is_enabled(t, node)));
    return node;
}

/* A phandle is the number by which one node names another, as interrupt parents are. */
s32
fdt_find_phandle(const struct fdt *t, u32 phandle)
{
    s32 depth = 0, node = -1;
    do
        node = fdt_next(t, node, &depth);
    while (node >= 0 && fdt_u32(t, node, "phandle", ~phandle) != phandle);
    return node;
}

/* The child called name[0..n), its unit address (`@...`) given or left out. */
static s32
find_child(const struct fdt *t, s32 node, const char *name, size_t n)
{
    for (s32 c = fdt_first_child(t, node); c >= 0; c = fdt_next_sibling(t, c)) {
        const char *have = fdt_name(t, c);
        if (strncmp(have, name, n) == 0 && (have[n] == '\0' || have[n] == '@'))
            return c;
    }
    return -1;
}

/* `:` begins the options of a console, as in "/soc/serial@10000000:115200n8". */
s32
fdt_find_path(const struct fdt *t, const char *path)
{
    s32 node = fdt_root(t);
    while (node >= 0 && *path && *path != ':') {
        size_t n = 0;
        while (path[n] && path[n] != ':' && path[n] != '/')
            n++;
        if (n)
            node = find_child(t, node, path, n);
        path += n ? n : 1;
    }
    return node;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* One number of `count` (0 to 2) cells that begins at cell *at; moves *at behind it. */
static bool
read_cells(const struct fdt_property *p, u64 *at, u32 count, u64 *out)
{
    *out = 0;
    if (count > 2 || *at + count > p->length / 4)
        return false;
    for (; count; count--, ++*at)
        *out = *out << 32 | fdt_cell(p, (u32)*at);
    return true;
}

bool
fdt_reservation(const struct fdt *t, u32 index, u64 *address, u64 *size)
{
    struct fdt_property block = { .value = t->blob + t->reservations,
                                  .length = t->size - t->reservations };
    u64 at = 4 * (u64)index;
    return read_cells(&block, &at, 2, address) && read_cells(&block, &at, 2, size) &&
           (*address || *size) && *address + *size >= *address;
}

/* Takes *address from what `bus` calls it to what its parent `up` calls it. The counts of cells do
 * not descend to the nodes below: each bus has its own, or the defaults. */
static bool
through_ranges(const struct fdt *t, s32 bus, s32 up, u64 *address, u64 size)
{
    struct fdt_property ranges;
    if (!fdt_get(t, bus, "ranges", &ranges))
        return false; /* its registers are not memory: i2c, spi, cpus */
    if (ranges.length == 0)
        return true;
    u32 here_cells = fdt_u32(t, bus, "#address-cells", 2);
    u32 up_cells = fdt_u32(t, up, "#address-cells", 2);
    u32 size_cells = fdt_u32(t, bus, "#size-cells", 1);
    u64 at = 0, from, to, length; /* triples: address here, address above, size */
    while (here_cells && read_cells(&ranges, &at, here_cells, &from) &&
           read_cells(&ranges, &at, up_cells, &to) && read_cells(&ranges, &at, size_cells, &length))
        if (*address >= from && *address - from < length && size <= length - (*address - from)) {
            *address = to + (*address - from);
            return true;
        }
    return false;
}

bool
fdt_reg(const struct fdt *t, s32 node, u32 index, u64 *address, u64 *size)
{
    struct fdt_property reg;
    s32 bus = fdt_parent(t, node), up;
    if (bus < 0 || !fdt_get(t, node, "reg", &reg))
        return false;
    u32 address_cells = fdt_u32(t, bus, "#address-cells", 2);
    u32 size_cells = fdt_u32(t, bus, "#size-cells", 1);
    if (address_cells == 0 || address_cells > 2 || size_cells > 2)
        return false;
    u64 at = (u64)index * (address_cells + size_cells);
    if (!read_cells(&reg, &at, address_cells, address) || !read_cells(&reg, &at, size_cells, size))
        return false;
    for (; (up = fdt_parent(t, bus)) >= 0; bus = up) /* the root's addresses are the CPU's */
        if (!through_ranges(t, bus, up, address, *size))
            return false;
    return *address + *size >= *address; /* does not wrap round */
}
