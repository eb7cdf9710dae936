/* fdt.h - reads a flattened device tree in place.
 *
 * Total: any input of any bytes gives an answer or "not found", never an access outside the blob,
 * never an endless loop (this file also builds for the host, where it is fuzzed). No allocation.
 * Source: Devicetree Specification v0.4, chapter 5 "Flattened Devicetree (DTB) Format". */
#pragma once

#include "lib/types.h"

struct fdt {
    const u8 *blob;
    u32 size;                 /* bytes of the whole blob */
    u32 structs, structs_end; /* offsets of the structure block */
    u32 strings, strings_end;
    u32 reservations;
};

struct fdt_property {
    const char *name;
    const u8 *value; /* big-endian cells or NUL-terminated strings */
    u32 length;
};

/* A node is the offset of its BEGIN_NODE token; -1 is "none". The root is fdt_root(). */
int fdt_open(struct fdt *t, const void *blob, u64 max_size); /* 0 or -EINVAL, then *t is empty */
s32 fdt_root(const struct fdt *t);
s32 fdt_first_child(const struct fdt *t, s32 node);
s32 fdt_next_sibling(const struct fdt *t, s32 node);
s32 fdt_parent(const struct fdt *t, s32 node);
/* The node after `node` in document order, -1 at the end. Adds to *depth how far that goes down:
 * 1 for a child, 0 for a sibling, -1 for the parent's sibling ... After -1 comes the root. */
s32 fdt_next(const struct fdt *t, s32 node, s32 *depth);
const char *fdt_name(const struct fdt *t, s32 node);
bool fdt_get(const struct fdt *t, s32 node, const char *name, struct fdt_property *p);
bool fdt_is_compatible(const struct fdt *t, s32 node, const char *what);
/* Next node in document order after `node` (-1: from the root) that is compatible with `what` and
 * enabled. A node may be there and switched off: its device does not answer, and reading it may
 * fault. */
s32 fdt_find_compatible(const struct fdt *t, s32 node, const char *what);
/* `path` as in "/soc/serial@10000000"; unit addresses may be left out, `:` ends it too. */
s32 fdt_find_path(const struct fdt *t, const char *path);
s32 fdt_find_phandle(const struct fdt *t, u32 phandle);
u32 fdt_cell(const struct fdt_property *p, u32 index); /* 0 when out of range */
u64 fdt_number(const struct fdt_property *p);          /* a value of one or two cells */
/* The string at *at of a row of strings; moves *at behind it. NULL at the end, or when its own NUL
 * is missing. */
const char *fdt_next_string(const struct fdt_property *p, u32 *at);
/* The (first) string of a property; NULL if there is none. */
const char *fdt_string(const struct fdt *t, s32 node, const char *name);
/* The first cell of a property. */
u32 fdt_u32(const struct fdt *t, s32 node, const char *name, u32 otherwise);
/* The index-th (address, size) of the node's `reg` by its parent's cells, translated through
 * `ranges` of simple buses. */
bool fdt_reg(const struct fdt *t, s32 node, u32 index, u64 *address, u64 *size);
/* The index-th entry of the memory reservation block: pairs of 64-bit numbers that end with a pair
 * of zeros. False at the end. */
bool fdt_reservation(const struct fdt *t, u32 index, u64 *address, u64 *size);
bool fdt_is_enabled(const struct fdt *t, s32 node);
