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

static bool
overlaps(const struct range *r, u64 start, u64 end)
{
    return start < ALIGN_UP(r->end, PAGE_SIZE) && end > ALIGN_DOWN(r->start, PAGE_SIZE);
}

/* The first known range that [start, end) runs into, or NULL: this kernel, the array of records,
 * the initrd, what the firmware reserves. */
static const struct range *
in_use(u64 start, u64 end)
{
    if (overlaps(&image, start, end))
        return &image;
    if (overlaps(&records, start, end))
        return &records;
    if (overlaps(&machine.initrd, start, end))
        return &machine.initrd;
    for (u32 i = 0; i < machine.reserved_count; i++)
        if (overlaps(&machine.reserved[i], start, end))
            return &machine.reserved[i];
    return NULL;
}

/* Room for the array itself: the first hole that is large enough. */
static u64
place_records(u64 bytes)
{
    for (u32 i = 0; i < machine.memory_count; i++) {
        u64 at = ALIGN_UP(machine.memory[i].start, PAGE_SIZE);
        while (at + bytes <= machine.memory[i].end) {
            const struct range *r = in_use(at, at + bytes);
            if (!r)
                return at;
            at = ALIGN_UP(r->end, PAGE_SIZE);
        }
    }
    panic("no room for %lu bytes of frame records: give the machine more memory", bytes);
}

static void
free_range(u64 start, u64 end)
{
    u32 n = (start - ram_start) >> PAGE_SHIFT, last = (end - ram_start) >> PAGE_SHIFT;
    if (n >= last)
        return;
    free_count += last - n;
    for (u32 i = n; i < last; i++)
        frames[i] = (struct frame){ 0, i + 2 };
    frames[last - 1].next = first_free;
    first_free = n + 1;
}

/* Frees what lies between the ranges in use. */
static void
free_gaps(u64 at, u64 end)
{
    while (at < end) {
        u64 stop = at;
        const struct range *r = NULL;
        while (stop < end && !(r = in_use(stop, stop + PAGE_SIZE)))
            stop += PAGE_SIZE;
        free_range(at, stop);
        at = r ? MIN(end, ALIGN_UP(r->end, PAGE_SIZE)) : end;
    }
}

void
frame_init(void)
{
    ram_start = ~0UL;
    for (u32 i = 0; i < machine.memory_count; i++) {
        ram_start = MIN(ram_start, ALIGN_UP(machine.memory[i].start, PAGE_SIZE));
        ram_end = MAX(ram_end, ALIGN_DOWN(machine.memory[i].end, PAGE_SIZE));
    }
    image.start = image_load_address;
    image.end = image.start + (u64)(image_end - image_start);
    u64 count = (ram_end - ram_start) >> PAGE_SHIFT;
    u64 bytes = ALIGN_UP(count * sizeof(struct frame), PAGE_SIZE);
    records.start = place_records(bytes);
    records.end = records.start + bytes;
    frames = (struct frame *)(DIRECT_BASE + records.start);
    /* What nobody frees below stays in use for ever: holes, firmware, the kernel, this array. */
    for (u64 i = 0; i < count; i++)
        frames[i] = (struct frame){ 1, 0 };
    for (u32 i = 0; i < machine.memory_count; i++) {
        const struct range *m = &machine.memory[i];
        total_count += (m->end - m->start) >> PAGE_SHIFT;
        free_gaps(ALIGN_UP(m->start, PAGE_SIZE), ALIGN_DOWN(m->end, PAGE_SIZE));
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
    if (!n)
        return 0;
    u64 pa = ram_start + ((u64)(n - 1) << PAGE_SHIFT);
    debug_frame_allocated(frame_address(pa));
    return pa;
}

u64
frame_alloc_zero(void)
{
    u64 pa = frame_alloc();
    if (pa)
        memset(frame_address(pa), 0, PAGE_SIZE);
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
    debug_frame_freed(frame_address(pa));
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
    return (void *)(DIRECT_BASE + pa);
}

u64
frame_of(const void *kva)
{
    u64 va = ALIGN_DOWN((u64)kva, PAGE_SIZE);
    if (va >= IMAGE_BASE)
        return va - (u64)image_start + image_load_address;
    return va - DIRECT_BASE;
}
