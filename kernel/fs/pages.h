/* pages.h - the bytes of a file: a sparse array of page frames.
 *
 * A radix tree of frames, 512 entries a level, as tall as the file needs: for one page it is that
 * page and nothing else. Data that the initrd brought lies where it is: a whole page of it that is
 * aligned becomes a page of the file by reference, the rest is copied page by page on first use.
 * No lock inside: the owner has one. */
#pragma once

#include "lib/types.h"

struct pages {
    u64 root; /* frame: page 0 itself when height is 0, else a table of 512 frames; 0: none */
    u32 height;
    u64 in_place; /* physical address of data found in the initrd */
    u64 in_place_size;
};

/* The frame of page `index`, or 0 for a hole (and for in-place data without memory to copy it).
 * The reference stays the array's. */
u64 pages_find(struct pages *p, u64 index);
/* The same, and fills a hole with a page of zeros. 0 without memory. */
u64 pages_make(struct pages *p, u64 index);
/* Forgets every byte from `size` on; what is made there later reads as zeros. */
void pages_cut(struct pages *p, u64 size);

/* A page of scratch memory, contents undefined; NULL without memory. Its end; NULL allowed. */
char *page_alloc(void);
void page_free(char *page);

/* `char *page scoped_page = page_alloc();` frees it when its block ends. */
DEFINE_SCOPE_END(page_free, char *)
#define scoped_page at_scope_end(page_free_scope)
