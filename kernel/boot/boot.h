/* boot.h - what the start-up files share among themselves, and with the assembly.
 *
 * For this room alone: nothing else of the kernel knows how it came up. */
#pragma once

#include "lib/types.h"

struct thread;

/* What a further hart finds at the physical address in its a1 (boot/entry.S). */
struct hart_start {
    u64 satp;
    u64 stack_top; /* kernel address */
    struct thread *thread;
};

extern char _start[], _start_hart[];

/* The record of the hart that is being started: one at a time. */
extern struct hart_start start_record;

u64 boot_tables(void);
noreturn void boot_main(u64 hartid, u64 fdt_pa);
noreturn void boot_hart_main(void);

/* The boot hart becomes harts[0], able to report its own mistakes; before anything takes a lock. */
void hart_register_boot(u64 hartid);
/* Brings up all other harts of the machine that the firmware can start. */
void harts_start_all(void);
