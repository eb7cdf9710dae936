/* fdt.h - reads a flattened device tree in place, node by node.
 *
 * Total: any input of any bytes gives an answer or "not found", never an access outside the blob,
 * never an endless loop (this file also builds for the host, where it is fuzzed). No allocation.
 * There is no random access: to find a node is to walk through all of them.
 * Source: Devicetree Specification v0.4, chapters 2.3 "Standard Properties" and 5 "Flattened
 * Devicetree (DTB) Format". */
#pragma once

#include "machine/machine.h"

#define FDT_MAX_DEPTH     32          /* real trees have some six levels */
#define FDT_LIMIT         (2UL << 20) /* no firmware hands over more (Linux's MAX_FDT_SIZE) */
#define FDT_ADDRESS_LIMIT (1UL << 56) /* physical addresses of RV64 have so many bits */

/* Some bytes of the blob: big-endian cells of 4 bytes, or NUL-terminated strings in a row. */
struct fdt_value {
    const u8 *bytes; /* NULL: there is no such property */
    u32 length;
};

struct fdt {
    struct fdt_value structs, strings, reservations; /* the three blocks of the blob */
};

/* Where a walk has come to: a node, and its ancestors. A copy with a smaller depth is an
 * ancestor. */
struct fdt_node {
    const struct fdt *tree;
    u32 at;                           /* the cell of the structure block where the walk goes on */
    s32 depth;                        /* 0 in the root */
    bool whole;                       /* the walk has ended, and every node was closed */
    const char *names[FDT_MAX_DEPTH]; /* of the root, its child ..., the node itself at [depth] */
};

/* Runs through the nodes in document order: every parent before its children. */
#define for_each_fdt_node(n, t)                                                                    \
    for (struct fdt_node n = { .tree = (t), .depth = -1 }; fdt_next(&(n));)

/* 0; -EINVAL for anything but a whole tree within max_size bytes, less than 1 GiB. */
int fdt_open(struct fdt *t, const void *blob, u32 max_size);
/* Goes on to the next node; false at the end of the tree, or where it is broken. */
bool fdt_next(struct fdt_node *n);
/* Does the node stand at `path`, as in "/soc/serial@10000000"? `:` ends a path, too. */
bool fdt_is_at(const struct fdt_node *n, const char *path);

/* The property's value, all zeros when the node has none of that name. */
struct fdt_value fdt_get(const struct fdt_node *n, const char *property);
u32 fdt_cell(struct fdt_value v, u32 index); /* 0 when out of range */
/* The number in a property of one or two cells; `otherwise` when there is none. */
u64 fdt_number(const struct fdt_node *n, const char *property, u64 otherwise);
/* The first string of a property; NULL if there is none, or it has no end. */
const char *fdt_string(const struct fdt_node *n, const char *property);
/* Is `text` one of the strings of the property, and the node enabled? A node may be there and
 * switched off: its device does not answer, and reading it may fault. */
bool fdt_is(const struct fdt_node *n, const char *property, const char *text);
/* The index-th range of `reg`, cut to FDT_ADDRESS_LIMIT; false if there is none, or it is on a bus
 * whose addresses are not the CPU's. */
bool fdt_reg(const struct fdt_node *n, u32 index, struct range *r);
/* The index-th entry of the memory reservation block, which ends with a pair of zeros; likewise. */
bool fdt_reservation(const struct fdt *t, u32 index, struct range *r);
