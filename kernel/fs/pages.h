/* pages.h - the bytes of a file: a sparse array of page frames.
 *
 * A radix tree of frames, 512 entries a level, as tall as the file needs: for one page it is that
 * page and nothing else, and a hole costs nothing. No lock inside: the owner has one. Also here:
 * pages for the moment, as scratch memory. */
#pragma once

#include "lib/types.h"

struct pages {
    u64 root; /* frame: page 0 itself when height is 0, else a table of 512 frames; 0: none */
    u32 height;
    u64 count; /* of pages, without tables and holes */
};

/* The frame of page `index`, whose reference stays the array's; 0 for a hole. With `make` a hole
 * becomes a page of zeros, and 0 means that there is no memory. */
u64 pages_frame(struct pages *p, u64 index, bool make);
/* Replaces all of it by bytes of the initrd, which lie in the direct map: a whole page that is
 * aligned becomes a page of the file where it is, the rest is copied. False without memory: what
 * did not fit is holes then. */
bool pages_fill(struct pages *p, const char *bytes, u64 size);
/* Forgets every byte from `size` on; what is made there later reads as zeros. */
void pages_cut(struct pages *p, u64 size);

/* A page of scratch memory, contents undefined; NULL without memory. Its end; NULL allowed. */
char *page_alloc(void);
void page_free(char *page);

/* `char *page scoped_page = page_alloc();` frees it when its block ends. */
DEFINE_SCOPE_END(page_free, char *)
#define scoped_page at_scope_end(page_free_scope)
