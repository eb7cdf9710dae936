/* frame.c - a handler's frame on the user's stack, and the way back from it.
 *
 * The frame is the program's to change: rt_sigreturn loads all of it, pc and f registers included,
 * and believes nothing that would matter to the kernel: sstatus is ours. See sigframe.h. */

#include <linux/signal.h>
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "proc/sigframe.h"
#include "sched/fp.h"

bool
on_alternate_stack(const struct task_signals *s, u64 sp)
{
    /* One that is disarmed while in use may be left by a switch of stacks: nobody is ever on it. */
    return s->alt_size && !s->alt_flags && sp > s->alt_sp && sp - s->alt_sp <= s->alt_size;
}

u32
alternate_stack_flags(const struct task_signals *s, u64 sp)
{
    return !s->alt_size ? SS_DISABLE : s->alt_flags | (on_alternate_stack(s, sp) ? SS_ONSTACK : 0);
}

int
alternate_stack_set(struct task_signals *s, u64 sp, s32 flags, u64 size)
{
    u32 mode = (u32)flags & ~SS_FLAG_BITS;
    if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK)
        return -EINVAL;
    if (mode == SS_DISABLE)
        sp = size = 0;
    else if (size < MINSIGSTKSZ)
        return -ENOMEM;
    s->alt_sp = sp;
    s->alt_size = size;
    s->alt_flags = (u32)flags & SS_FLAG_BITS;
    return 0;
}

/* Where the frame goes; 0 if it would leave the alternate stack that it should stand on. */
static u64
place_frame(const struct task_signals *s, u64 sp, u64 flags)
{
    bool on_it = on_alternate_stack(s, sp);
    if (flags & SA_ONSTACK && s->alt_size && !on_it) {
        sp = s->alt_sp + s->alt_size;
        on_it = true;
    }
    u64 at = ALIGN_DOWN(sp - SIGNAL_FRAME_SIZE, 16);
    return on_it && (at < s->alt_sp || at >= sp) ? 0 : at;
}

static void
fill(struct signal_frame *f, const struct sig_info *info, const struct task_signals *s)
{
    struct thread *t = current();
    memset(f, 0, sizeof(*f));
    memcpy(f->info, info, sizeof(*info));
    f->ss_sp = s->alt_sp;
    f->ss_size = s->alt_size;
    f->ss_flags = (s32)alternate_stack_flags(s, t->frame->sp);
    f->uc_sigmask = s->restore_mask ? s->saved_mask : s->mask;
    memcpy(f->regs, t->frame, sizeof(f->regs));
    fp_save();
    memcpy(f->f, t->fp.f, sizeof(f->f));
    f->fcsr = t->fp.fcsr;
}

int
frame_push(int signo, const struct sig_info *info, const struct sig_action *action)
{
    struct signal_frame f;
    struct task_signals *s = &current_task()->sig;
    struct trapframe *regs = current()->frame;
    u64 at = place_frame(s, regs->sp, action->flags);
    if (!at)
        return -EFAULT;
    fill(&f, info, s);
    if (copy_to_user(at, &f, sizeof(f)))
        return -EFAULT;
    if (s->alt_flags)
        s->alt_sp = s->alt_size = s->alt_flags = 0; /* the frame brings it back */
    regs->sp = at;
    regs->pc = action->handler;
    regs->ra = current()->space->sigreturn; /* riscv has no SA_RESTORER */
    regs->a0 = signo;
    regs->a1 = at;
    regs->a2 = at + offsetof(struct signal_frame, uc_flags);
    return 0;
}

s64
frame_pop(void)
{
    struct signal_frame f;
    struct thread *t = current();
    static const u8 none[12];
    if (t->frame->sp % 16 || copy_from_user(&f, t->frame->sp, sizeof(f)) ||
        memcmp(f.fp_reserved + sizeof(f.fp_reserved) - sizeof(none), none, sizeof(none))) {
        signal_fault(SIGSEGV, 0x80, 0); /* SI_KERNEL: a frame that we never wrote */
        return 0;
    }
    memcpy(t->frame, f.regs, sizeof(f.regs));
    memcpy(t->fp.f, f.f, sizeof(f.f));
    t->fp.fcsr = f.fcsr & 0xff; /* the other bits are reserved */
    fp_load();
    struct task_signals *s = &current_task()->sig;
    if (!on_alternate_stack(s, t->frame->sp))
        alternate_stack_set(s, f.ss_sp, f.ss_flags, f.ss_size); /* nonsense leaves the old one */
    s->restart.again = NULL;
    signal_set_mask(f.uc_sigmask);
    t->frame->cause = ~0UL; /* whatever a0 now holds is no interrupted call's result */
    return (s64)t->frame->a0;
}
