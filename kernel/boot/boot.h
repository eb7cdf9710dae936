/* boot.h - what the start-up files share among themselves, and with the assembly. */
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

/* The boot hart becomes harts[0]; before anything takes a lock. */
void hart_register_boot(u64 hartid);
/* Gives hart `index` what it needs to report a trap of the kernel itself. */
void hart_prepare(u32 index);
void harts_start_all(void);

/* Looks behind the kernel for what tools/image put there; before frames are handed out. */
void payload_find(void);
