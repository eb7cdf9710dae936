/* fp.c - when the f registers are saved and loaded. See fp.h.
 *
 * A state has changed where sstatus.FS in the trapframe is Dirty; the hardware sets it itself. */

#include "sched/fp.h"
#include "lib/string.h"
#include "riscv/fp_registers.h"

static void
set_fs(struct thread *t, u64 fs)
{
    t->frame->status = (t->frame->status & ~SSTATUS_FS) | fs;
}

static void
save(struct hart *h, struct thread *t)
{
    csr_set(sstatus, SSTATUS_FS_INITIAL); /* the kernel itself runs with FS Off */
    fp_registers_save(&t->fp);
    t->fp_used = true;
    t->fp_hart = h;
    h->fp_owner = t;
    set_fs(t, SSTATUS_FS_CLEAN);
}

static bool
is_dirty(const struct thread *t)
{
    return t->space && (t->frame->status & SSTATUS_FS) == SSTATUS_FS_DIRTY;
}

static void
load(struct hart *h, struct thread *t)
{
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    fp_registers_load(&t->fp);
    t->fp_hart = h;
    /* Unused means zeros, and all threads' zeros are alike. */
    h->fp_owner = t->fp_used ? t : NULL;
}

void
fp_switch(struct hart *h, struct thread *prev, struct thread *next)
{
    if (is_dirty(prev))
        save(h, prev);
    if (!next->space)
        return;
    bool there = next->fp_used ? h->fp_owner == next && next->fp_hart == h : !h->fp_owner;
    if (!there)
        load(h, next);
}

void
fp_save(void)
{
    if (is_dirty(current()))
        save(this_hart(), current());
}

void
fp_load(void)
{
    current()->fp_used = true;
    load(this_hart(), current());
    set_fs(current(), SSTATUS_FS_CLEAN);
}

void
fp_clear(void)
{
    memset(&current()->fp, 0, sizeof(struct fp_state));
    current()->fp_used = false;
    load(this_hart(), current());
    set_fs(current(), SSTATUS_FS_INITIAL);
}
