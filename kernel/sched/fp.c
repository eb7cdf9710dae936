/* fp.c - when the f registers are saved and loaded. See fp.h.
 *
 * A state has changed where sstatus.FS in the trapframe is Dirty; the hardware sets it itself. FS
 * may be Off in the kernel, so each copy opens the registers first. */

#include "sched/fp.h"
#include "riscv/fp_registers.h"

/* Loads or saves: registers and memory are alike afterwards, on hart `h`, which runs this. Unused
 * means zeros, and all threads' zeros are alike: then the registers are nobody's. */
static void
transfer(struct thread *t, struct hart *h, void (*operation)(struct fp_state *fp))
{
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    operation(&t->fp);
    u64 fs = t->fp_used ? SSTATUS_FS_CLEAN : SSTATUS_FS_INITIAL;
    t->frame->status = (t->frame->status & ~SSTATUS_FS) | fs;
    t->fp_hart = h;
    h->fp_owner = t->fp_used ? t : NULL;
}

void
fp_save(void)
{
    struct thread *t = current();
    if (!t->space || (t->frame->status & SSTATUS_FS) != SSTATUS_FS)
        return;
    t->fp_used = true;
    transfer(t, t->hart, fp_registers_save);
}

void
fp_switch(struct hart *h, struct thread *next)
{
    fp_save();
    bool there = next->fp_used ? h->fp_owner == next && next->fp_hart == h : !h->fp_owner;
    if (next->space && !there)
        transfer(next, h, fp_registers_load);
}

void
fp_load(void)
{
    current()->fp_used = true;
    transfer(current(), this_hart(), fp_registers_load);
}

void
fp_clear(void)
{
    current()->fp = (struct fp_state){ 0 };
    current()->fp_used = false;
    transfer(current(), this_hart(), fp_registers_load);
}
