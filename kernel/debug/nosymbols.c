/* nosymbols.c - the empty table of the first link, which the real one of the second replaces.
 *
 * Weak, and in a file of its own: a compiler that sees the values next to their use believes them.
 * See symbols.h. */

#include "debug/symbols.h"

__attribute__((weak)) const struct symbol symbol_table[1] = { { 0, 0 } };
__attribute__((weak)) const char symbol_names[1] = "";
__attribute__((weak)) const u64 symbol_base = 0;
__attribute__((weak)) const u32 symbol_count = 0;
