/* trapframe.h - the registers of user mode, as the trap entry saves them.
 *
 * Not here: floating point registers, which are saved only when they are used (sched/fp.h). The
 * order is that of Linux's struct user_regs_struct, so ptrace and signal frames copy it whole. */
#pragma once

#include "lib/types.h"

/* User registers, saved at the top of the kernel stack at every entry. Word 0 is the pc, word i
 * register xi, as in Linux's user_regs: trap/entry.S counts in words. */
struct trapframe {
    u64 pc;
    u64 ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
    u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
    u64 status;  /* sstatus */
    u64 cause;   /* scause of this entry */
    u64 orig_a0; /* first argument of the call, kept for a restart */
    u64 pad;     /* keeps sp 16-byte aligned */
};
_Static_assert(sizeof(struct trapframe) == 36 * 8, "entry.S and the stack alignment rely on it");
