/* sigframe.c - a handler's frame on the user's stack, and the way back from it.
 *
 * The frame is the program's to change: rt_sigreturn loads all of it, pc and f registers included,
 * and believes nothing that would matter to the kernel: sstatus is ours. See sigframe.h. */

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "proc/sigframe.h"
#include "sched/fp.h"

/* Whether the task stands on it is asked of sp each time and never remembered: a handler may leave
 * the stack by longjmp, and nobody hears of it. */
struct sig_stack
alternate_stack(void)
{
    struct sig_stack s = current_task()->sig.alt;
    u64 sp = current()->frame->sp;
    bool on_it = sp > s.sp && sp - s.sp <= s.size;
    s.flags = on_it ? SS_ONSTACK : 0;
    if (!s.size)
        s.flags = SS_DISABLE;
    return s;
}

int
alternate_stack_set(const struct sig_stack *wanted)
{
    bool on = wanted->flags != SS_DISABLE;
    if (alternate_stack().flags == SS_ONSTACK)
        return -EPERM;
    if (on && wanted->flags != 0 && wanted->flags != SS_ONSTACK)
        return -EINVAL;
    if (on && wanted->size < MINSIGSTKSZ)
        return -ENOMEM;
    current_task()->sig.alt = on ? *wanted : (struct sig_stack){ 0 };
    return 0;
}

/* Everything is gathered in a kernel copy first: when it cannot be stored, nothing has changed. The
 * frame holds saved_mask, not the one of a sigsuspend that ends now, and flags and stack as they
 * were at the interrupted sp. */
int
frame_push(int signo, const struct sig_info *info, const struct sig_action *action)
{
    struct thread *t = current();
    struct task_signals *s = &current_task()->sig;
    struct sig_stack alt = alternate_stack();
    struct signal_frame f = { .uc_stack = alt, .uc_sigmask = s->saved_mask };
    u64 sp = t->frame->sp;
    if (action->flags & SA_ONSTACK && alt.flags == 0) {
        sp = alt.sp + alt.size; /* a second signal goes on below the first instead */
        alt.flags = SS_ONSTACK;
    }
    u64 at = ALIGN_DOWN(sp - sizeof(f), 16);
    if (alt.flags == SS_ONSTACK && (at < alt.sp || at >= sp))
        return -EFAULT; /* it would leave the stack that it should stand on */
    memcpy(f.info, info, sizeof(*info));
    memcpy(f.regs, t->frame, sizeof(f.regs));
    fp_save(); /* the newest values may still be in the hart's registers */
    memcpy(f.f, t->fp.f, sizeof(f.f));
    f.fcsr = t->fp.fcsr;
    if (copy_to_user(at, &f, sizeof(f)))
        return -EFAULT;
    t->frame->sp = at;
    t->frame->pc = action->handler;
    t->frame->ra = t->space->sigreturn; /* riscv has no SA_RESTORER */
    t->frame->a0 = signo;
    t->frame->a1 = at;
    t->frame->a2 = at + offsetof(struct signal_frame, uc_flags);
    /* In force while it runs; the frame holds the mask to come back to. */
    sigset self = action->flags & SA_NODEFER ? 0 : SIG_BIT(signo);
    signal_set_mask(s->mask | action->mask | self, false);
    return 0;
}

s64
frame_pop(void)
{
    struct signal_frame f;
    struct thread *t = current();
    bool copied = t->frame->sp % 16 == 0 && !copy_from_user(&f, t->frame->sp, sizeof(f));
    if (!copied || f.extension[0] || f.extension[1] || f.extension[2]) {
        signal_fault(SIGSEGV, SI_KERNEL, 0); /* a frame that we never wrote */
        return 0;
    }
    memcpy(t->frame, f.regs, sizeof(f.regs));
    memcpy(t->fp.f, f.f, sizeof(f.f));
    t->fp.fcsr = f.fcsr & 0xff;       /* the other bits are reserved */
    fp_load();                        /* or the hart would go on with the handler's values */
    alternate_stack_set(&f.uc_stack); /* on it, or nonsense: leaves the old one */
    current_task()->sig.restart.again = NULL; /* a sleep that a handler has ended is over */
    signal_set_mask(f.uc_sigmask, false);
    t->frame->cause = ~0UL; /* whatever a0 now holds is no interrupted call's result */
    return (s64)t->frame->a0;
}
