/* pages.c - the radix tree of a file's frames. See pages.h.
 *
 *     height 0          height 1
 *
 *     root --> page 0   root --> table --> page 0
 *                                  |-----> page 1
 *                                  0       a hole: costs nothing
 *                                  |-----> page 3
 *
 * Height h covers 512^h pages, so a file of one page is that page alone. A slot holds the physical
 * address of a frame with one reference of ours, or 0. Frames of the initrd are adopted into it:
 * from then on nothing distinguishes them from other pages, and cutting the file gives them to the
 * allocator like any other. */

#include "fs/pages.h"
#include "lib/string.h"
#include "mm/frame.h"

#define FAN_BITS 9
#define FAN      512u

/* The slot of page `index`; NULL when it has none (`make` false) or without memory. A tree that is
 * too low gets a table on top, whose first entry is all that there was. */
static u64 *
slot_of(struct pages *p, u64 index, bool make)
{
    while (index >> (FAN_BITS * p->height) != 0) {
        u64 table = make ? frame_alloc_zero() : 0;
        if (!table)
            return NULL;
        *(u64 *)frame_address(table) = p->root;
        p->root = table;
        p->height++;
    }
    u64 *slot = &p->root;
    for (u32 level = p->height; level-- > 0;) {
        if (!*slot && make)
            *slot = frame_alloc_zero();
        if (!*slot)
            return NULL;
        slot = (u64 *)frame_address(*slot) + (index >> (FAN_BITS * level) & (FAN - 1));
    }
    return slot;
}

/* The lowest level is no different from the others: a slot, and a frame of zeros if it is to be
 * filled. */
u64
pages_frame(struct pages *p, u64 index, bool make)
{
    u64 *slot = slot_of(p, index, make);
    if (slot && !*slot && make) {
        *slot = frame_alloc_zero();
        p->count += *slot != 0;
    }
    return slot ? *slot : 0;
}

/* Frees the pages of a subtree from its page `first` on: 0 means all, and the table with them. It
 * may lie behind the end of the subtree. */
static void
cut_level(struct pages *p, u64 *slot, u32 level, u64 first)
{
    if (level > 0 && *slot) {
        u64 *table = frame_address(*slot), span = 1UL << (FAN_BITS * (level - 1));
        u64 start = first / span;
        for (u64 i = start; i < FAN; i++)
            cut_level(p, &table[i], level - 1, i == start ? first % span : 0);
    }
    if (first == 0 && *slot) {
        frame_put(*slot);
        *slot = 0;
        p->count -= level == 0;
    }
}

/* Whole pages go first, and a table behind the end goes with all below it. A tree that is empty is
 * low again, or every small file written in its place would pay for tables. */
void
pages_cut(struct pages *p, u64 size)
{
    u64 first = ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT;
    cut_level(p, &p->root, p->height, first);
    if (first == 0)
        p->height = 0;
    u64 used = size % PAGE_SIZE, last = pages_frame(p, size >> PAGE_SHIFT, false);
    if (used > 0 && last) /* what was behind the end must not come back when the file grows */
        memset((u8 *)frame_address(last) + used, 0, PAGE_SIZE - used);
}

/* Only whole pages are adopted: behind the last bytes of a file comes the next one's name. */
bool
pages_fill(struct pages *p, const char *bytes, u64 size)
{
    pages_cut(p, 0);
    for (u64 at = 0; at < size; at += PAGE_SIZE) {
        bool whole = (u64)bytes % PAGE_SIZE == 0 && size - at >= PAGE_SIZE;
        u64 *slot = slot_of(p, at >> PAGE_SHIFT, true);
        if (!slot)
            return false;
        *slot = whole ? frame_of(bytes + at) : frame_alloc_zero();
        if (!*slot)
            return false;
        p->count++;
        if (whole)
            frame_get(*slot);
        else
            memcpy(frame_address(*slot), bytes + at, MIN(PAGE_SIZE, size - at));
    }
    return true;
}

char *
page_alloc(void)
{
    u64 frame = frame_alloc();
    return frame ? frame_address(frame) : NULL;
}

void
page_free(char *page)
{
    if (page)
        frame_put(frame_of(page));
}
