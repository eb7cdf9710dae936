/* fdt_find.c - searches in a device tree, and what its values mean. See fdt.h.
 *
 * Built on the walk of fdt.c alone. A value is a row of big-endian cells of 4 bytes, or of strings;
 * how many cells make an address is said by the parent's #address-cells and #size-cells.
 * Source: Devicetree Specification v0.4, sections 2.2 to 2.3. */

#include "dev/fdt.h"
#include "lib/string.h"

/* --- finding ---------------------------------------------------------------------------------- */

bool
fdt_is_compatible(const struct fdt *t, s32 node, const char *what)
{
    struct fdt_property p;
    if (!fdt_get(t, node, "compatible", &p))
        return false;
    u32 length = (u32)strlen(what) + 1;
    /* The last string may lack its NUL; then `n` is one more than there is, and it is no match. */
    for (u32 at = 0; at < p.length;) { /* a row of strings, each with its NUL */
        u32 n = (u32)strnlen((const char *)p.value + at, p.length - at) + 1;
        if (n == length && at + n <= p.length && memcmp(p.value + at, what, n) == 0)
            return true;
        at += n;
    }
    return false;
}

s32
fdt_find_compatible(const struct fdt *t, s32 node, const char *what)
{
    s32 depth = 0;
    node = node < 0 ? fdt_root(t) : fdt_next(t, node, &depth);
    while (node >= 0 && !fdt_is_compatible(t, node, what))
        node = fdt_next(t, node, &depth);
    return node;
}

/* A phandle is the number by which one node names another, as interrupt parents are. */
s32
fdt_find_phandle(const struct fdt *t, u32 phandle)
{
    struct fdt_property p;
    s32 depth = 0, node = fdt_root(t);
    while (node >= 0 &&
           !(fdt_get(t, node, "phandle", &p) && p.length == 4 && fdt_cell(&p, 0) == phandle))
        node = fdt_next(t, node, &depth);
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
static bool
ends_path(char c)
{
    return c == '\0' || c == ':';
}

s32
fdt_find_path(const struct fdt *t, const char *path)
{
    s32 node = fdt_root(t);
    while (node >= 0 && !ends_path(*path)) {
        if (*path == '/') {
            path++;
            continue;
        }
        size_t n = 0;
        while (!ends_path(path[n]) && path[n] != '/')
            n++;
        node = find_child(t, node, path, n);
        path += n;
    }
    return node;
}

bool
fdt_status_okay(const struct fdt *t, s32 node)
{
    struct fdt_property p;
    if (!fdt_get(t, node, "status", &p))
        return true;
    const char *status = fdt_string(&p);
    return status && (strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0);
}

/* --- values ----------------------------------------------------------------------------------- */

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
    if (p->length == 8)
        return (u64)fdt_cell(p, 0) << 32 | fdt_cell(p, 1);
    return p->length == 4 ? fdt_cell(p, 0) : 0;
}

const char *
fdt_string(const struct fdt_property *p)
{
    if (p->length == 0 || p->value[p->length - 1] != '\0')
        return NULL;
    return (const char *)p->value;
}

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

/* The two counts do not descend to the nodes below: each bus has its own, or the defaults. */
static u32
cell_count(const struct fdt *t, s32 bus, const char *name, u32 otherwise)
{
    struct fdt_property p;
    return fdt_get(t, bus, name, &p) && p.length == 4 ? fdt_cell(&p, 0) : otherwise;
}

/* --- addresses -------------------------------------------------------------------------------- */

/* Takes *address from what `bus` calls it to what its parent `up` calls it. */
static bool
through_ranges(const struct fdt *t, s32 bus, s32 up, u64 *address, u64 size)
{
    struct fdt_property ranges;
    if (!fdt_get(t, bus, "ranges", &ranges))
        return false; /* its registers are not memory: i2c, spi, cpus */
    if (ranges.length == 0)
        return true;
    u32 here_cells = cell_count(t, bus, "#address-cells", 2);
    u32 up_cells = cell_count(t, up, "#address-cells", 2);
    u32 size_cells = cell_count(t, bus, "#size-cells", 1);
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
    u32 address_cells = cell_count(t, bus, "#address-cells", 2);
    u32 size_cells = cell_count(t, bus, "#size-cells", 1);
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
