/* kernelmap.c - the kernel's own half of every address space (layout.h draws it).
 *
 * Text is executable, data is writable, nothing is both; the direct map shows RAM without the
 * kernel's text and read-only data and without what the firmware keeps. Built once, by the boot
 * hart; later only kernel stacks come and go below it (stack.c). */

#include "dev/device.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "riscv/csr.h"

u64 kernel_root;

extern char image_start[], rodata_start[], data_start[], image_end[];

/* The entry of `va` at `level`, with the tables above it. */
static pte_t *
entry(u64 va, int level)
{
    pte_t *e = pt_entry(kernel_root, va, level, true);
    if (!e)
        panic("no memory for the kernel's page tables");
    return e;
}

static void
map_pages(u64 va, u64 pa, u64 size, u64 rights)
{
    for (u64 at = 0; at < size; at += PAGE_SIZE)
        *entry(va + at, 0) = pte_leaf(pa + at, rights | PTE_G);
}

/* Is [start, end) touched by what the direct map leaves out? Boot loaders reserve the initrd too,
 * but that one we read. */
static bool
has_hole(u64 start, u64 end)
{
    if (start < frame_of(data_start) && end > frame_of(image_start))
        return true;
    if (start >= ALIGN_DOWN(machine.initrd.start, PAGE_SIZE) &&
        end <= ALIGN_UP(machine.initrd.end, PAGE_SIZE))
        return false;
    for (const struct range *r = machine.reserved; r < machine.reserved + machine.reserved_count;
         r++)
        if (start < r->end && end > r->start)
            return true;
    return false;
}

/* In pages of 2 MiB where nothing is left out. */
static void
map_direct(const struct range *memory)
{
    u64 step;
    for (u64 pa = memory->start; pa < memory->end; pa += step) {
        bool large = pa % LEVEL_SIZE(1) == 0 && pa + LEVEL_SIZE(1) <= memory->end &&
                     !has_hole(pa, pa + LEVEL_SIZE(1));
        step = large ? LEVEL_SIZE(1) : PAGE_SIZE;
        if (large || !has_hole(pa, pa + PAGE_SIZE))
            *entry(DIRECT_BASE + pa, large) = pte_leaf(pa, PTE_R | PTE_W | PTE_G);
    }
}

void
pt_kernel_init(void)
{
    kernel_root = frame_alloc_zero();
    u64 text = (u64)image_start, rodata = (u64)rodata_start, data = (u64)data_start;
    map_pages(text, frame_of(image_start), rodata - text, PTE_R | PTE_X);
    map_pages(rodata, frame_of(rodata_start), data - rodata, PTE_R);
    map_pages(data, frame_of(data_start), (u64)image_end - data, PTE_R | PTE_W);
    for (u32 i = 0; i < machine.memory_count; i++)
        map_direct(&machine.memory[i]);
    /* All later kernel mappings hang below these two, so that every root made from now on has
     * them: the upper half of a root never changes again. */
    kernel_stacks_init();
    entry(DEVICES_BASE, 1);
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
    map_pages(va, first, length, PTE_R | PTE_W);
    next += length + PAGE_SIZE; /* a gap, so that running over the end of one faults */
    __asm__ volatile("sfence.vma" ::: "memory");
    return (void *)(va + (pa - first));
}
