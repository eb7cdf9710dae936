/* switch.h - what the scheduler's files share with the assembly of the switch.
 *
 * For this room alone; others use thread.h and wait.h. */
#pragma once

#include "sched/thread.h"

extern struct spinlock sched_lock;

/* Saves callee-saved registers into `from`, loads them from `to`, and makes `next` current (tp).
 * Returns in the other thread. riscv/switch.S */
void context_switch(struct context *from, struct context *to, struct thread *next);

/* After the switch, on the new stack: releases the scheduler's lock, frees who has just died. */
void switch_finish(void);

/* A new thread's first instructions (riscv/switch.S), and its first C function (thread.c). */
void thread_start_code(void);
void thread_begin(void (*entry)(void));
