/* symbols.h - names for code addresses, for the backtrace of a panic.
 *
 * The table is made by tools/mksyms from the `nm` of a first link and linked in by a second one
 * (kernel.mk). It stands behind all code, so no function moves between the two links. */
#pragma once

#include "lib/types.h"

/* Sorted by offset. The last entry has an empty name and stands for the end of the text. */
struct symbol {
    u32 offset; /* from symbol_base */
    u32 name;   /* offset into symbol_names */
};

extern const struct symbol symbol_table[];
extern const char symbol_names[];
extern const u64 symbol_base;
extern const u32 symbol_count;

/* The function that holds `address` and how far into it that is; NULL if none does. */
const char *symbol_find(u64 address, u64 *offset);
