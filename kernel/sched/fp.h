/* fp.h - whose numbers are in the f registers.
 *
 * The kernel itself never uses them. A hart remembers which thread's state its registers hold
 * (hart->fp_owner); it is saved when that thread has changed it (sstatus.FS Dirty in its trapframe)
 * and loaded when another thread is to run. A thread that never touched them gets zeros: nothing
 * leaks from one thread to the next.
 * Source: Privileged Architecture, "Extension Context Status". */
#pragma once

#include "sched/thread.h"

/* Called at the switch from the current thread to `next`, with the scheduler's lock held: saves the
 * one's registers and loads the other's where that is needed. */
void fp_switch(struct hart *h, struct thread *next);

/* Brings current()->fp up to date, so that it may be read (signal frame, fork). */
void fp_save(void);
/* current()->fp has been written (sigreturn): loads it into the registers. */
void fp_load(void);
/* exec and exit: all zeros, as never used; the hart holds nobody's values then. */
void fp_clear(void);
