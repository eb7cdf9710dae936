/* large-table.c - 12 KiB of constants.
 *
 * Every process maps them, whether it reads them or not.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

const unsigned char large_table[12288] = { 1, 2, 3 };
