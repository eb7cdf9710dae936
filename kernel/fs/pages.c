/* pages.c - the radix tree of a file's frames. See pages.h.
 *
 * Height h covers 512^h pages. A slot holds the physical address of a frame with one reference of
 * ours, or 0. In-place frames enter the tree at their first use: from then on nothing distinguishes
 * them from other pages, and a write beyond the data's end is not taken for foreign bytes. */
#include "fs/pages.h"
#include "lib/string.h"
#include "mm/frame.h"

#define FAN_BITS 9
#define FAN      512u

/* Adds a level on top. With no root yet the taller tree is just as empty. */
static bool
grow(struct pages *p)
{
    if (p->root) {
        u64 table = frame_alloc_zero();
        if (!table)
            return false;
        *(u64 *)frame_address(table) = p->root;
        p->root = table;
    }
    p->height++;
    return true;
}

/* The slot of page `index`; NULL when it has none (`make` false) or without memory. */
static u64 *
slot_of(struct pages *p, u64 index, bool make)
{
    while (index >> (FAN_BITS * p->height))
        if (!make || !grow(p))
            return NULL;
    u64 *slot = &p->root;
    for (u32 level = p->height; level-- > 0;) {
        if (!*slot && !(make && (*slot = frame_alloc_zero())))
            return NULL;
        u64 *table = frame_address(*slot);
        slot = &table[index >> (FAN_BITS * level) & (FAN - 1)];
    }
    return slot;
}

static bool
all_zero(const u8 *p, size_t n)
{
    while (n > 0 && *p == 0)
        p++, n--;
    return n == 0;
}

/* The initrd's own frame if it holds page `index` and nothing of anybody else, counted once; 0 if
 * not. Zeros behind the last byte are padding: the next archive member starts with a digit. */
static u64
adopt(struct pages *p, u64 index)
{
    u64 at = index << PAGE_SHIFT, pa = p->in_place + at;
    if (at >= p->in_place_size || pa % PAGE_SIZE)
        return 0;
    size_t used = MIN(PAGE_SIZE, p->in_place_size - at);
    if (!all_zero((u8 *)frame_address(pa) + used, PAGE_SIZE - used))
        return 0;
    frame_get(pa);
    return pa;
}

/* Copies the in-place bytes of page `index`, if any, to a fresh frame. `pa` need not be aligned, so
 * the source may straddle two frames. */
static u64
copy_in(struct pages *p, u64 index)
{
    u64 at = index << PAGE_SHIFT, copy = frame_alloc_zero();
    if (!copy || at >= p->in_place_size)
        return copy;
    size_t n = MIN(PAGE_SIZE, p->in_place_size - at);
    u8 *to = frame_address(copy);
    for (u64 from = p->in_place + at; n > 0;) {
        size_t chunk = MIN(n, PAGE_SIZE - from % PAGE_SIZE);
        memcpy(to, (u8 *)frame_address(ALIGN_DOWN(from, PAGE_SIZE)) + from % PAGE_SIZE, chunk);
        to += chunk, from += chunk, n -= chunk;
    }
    return copy;
}

u64
pages_make(struct pages *p, u64 index)
{
    u64 *slot = slot_of(p, index, true);
    if (slot && !*slot && !(*slot = adopt(p, index)))
        *slot = copy_in(p, index);
    return slot ? *slot : 0;
}

u64
pages_find(struct pages *p, u64 index)
{
    if (index << PAGE_SHIFT < p->in_place_size)
        return pages_make(p, index);
    u64 *slot = slot_of(p, index, false);
    return slot ? *slot : 0;
}

/* Frees what lies from page `first` (counted from this subtree's start) on. */
static void
cut_level(u64 *slot, u32 level, u64 first)
{
    if (!*slot)
        return;
    if (level > 0) {
        u64 *table = frame_address(*slot), start = first >> (FAN_BITS * (level - 1));
        for (u64 i = start; i < FAN; i++)
            cut_level(&table[i], level - 1,
                      i == start ? first - (i << (FAN_BITS * (level - 1))) : 0);
    }
    if (first == 0) {
        frame_put(*slot);
        *slot = 0;
    }
}

/* In-place pages that nobody has used yet go to the allocator too. */
static void
give_back(struct pages *p, u64 size)
{
    for (u64 i = ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT; i << PAGE_SHIFT < p->in_place_size; i++) {
        u64 *slot = slot_of(p, i, false);
        if (!slot || !*slot)
            frame_put(adopt(p, i));
    }
    p->in_place_size = MIN(p->in_place_size, size);
}

void
pages_cut(struct pages *p, u64 size)
{
    u64 first = ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT;
    give_back(p, size);
    if (first >> (FAN_BITS * p->height) == 0)
        cut_level(&p->root, p->height, first);
    if (first == 0)
        p->height = 0;
    /* What was behind the end must not come back when the file grows again. */
    u64 *last = size % PAGE_SIZE ? slot_of(p, size >> PAGE_SHIFT, false) : NULL;
    if (last && *last)
        memset((u8 *)frame_address(*last) + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
}

/* Scratch pages: paths, listings and bytes on their way to a device. */
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
