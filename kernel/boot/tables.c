/* tables.c - the first page table: just enough to reach C in the high half.
 *
 * Runs with paging off, at physical addresses: nothing here may use an absolute address. 1 GiB
 * leaves: the image where it is linked, and the direct map for the device tree. Everything in it is
 * writable and executable; mm/kernelmap.c replaces it with the real, W^X one.
 * Source: Privileged Architecture, "Sv39". */

#include "boot/boot.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/pagetable.h"
#include "riscv/csr.h"

#define GIGAPAGE       LEVEL_SIZE(2)
#define ROOT_INDEX(va) ((va) >> LEVEL_SHIFT(2) & 511)

u32 boot_taken; /* the first hart at _start sets it */

static pte_t boot_root[512] __attribute__((aligned(4096)));

u64
boot_tables(void)
{
    image_load_address = (u64)_start; /* physical: pc-relative code model */
    boot_root[ROOT_INDEX(IMAGE_BASE)] =
        pte_leaf(ALIGN_DOWN(image_load_address, GIGAPAGE), PTE_R | PTE_W | PTE_X);
    for (u64 i = 0; i < (STACKS_BASE - DIRECT_BASE) / GIGAPAGE; i++)
        boot_root[ROOT_INDEX(DIRECT_BASE) + i] = pte_leaf(i * GIGAPAGE, PTE_R | PTE_W);
    return SATP_SV39 | (u64)boot_root >> PAGE_SHIFT;
}
