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

/* Maps `size` bytes, in pages of 2 MiB where they fit. */
static void
map(u64 va, u64 pa, u64 size, u64 rights)
{
    u64 end = pa + size;
    while (pa < end) {
        int level = (pa | va) % LEVEL_SIZE(1) == 0 && end - pa >= LEVEL_SIZE(1);
        pte_t *e = pt_entry(kernel_root, va, level, true);
        if (!e)
            panic("no memory for the kernel's page tables");
        *e = pte_leaf(pa, rights | PTE_G);
        pa += LEVEL_SIZE(level);
        va += LEVEL_SIZE(level);
    }
}

/* Pages that the direct map must not show: those of the i-th range that the firmware reserves -
 * none if that is the initrd, which we read there - and of the kernel's text and read-only data. */
static struct range
hole(u32 i)
{
    if (i == machine.reserved_count)
        return (struct range){ frame_of(image_start), frame_of(data_start) };
    struct range r = machine.reserved[i];
    if (r.start < machine.initrd.end && machine.initrd.start < r.end)
        return (struct range){ 0, 0 };
    return (struct range){ ALIGN_DOWN(r.start, PAGE_SIZE), ALIGN_UP(r.end, PAGE_SIZE) };
}

/* The lowest hole that ends above `pa`; an empty one at `end` when there is none below that. */
static struct range
next_hole(u64 pa, u64 end)
{
    struct range next = { end, end };
    for (u32 i = 0; i <= machine.reserved_count; i++)
        if (hole(i).end > pa && hole(i).start < next.start)
            next = hole(i);
    return next;
}

/* Shows [start, end) in the direct map, but for the holes, which may overlap. */
static void
map_direct(u64 start, u64 end)
{
    while (start < end) {
        struct range next = next_hole(start, end);
        if (start < next.start)
            map(DIRECT_BASE + start, start, next.start - start, PTE_R | PTE_W);
        start = next.end;
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
    *pt_entry(kernel_root, (u64)boot_stack_gap, 0, false) = 0;
    for (u32 i = 0; i < machine.memory_count; i++)
        map_direct(machine.memory[i].start, machine.memory[i].end);
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
    u64 va = next;
    u64 first = ALIGN_DOWN(pa, PAGE_SIZE);
    u64 whole_pages = ALIGN_UP(pa + size, PAGE_SIZE) - first;
    map(va, first, whole_pages, PTE_R | PTE_W);
    next += whole_pages + PAGE_SIZE; /* a gap, so that running over the end of one faults */
    __asm__ volatile("sfence.vma" ::: "memory");
    return (void *)(va + (pa - first));
}
