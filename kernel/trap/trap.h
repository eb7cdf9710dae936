/* trap.h - the gate as the rest of the kernel sees it.
 *
 * Not here: what becomes of a system call (syscall/), a page fault (mm/), a signal (proc/). */
#pragma once

#include "sched/thread.h"

/* Points this hart's stvec at the gate, lets user mode read the time, opens the interrupts that the
 * kernel will take by hand or from user mode. Every hart, once. */
void trap_init_hart(void);

/* Where a user trap arrives in C (trap/entry.S). */
void trap_user(struct trapframe *f);

/* Where a trap of the kernel itself arrives, on the hart's emergency stack: a panic. `address` is
 * stval, as the hardware left it. */
noreturn void trap_kernel(const struct trapframe *f, u64 address);

/* To user space as current()->frame says. A new thread's first act. */
noreturn void trap_return(void);

/* What is due before user space: end of turn, signals (trap/entry.S calls it if `work` is set). */
void return_work(void);

extern char trap_entry[];
