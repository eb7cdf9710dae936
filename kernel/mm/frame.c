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

/* The i-th range that is in use - by this kernel, the array of records, the initrd, and what the
 * firmware reserves - or NULL behind the last. */
static const struct range *
in_use(u32 i)
{
    const struct range *own[] = { &image, &records, &machine.initrd };
    if (i < ARRAY_SIZE(own))
        return own[i];
    i -= ARRAY_SIZE(own);
    return i < machine.reserved_count ? &machine.reserved[i] : NULL;
}

/* Whole pages only, and only what the direct map can show. */
static void
measure_memory(void)
{
    const u64 limit = STACKS_BASE - DIRECT_BASE;
    ram_start = limit;
    for (struct range *m = machine.memory; m < machine.memory + machine.memory_count; m++) {
        if (m->end > limit)
            pr_warn("memory above 0x%lx is not used", limit);
        m->end = ALIGN_DOWN(MIN(m->end, limit), PAGE_SIZE);
        m->start = MIN(ALIGN_UP(m->start, PAGE_SIZE), m->end);
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

/* Room for the array itself: the first gap that is large enough. */
static u64
find_room(u64 bytes)
{
    for (struct range *m = machine.memory; m < machine.memory + machine.memory_count; m++)
        for (u64 at = m->start, next; at + bytes <= m->end; at = next) {
            next = at;
            const struct range *r;
            for (u32 i = 0; (r = in_use(i)); i++)
                if (at < r->end && at + bytes > r->start)
                    next = ALIGN_UP(r->end, PAGE_SIZE);
            if (next == at)
                return at;
        }
    panic("no room for %lu bytes of frame records: give the machine more memory", bytes);
}

/* Notes of every frame that the range touches whether somebody refers to it. */
static void
mark(const struct range *r, u32 refs)
{
    u64 end = MIN(ALIGN_UP(r->end, PAGE_SIZE), ram_end);
    for (u64 pa = MAX(ALIGN_DOWN(r->start, PAGE_SIZE), ram_start); pa < end; pa += PAGE_SIZE)
        frames[(pa - ram_start) >> PAGE_SHIFT] = (struct frame){ refs, 0 };
}

void
frame_init(void)
{
    measure_memory();
    u32 count = (ram_end - ram_start) >> PAGE_SHIFT;
    u64 bytes = count * sizeof(struct frame);
    records.start = find_room(bytes);
    records.end = records.start + bytes;
    frames = frame_direct(records.start);
    mark(&(struct range){ ram_start, ram_end }, 1); /* holes, too, stay in use for ever */
    for (u32 i = 0; i < machine.memory_count; i++)
        mark(&machine.memory[i], 0);
    const struct range *r;
    for (u32 i = 0; (r = in_use(i)); i++)
        mark(r, 1);
    /* From the end, so that the list begins with the lowest. */
    for (u32 n = count; n > 0; n--)
        if (!frames[n - 1].refs) {
            frames[n - 1].next = first_free;
            first_free = n;
            free_count++;
        }
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
    u64 pa = n ? ram_start + ((n - 1UL) << PAGE_SHIFT) : 0;
    if (pa)
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
    spin_guard(&frame_lock);
    f->next = first_free;
    first_free = (u32)(f - frames) + 1;
    free_count++;
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

u32 *
frame_tag(u64 pa)
{
    return &record(pa)->next;
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
