/* pagetable.c - walking and building Sv39 page tables. See pagetable.h.
 *
 * A table of the middle levels keeps no count: tables go only with their whole space. */

#include "mm/pagetable.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"
#include "sched/thread.h"

#define LEVEL_SHIFT(level) (PAGE_SHIFT + 9 * (level))
#define LEVEL_SIZE(level)  (1UL << LEVEL_SHIFT(level))
#define INDEX(va, level)   ((va) >> LEVEL_SHIFT(level) & 511)
#define IS_LEAF(e)         ((e) & (PTE_R | PTE_W | PTE_X))
/* A non-leaf entry: V alone; A, D and U are reserved there. */
#define TABLE_ENTRY(pa) ((pa) >> PAGE_SHIFT << 10 | PTE_V)

u64 kernel_root;

static pte_t *
table(u64 pa)
{
    return frame_address(pa);
}

pte_t *
pt_walk(u64 root, u64 va, bool make)
{
    pte_t *t = table(root);
    for (int level = 2; level > 0; level--) {
        pte_t *e = &t[INDEX(va, level)];
        if (!(*e & PTE_V)) {
            u64 pa = make ? frame_alloc_zero() : 0;
            if (!pa)
                return NULL;
            *e = TABLE_ENTRY(pa);
        }
        t = table(pte_pa(*e));
    }
    return &t[INDEX(va, 0)];
}

void
pt_for_each(u64 root, u64 start, u64 end, void (*visit)(pte_t *e, u64 va, void *arg), void *arg)
{
    u64 va = start;
    while (va < end) {
        pte_t *e = &table(root)[INDEX(va, 2)];
        if (!(*e & PTE_V)) {
            va = ALIGN_DOWN(va, LEVEL_SIZE(2)) + LEVEL_SIZE(2);
            continue;
        }
        e = &table(pte_pa(*e))[INDEX(va, 1)];
        if (!(*e & PTE_V)) {
            va = ALIGN_DOWN(va, LEVEL_SIZE(1)) + LEVEL_SIZE(1);
            continue;
        }
        pte_t *leaves = table(pte_pa(*e));
        u64 stop = MIN(end, ALIGN_DOWN(va, LEVEL_SIZE(1)) + LEVEL_SIZE(1));
        for (; va < stop; va += PAGE_SIZE)
            if (leaves[INDEX(va, 0)] & PTE_V)
                visit(&leaves[INDEX(va, 0)], va, arg);
    }
}

u64
pt_create(void)
{
    u64 root = frame_alloc();
    if (!root)
        return 0;
    memset(table(root), 0, PAGE_SIZE / 2);
    memcpy(table(root) + 256, table(kernel_root) + 256, PAGE_SIZE / 2);
    return root;
}

void
pt_destroy(u64 root)
{
    for (int i = 0; i < 256; i++) {
        if (!(table(root)[i] & PTE_V))
            continue;
        pte_t *middle = table(pte_pa(table(root)[i]));
        for (int j = 0; j < 512; j++)
            if (middle[j] & PTE_V)
                frame_put(pte_pa(middle[j]));
        frame_put(pte_pa(table(root)[i]));
    }
    frame_put(root);
}

/* --- the kernel's own half ---------------------------------------------------------------------- */

void
pt_kernel_map(u64 va, u64 pa, u64 size, u64 rights)
{
    for (u64 at = 0; at < size; at += PAGE_SIZE) {
        pte_t *e = pt_walk(kernel_root, va + at, true);
        if (!e)
            panic("no memory for the kernel's page tables");
        *e = pte_leaf(pa + at, rights | PTE_G);
    }
}

/* Puts one 2 MiB leaf at `va`; the range it covers must be free of holes. */
static void
map_megapage(u64 va, u64 pa)
{
    pte_t *e = &table(kernel_root)[INDEX(va, 2)];
    if (!(*e & PTE_V))
        *e = TABLE_ENTRY(frame_alloc_zero());
    table(pte_pa(*e))[INDEX(va, 1)] = pte_leaf(pa, PTE_R | PTE_W | PTE_G);
}

extern char image_start[], rodata_start[], data_start[], image_end[];

/* Is [start, end) touched by what the direct map leaves out? The kernel's text, its read-only data
 * with the vDSO image, and the firmware's memory. */
static bool
has_hole(u64 start, u64 end)
{
    if (start < frame_of(data_start) && end > frame_of(image_start))
        return true;
    for (u32 i = 0; i < machine.reserved_count; i++)
        if (start < machine.reserved[i].end && end > machine.reserved[i].start)
            return true;
    return false;
}

static void
map_direct(u64 start, u64 end)
{
    u64 step;
    for (u64 pa = start; pa < end; pa += step) {
        bool mega = pa % LEVEL_SIZE(1) == 0 && pa + LEVEL_SIZE(1) <= end &&
                    !has_hole(pa, pa + LEVEL_SIZE(1));
        step = mega ? LEVEL_SIZE(1) : PAGE_SIZE;
        if (mega)
            map_megapage(DIRECT_BASE + pa, pa);
        else if (!has_hole(pa, pa + PAGE_SIZE))
            pt_kernel_map(DIRECT_BASE + pa, pa, PAGE_SIZE, PTE_R | PTE_W);
    }
}

void
pt_kernel_init(void)
{
    kernel_root = frame_alloc_zero();
    u64 text = (u64)image_start, rodata = (u64)rodata_start, data = (u64)data_start;
    pt_kernel_map(text, frame_of(image_start), rodata - text, PTE_R | PTE_X);
    pt_kernel_map(rodata, frame_of(rodata_start), data - rodata, PTE_R);
    pt_kernel_map(data, frame_of(data_start), (u64)image_end - data, PTE_R | PTE_W);
    for (u32 i = 0; i < machine.memory_count; i++)
        map_direct(ALIGN_UP(machine.memory[i].start, PAGE_SIZE),
                   ALIGN_DOWN(machine.memory[i].end, PAGE_SIZE));
    /* All later kernel mappings hang below these two, so that every root made from now on has
     * them: the upper half of a root never changes again. */
    pt_walk(kernel_root, STACKS_BASE, true);
    pt_walk(kernel_root, DEVICES_BASE, true);
    csr_write(satp, SATP_SV39 | kernel_root >> PAGE_SHIFT);
    __asm__ volatile("sfence.vma" ::: "memory");
}

void *
map_device(u64 pa, u64 size)
{
    static u64 next = DEVICES_BASE;
    if (!kernel_root) /* still on the table of boot/tables.c, which shows all physical memory */
        return (void *)(DIRECT_BASE + pa);
    u64 first = ALIGN_DOWN(pa, PAGE_SIZE), length = ALIGN_UP(pa + size, PAGE_SIZE) - first;
    u64 va = next;
    pt_kernel_map(va, first, length, PTE_R | PTE_W);
    next += length + PAGE_SIZE; /* a gap, so that running over the end of one faults */
    __asm__ volatile("sfence.vma" ::: "memory");
    return (void *)(va + (pa - first));
}
