/* kernelmap.c - the kernel's own half of every address space (layout.h draws it).
 *
 * Text is executable, data is writable, nothing is both; the direct map shows RAM without the
 * kernel's text and read-only data and without what the firmware keeps. Built once, by the boot
 * hart; later only kernel stacks come and go below it (stack.c). */

#include "machine/machine.h"
#include "lib/print.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "riscv/csr.h"

u64 kernel_root;

extern char image_start[], rodata_start[], data_start[], image_end[];

/* In pages of 2 MiB where they fit. */
static void
map(u64 va, u64 pa, u64 size, u64 rights)
{
    for (u64 end = pa + size, step; pa < end; pa += step, va += step) {
        bool large = (pa | va) % LEVEL_SIZE(1) == 0 && end - pa >= LEVEL_SIZE(1);
        pte_t *e = pt_entry(kernel_root, va, large, true);
        if (!e)
            panic("no memory for the kernel's page tables");
        *e = pte_leaf(pa, rights | PTE_G);
        step = LEVEL_SIZE(large);
    }
}

/* Shows [start, end) in the direct map, but for the pages that hole number `i` or a later one
 * touches: what is reserved - though not for the initrd's sake - and text and read-only data. */
static void
map_around(u64 start, u64 end, u32 i)
{
    struct range hole = { frame_of(image_start), frame_of(data_start) };
    if (i < machine.reserved_count)
        hole = machine.reserved[i];
    if (hole.start < machine.initrd.end && hole.end > machine.initrd.start)
        hole.start = hole.end = 0;
    if (i > machine.reserved_count && start < end) {
        map(DIRECT_BASE + start, start, end - start, PTE_R | PTE_W);
    } else if (start < end) {
        map_around(start, MIN(end, ALIGN_DOWN(hole.start, PAGE_SIZE)), i + 1);
        map_around(MAX(start, ALIGN_UP(hole.end, PAGE_SIZE)), end, i + 1);
    }
}

void
pt_kernel_init(void)
{
    kernel_root = frame_alloc_zero();
    u64 text = (u64)image_start, rodata = (u64)rodata_start, data = (u64)data_start;
    map(text, frame_of(image_start), rodata - text, PTE_R | PTE_X);
    map(rodata, frame_of(rodata_start), data - rodata, PTE_R);
    map(data, frame_of(data_start), (u64)image_end - data, PTE_R | PTE_W);
    for (u32 i = 0; i < machine.memory_count; i++)
        map_around(machine.memory[i].start, machine.memory[i].end, 0);
    /* All later kernel mappings hang below these two, so that every root made from now on has
     * them: the upper half of a root never changes again. */
    kernel_stacks_init();
    pt_entry(kernel_root, DEVICES_BASE, 1, true);
    csr_write(satp, SATP_SV39 | kernel_root >> PAGE_SHIFT);
    __asm__ volatile("sfence.vma" ::: "memory");
}

void *
map_device(u64 pa, u64 size)
{
    static u64 next = DEVICES_BASE;
    if (!kernel_root) /* still on the table of boot/tables.c, which shows all physical memory */
        return frame_direct(pa);
    u64 va = next, first = ALIGN_DOWN(pa, PAGE_SIZE);
    size = ALIGN_UP(pa + size, PAGE_SIZE) - first;
    map(va, first, size, PTE_R | PTE_W);
    next += size + PAGE_SIZE; /* a gap, so that running over the end of one faults */
    __asm__ volatile("sfence.vma" ::: "memory");
    return (void *)(va + (pa - first));
}
