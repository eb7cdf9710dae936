/* fp.c - when the f registers are saved and loaded. See fp.h.
 *
 * A state has changed where sstatus.FS in the trapframe is Dirty; the hardware sets it itself. FS
 * may be Off in the kernel, so each copy opens the registers first. */

#include "sched/fp.h"
#include "riscv/fp_registers.h"

/* The registers of hart `h` and t->fp hold the same from now on. Unused means zeros, and all
 * threads' zeros are alike: then the registers are nobody's. */
static void
note_same(struct thread *t, struct hart *h)
{
    u64 fs = t->fp_used ? SSTATUS_FS_CLEAN : SSTATUS_FS_INITIAL;
    t->frame->status = (t->frame->status & ~SSTATUS_FS) | fs;
    t->fp_hart = h;
    h->fp_owner = t->fp_used ? t : NULL;
}

/* Loads t->fp into the registers of hart `h`, which runs this. */
static void
load(struct thread *t, struct hart *h)
{
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    fp_registers_load(&t->fp);
    note_same(t, h);
}

void
fp_save(void)
{
    struct thread *t = current();
    if (!t->space || (t->frame->status & SSTATUS_FS) != SSTATUS_FS)
        return;
    t->fp_used = true;
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    fp_registers_save(&t->fp);
    note_same(t, t->hart);
}

void
fp_switch(struct hart *h, struct thread *next)
{
    fp_save();
    /* Do the registers hold what is in next->fp already? */
    bool there = next->fp_used ? h->fp_owner == next && next->fp_hart == h : !h->fp_owner;
    if (next->space && !there)
        load(next, h);
}

void
fp_load(void)
{
    current()->fp_used = true;
    load(current(), this_hart());
}

void
fp_clear(void)
{
    current()->fp = (struct fp_state){ 0 };
    current()->fp_used = false;
    load(current(), this_hart());
}
