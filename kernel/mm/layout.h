/* layout.h - the memory map, drawn.
 *
 * Sv39 gives two halves of 256 GiB. Every address space holds both; the upper one is the same in
 * all, without the U bit. Nothing but what is drawn here is ever mapped.
 *
 *   0x00_0000_0000  +-----------------------------+  page 0 never mapped
 *                   | the program's own: what it  |  nothing comes here unasked while there is
 *                   | maps at fixed addresses     |  room above
 *   PLACES_LOW      +-----------------------------+  0x2a_aaaa_a000, two thirds of the way
 *                   | program, heap, mmap, vDSO,  |  places drawn at random at every exec
 *                   | stack                       |
 *   0x40_0000_0000  +-----------------------------+  USER_END
 *                   |        (not canonical)      |
 *   DIRECT_BASE     +-----------------------------+  0xffffffc0_00000000
 *                   | all RAM, at DIRECT_BASE+pa, |  R W: frames. Kernel text, read-only data and
 *                   | but for holes               |  the vDSO image are holes.
 *   STACKS_BASE     +-----------------------------+  0xffffffe0_00000000
 *                   | kernel stacks, each between |  R W: 16 KiB each in slots of 32 KiB
 *                   | two unmapped gaps           |
 *   DEVICES_BASE    +-----------------------------+  0xfffffff0_00000000
 *                   | device registers, by page   |  R W: what the device tree names
 *   IMAGE_BASE      +-----------------------------+  0xffffffff_80000000 (+2 MiB: text starts)
 *                   | text R X, rodata + vDSO R,  |
 *                   | data + bss R W              |
 *                   +-----------------------------+  */
#pragma once

#include "lib/types.h"

#define PLACES_LOW   0x2aaaaaa000UL
#define USER_END     0x4000000000UL
#define DIRECT_BASE  0xffffffc000000000UL
#define STACKS_BASE  0xffffffe000000000UL
#define DEVICES_BASE 0xfffffff000000000UL
#define IMAGE_BASE   0xffffffff80000000UL

#define KERNEL_STACK_SIZE 16384UL
#define KERNEL_STACK_SLOT 32768UL

/* Do all of `length` bytes from `addr` on lie in the half that user space may have? No sum is made,
 * so none can wrap round. */
static inline bool
in_user_half(u64 addr, u64 length)
{
    return addr <= USER_END && length <= USER_END - addr;
}

extern char boot_stack_gap[]; /* the page below the boot hart's stack (linker/kernel.lds) */

/* Is this address below a kernel stack, where nothing is mapped? mm/stack.c places the others. */
static inline bool
in_stack_gap(u64 addr)
{
    if (ALIGN_DOWN(addr, 4096UL) == (u64)boot_stack_gap)
        return true;
    return addr >= STACKS_BASE && addr < DEVICES_BASE &&
           addr % KERNEL_STACK_SLOT < KERNEL_STACK_SLOT - KERNEL_STACK_SIZE;
}
