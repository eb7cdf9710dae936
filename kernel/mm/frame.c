/* frame.c - the frame allocator: a count per frame and a list of the free ones.
 *
 * One record of 8 bytes a frame, in one array; a free frame's record links to the next. No buddies:
 * nothing in this kernel needs two frames side by side. See frame.h. */

#include "mm/frame.h"
#include "debug/debug.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "machine/machine.h"

_Static_assert(sizeof(struct frame) == 8, "one record a frame: 2 MiB of them for 1 GiB of memory");

extern char image_start[], image_end[], data_start[];

/* What the allocator must not touch: three ranges of our own, and what the firmware reserves. */
enum { IMAGE, INITRD, RECORDS, RESERVED };
static struct range in_use[RESERVED + MAX_RANGES];

u64 image_load_address;

static struct spinlock frame_lock = SPINLOCK_INIT("frames");
static struct frame *frames;
static u64 ram_start = ~0UL, ram_end;
static u32 first_free; /* its number in `frames`, + 1; 0: none is free */
static u64 free_count, total_count;

#define for_each_range(r, array) for (struct range *r = array; r < array + ARRAY_SIZE(array); r++)

struct frame *
frame_record(u64 pa)
{
    BUG_ON(pa < ram_start || pa >= ram_end);
    return &frames[(pa - ram_start) >> PAGE_SHIFT];
}

/* A range that is in use and meets [start, end), or NULL. */
static const struct range *
find_in_use(u64 start, u64 end)
{
    for_each_range (r, in_use)
        if (start < r->end && r->start < end)
            return r;
    return NULL;
}

/* Room for the array itself: the first gap that is large enough. */
static u64
find_room(u64 bytes)
{
    const struct range *r;
    for_each_range (m, machine.memory)
        for (u64 at = m->start; at + bytes <= m->end; at = ALIGN_UP(r->end, PAGE_SIZE)) {
            r = find_in_use(at, at + bytes);
            if (!r)
                return at;
        }
    panic("no room for %lu bytes of frame records: give the machine more memory", bytes);
}

/* Sets the reference count of every frame that the range touches. */
static void
mark(const struct range *r, u32 refs)
{
    u64 start = MAX(ALIGN_DOWN(r->start, PAGE_SIZE), ram_start);
    u64 end = MIN(ALIGN_UP(r->end, PAGE_SIZE), ram_end);
    for (u64 pa = start; pa < end; pa += PAGE_SIZE)
        *frame_record(pa) = (struct frame){ .refs = refs };
}

/* Cuts the ranges of memory to whole pages, and to what the direct map can show. */
static void
measure_memory(void)
{
    const u64 limit = STACKS_BASE - DIRECT_BASE;
    for_each_range (m, machine.memory) {
        if (m->end > limit)
            pr_warn("memory above 0x%lx is not used", limit);
        m->end = ALIGN_DOWN(MIN(m->end, limit), PAGE_SIZE);
        m->start = MIN(ALIGN_UP(m->start, PAGE_SIZE), m->end);
        if (m->start == m->end)
            continue;
        total_count += (m->end - m->start) >> PAGE_SHIFT;
        ram_start = MIN(ram_start, m->start);
        ram_end = MAX(ram_end, m->end);
    }
}

/* The initrd must lie in memory, where banks may adjoin, and on nobody else's: boot loaders reserve
 * the initrd itself, or nothing. */
static void
check_initrd(void)
{
    struct range i = machine.initrd;
    u64 at = i.start;
    const struct range *r = find_in_use(ALIGN_DOWN(at, PAGE_SIZE), ALIGN_UP(i.end, PAGE_SIZE));
    bool shared = r && (r->start != i.start || r->end != i.end);
    for_each_range (m, machine.memory)
        if (m->start <= at && at < m->end)
            at = m->end;
    if (shared || at < i.end || i.end < i.start)
        panic("the initrd at 0x%lx-0x%lx is not in memory of its own", i.start, i.end);
}

/* The frame becomes the first of the free list. */
static void
add_free(struct frame *f)
{
    f->tag = first_free;
    first_free = (u32)(f - frames) + 1;
    free_count++;
}

void
frame_init(void)
{
    measure_memory();
    u32 count = (ram_end - ram_start) >> PAGE_SHIFT;
    u64 image = image_load_address;
    u64 end = frame_of(image_end);
    if (image < ram_start || end > ram_end)
        panic("the kernel at 0x%lx is not in the memory of the device tree", image);
    in_use[IMAGE] = (struct range){ image, end };
    memcpy(&in_use[RESERVED], machine.reserved, sizeof(machine.reserved));
    check_initrd();
    in_use[INITRD] = machine.initrd;
    u64 bytes = count * sizeof(struct frame);
    u64 room = find_room(bytes);
    in_use[RECORDS] = (struct range){ room, room + bytes };
    frames = frame_direct(room);
    mark(&(struct range){ ram_start, ram_end }, 1); /* holes, too, stay in use for ever */
    for_each_range (m, machine.memory)
        mark(m, 0);
    for_each_range (r, in_use)
        mark(r, 1);
    for (u32 n = count; n > 0; n--) /* from the end, so that the list begins with the lowest */
        if (frames[n - 1].refs == 0)
            add_free(&frames[n - 1]);
    mark(&machine.initrd, 0); /* not free, but nobody's until a file refers to it */
}

u64
frame_alloc(void)
{
    spin_guard(&frame_lock);
    if (!first_free)
        return 0;
    u64 number = first_free - 1;
    u64 pa = ram_start + (number << PAGE_SHIFT);
    first_free = frames[number].tag;
    frames[number] = (struct frame){ .refs = 1 };
    free_count--;
    debug_hook(frame_allocated, frame_direct(pa));
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
    __atomic_fetch_add(&frame_record(pa)->refs, 1, __ATOMIC_RELAXED);
}

void
frame_put(u64 pa)
{
    if (!pa)
        return;
    struct frame *f = frame_record(pa);
    u32 before = __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL);
    BUG_ON(before == 0);
    if (before > 1)
        return;
    debug_hook(frame_freed, frame_direct(pa));
    spin_guard(&frame_lock);
    add_free(f);
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
    return into < (u64)(data_start - image_start) ? image_start + into : frame_direct(pa);
}

u64
frame_of(const void *kva)
{
    u64 va = ALIGN_DOWN((u64)kva, PAGE_SIZE);
    if (va >= IMAGE_BASE)
        return va - (u64)image_start + image_load_address;
    return va - DIRECT_BASE;
}
