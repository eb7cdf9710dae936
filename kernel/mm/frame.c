/* frame.c - the frame allocator: a count per frame and a list of the free ones.
 *
 * One record of 8 bytes a frame, in one array; a free frame's record links to the next. No buddies:
 * nothing in this kernel needs two frames side by side. See frame.h. */

#include "mm/frame.h"
#include "debug/debug.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/layout.h"

struct frame {
    u32 refs;
    u32 next; /* free: number of the next free frame + 1; else the owner's tag */
};
_Static_assert(sizeof(struct frame) == 8, "its size is counted in layout of memory at boot");

extern char image_start[], image_end[], data_start[];

static struct spinlock frame_lock = SPINLOCK_INIT("frames");
static struct frame *frames;
static struct range image, records;
static u64 ram_start, ram_end;
static u32 first_free; /* number + 1, 0: none */
static u64 free_count, total_count;

static struct frame *
record(u64 pa)
{
    BUG_ON(pa < ram_start || pa >= ram_end);
    return &frames[(pa - ram_start) >> PAGE_SHIFT];
}

/* The range that ends above `at` and begins first, or NULL: this kernel, the array of records, the
 * initrd, what the firmware reserves. */
static const struct range *
next_in_use(u64 at)
{
    const struct range *first = NULL, *known[3] = { &image, &records, &machine.initrd };
    for (u32 i = 0; i < ARRAY_SIZE(known) + machine.reserved_count; i++) {
        const struct range *r =
            i < ARRAY_SIZE(known) ? known[i] : &machine.reserved[i - ARRAY_SIZE(known)];
        if (r->end > at && r->end > r->start && (!first || r->start < first->start))
            first = r;
    }
    return first;
}

/* Steps from *at to `end` over the gaps between the ranges in use; false when none is left. */
static bool
next_gap(u64 *at, u64 end, struct range *gap)
{
    while (*at < end) {
        const struct range *r = next_in_use(*at);
        gap->start = *at;
        gap->end = r ? MIN(end, ALIGN_DOWN(r->start, PAGE_SIZE)) : end;
        *at = r ? ALIGN_UP(r->end, PAGE_SIZE) : end;
        if (gap->start < gap->end)
            return true;
    }
    return false;
}

/* Room for the array itself: the first gap that is large enough. */
static u64
place_records(u64 bytes)
{
    struct range gap;
    for (u32 i = 0; i < machine.memory_count; i++)
        for (u64 at = machine.memory[i].start; next_gap(&at, machine.memory[i].end, &gap);)
            if (gap.end - gap.start >= bytes)
                return gap.start;
    panic("no room for %lu bytes of frame records: give the machine more memory", bytes);
}

/* From the end, so that the list begins with the lowest. A frame that is free already belongs to
 * two nodes of memory that overlap. */
static void
free_range(const struct range *r)
{
    u32 first = (r->start - ram_start) >> PAGE_SHIFT;
    for (u32 i = (r->end - ram_start) >> PAGE_SHIFT; i-- > first;) {
        if (!frames[i].refs)
            continue;
        frames[i] = (struct frame){ 0, first_free };
        first_free = i + 1;
        free_count++;
    }
}

/* Whole pages only, and only what the direct map can show. */
static void
round_memory(struct range *m)
{
    const u64 limit = STACKS_BASE - DIRECT_BASE;
    if (m->end > limit)
        pr_warn("memory above 0x%lx is not used", limit);
    m->end = ALIGN_DOWN(MIN(m->end, limit), PAGE_SIZE);
    m->start = MIN(ALIGN_UP(m->start, PAGE_SIZE), m->end);
}

static void
find_extent(void)
{
    ram_start = ~0UL;
    for (u32 i = 0; i < machine.memory_count; i++) {
        struct range *m = &machine.memory[i];
        round_memory(m);
        total_count += (m->end - m->start) >> PAGE_SHIFT;
        if (m->start < m->end) {
            ram_start = MIN(ram_start, m->start);
            ram_end = MAX(ram_end, m->end);
        }
    }
    image.start = image_load_address;
    image.end = image.start + (u64)(image_end - image_start);
    if (image.start < ram_start || image.end > ram_end)
        panic("the kernel at 0x%lx is not in the memory of the device tree", image.start);
}

void
frame_init(void)
{
    find_extent();
    u64 count = (ram_end - ram_start) >> PAGE_SHIFT;
    u64 bytes = ALIGN_UP(count * sizeof(struct frame), PAGE_SIZE);
    records.start = place_records(bytes);
    records.end = records.start + bytes;
    frames = frame_direct(records.start);
    /* What nobody frees below stays in use for ever: holes, firmware, the kernel, this array. */
    for (u64 i = 0; i < count; i++)
        frames[i] = (struct frame){ 1, 0 };
    struct range gap;
    for (u32 i = machine.memory_count; i-- > 0;)
        for (u64 at = machine.memory[i].start; next_gap(&at, machine.memory[i].end, &gap);)
            free_range(&gap);
}

u64
frame_alloc(void)
{
    spin_lock(&frame_lock);
    u32 n = first_free;
    if (n) {
        first_free = frames[n - 1].next;
        frames[n - 1] = (struct frame){ 1, 0 };
        free_count--;
    }
    spin_unlock(&frame_lock);
    if (!n)
        return 0;
    u64 pa = ram_start + ((u64)(n - 1) << PAGE_SHIFT);
    debug_frame_allocated(frame_direct(pa));
    return pa;
}

u64
frame_alloc_zero(void)
{
    u64 pa = frame_alloc();
    if (pa)
        memset(frame_direct(pa), 0, PAGE_SIZE);
    return pa;
}

void
frame_get(u64 pa)
{
    __atomic_fetch_add(&record(pa)->refs, 1, __ATOMIC_RELAXED);
}

void
frame_put(u64 pa)
{
    if (!pa)
        return;
    struct frame *f = record(pa);
    u32 before = __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL);
    BUG_ON(before == 0);
    if (before > 1)
        return;
    debug_frame_freed(frame_direct(pa));
    spin_lock(&frame_lock);
    f->next = first_free;
    first_free = (u32)(f - frames) + 1;
    free_count++;
    spin_unlock(&frame_lock);
}

u32
frame_refs(u64 pa)
{
    return __atomic_load_n(&record(pa)->refs, __ATOMIC_ACQUIRE);
}

void
frame_adopt(u64 pa)
{
    *record(pa) = (struct frame){ 1, 0 };
}

u32
frame_tag(u64 pa)
{
    return record(pa)->next;
}

void
frame_set_tag(u64 pa, u32 tag)
{
    record(pa)->next = tag;
}

u64
frames_free(void)
{
    return __atomic_load_n(&free_count, __ATOMIC_RELAXED);
}

u64
frames_total(void)
{
    return total_count;
}

void *
frame_address(u64 pa)
{
    u64 into = pa - image_load_address;
    if (into < (u64)(data_start - image_start))
        return image_start + into;
    return frame_direct(pa);
}

u64
frame_of(const void *kva)
{
    u64 va = ALIGN_DOWN((u64)kva, PAGE_SIZE);
    if (va >= IMAGE_BASE)
        return va - (u64)image_start + image_load_address;
    return va - DIRECT_BASE;
}
