/* panic.h - how the kernel dies: loudly, once, with everything that helps to find out why.
 *
 * panic() itself is declared in lib/print.h, where everybody has it. Here is what the trap handler
 * and loops that wait with interrupts off need besides. */
#pragma once

#include "lib/types.h"

struct trapframe;

#define PANIC_STATUS 125 /* what tools/run calls a panic */

/* Panics for a trap that the kernel itself caused: adds registers and the backtrace of the
 * interrupted code. `stval` as the hardware left it; `hint` comes first and may be "". */
noreturn void panic_trap(const struct trapframe *f, u64 scause, u64 stval, const char *hint);

/* Says in words what runs on this hart, as in "sh (pid 12)". Handed down by the room that knows
 * processes; called when the cause is already out, so it may fail. */
extern void (*panic_describe)(char *text, size_t size);

/* Powers the machine off with a status: the driver of the test finisher hands it down. Until then
 * the firmware does it, which knows no status. */
extern void (*panic_power_off)(int status);

/* What of the device tree is being tried, as in "harts with sstc": a trap means that the tree is
 * wrong, and the panic says so. NULL otherwise. */
extern const char *panic_promise;

/* Who panics, 0 for nobody. Set once, and never cleared. Seen by trap/trap.c when an IPI comes, and
 * by every loop that waits. */
extern u64 panic_owner;
noreturn void panic_stop_hart(void);

/* Stops this hart for ever if another one panics. To be called where an IPI is taken, in the idle
 * loop, and in every loop that waits for another hart: the kernel runs with interrupts off. */
static inline void
panic_stop_if_asked(void)
{
    if (unlikely(__atomic_load_n(&panic_owner, __ATOMIC_RELAXED)))
        panic_stop_hart();
}
