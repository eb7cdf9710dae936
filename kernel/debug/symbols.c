/* symbols.c - looks up the name of a code address, by halving the table. See symbols.h.
 *
 * Not here: the table itself, which tools/mksyms writes (and, for the first link, nosymbols.c). */

#include "debug/symbols.h"

const char *
symbol_find(u64 address, u64 *offset)
{
    u32 low = 0, high = symbol_count;
    while (low <
           high) { /* entries below `low` begin at or before the address, `high` and on after */
        u32 middle = low + (high - low) / 2;
        if (address >= symbol_base + symbol_table[middle].offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || low == symbol_count) /* before the first function, or behind the last */
        return NULL;
    *offset = address - symbol_base - symbol_table[low - 1].offset;
    return symbol_names + symbol_table[low - 1].name;
}
