/* sigframe.c - a handler's frame on the user's stack, and the way back from it.
 *
 * The frame is the program's to change: rt_sigreturn loads all of it, pc and f registers included,
 * and believes nothing that would matter to the kernel: sstatus is ours. See sigframe.h. */

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "proc/sigframe.h"
#include "sched/fp.h"

/* Whether it stands there is asked of sp each time and never remembered: a handler may leave the
 * stack by longjmp, and nobody hears of it. */
static int
alternate_stack_flags(const struct sig_stack *alt)
{
    u64 sp = current()->frame->sp;
    if (alt->size == 0)
        return SS_DISABLE;
    bool stands_on_it = sp > alt->sp && sp - alt->sp <= alt->size;
    return stands_on_it ? SS_ONSTACK : 0;
}

struct sig_stack
alternate_stack(void)
{
    struct sig_stack alt = current_task()->sig.alt;
    alt.flags = alternate_stack_flags(&alt);
    return alt;
}

int
alternate_stack_set(const struct sig_stack *wanted)
{
    if (alternate_stack().flags == SS_ONSTACK)
        return -EPERM;
    if (wanted->flags == SS_DISABLE) {
        current_task()->sig.alt = (struct sig_stack){ 0 };
        return 0;
    }
    if (wanted->flags != 0 && wanted->flags != SS_ONSTACK)
        return -EINVAL;
    if (wanted->size < MINSIGSTKSZ)
        return -ENOMEM;
    current_task()->sig.alt = *wanted;
    return 0;
}

/* Where the frame goes, 0 if it would leave the stack that it should stand on. If SA_ONSTACK asks
 * for the alternate stack, it begins at the end of that; a second signal goes on below the first
 * instead. */
static u64
frame_place(const struct sig_stack *alt, bool wants_alternate)
{
    u64 sp = current()->frame->sp;
    bool on_alternate = alt->flags == SS_ONSTACK;
    if (wants_alternate && alt->flags == 0) {
        sp = alt->sp + alt->size;
        on_alternate = true;
    }
    u64 at = ALIGN_DOWN(sp - sizeof(struct signal_frame), 16);
    if (on_alternate && (at < alt->sp || at >= sp))
        return 0;
    return at;
}

/* The state that the handler interrupts, as it will come back. */
static void
save_state(struct signal_frame *f)
{
    struct thread *t = current();
    memcpy(f->regs, t->frame, sizeof(f->regs));
    fp_save(); /* the newest values may still be in the hart's registers */
    memcpy(f->f, t->fp.f, sizeof(f->f));
    f->fcsr = t->fp.fcsr;
}

/* The handler begins as a function with three arguments (sigaction(2)), and returns into the vDSO:
 * riscv has no SA_RESTORER. */
static void
call_handler(struct trapframe *f, u64 handler, int signo, u64 frame_at)
{
    f->sp = frame_at;
    f->pc = handler;
    f->ra = current()->space->sigreturn;
    f->a0 = signo;
    f->a1 = frame_at; /* siginfo_t stands first */
    f->a2 = frame_at + offsetof(struct signal_frame, uc_flags);
}

/* Everything is gathered in a kernel copy first: when it cannot be stored, nothing has changed. The
 * frame holds saved_mask, not the one of a sigsuspend that ends now, and flags and stack as they
 * were at the interrupted sp. */
int
frame_push(int signo, const struct sig_info *info, const struct sig_action *action)
{
    struct task_signals *s = &current_task()->sig;
    struct signal_frame f = { .uc_stack = alternate_stack(), .uc_sigmask = s->saved_mask };
    u64 at = frame_place(&f.uc_stack, action->flags & SA_ONSTACK);
    if (!at)
        return -EFAULT;
    memcpy(f.info, info, sizeof(*info));
    save_state(&f);
    if (copy_to_user(at, &f, sizeof(f)))
        return -EFAULT;
    call_handler(current()->frame, action->handler, signo, at);
    /* In force while it runs; the frame holds the mask to come back to. */
    sigset self = action->flags & SA_NODEFER ? 0 : SIG_BIT(signo);
    signal_set_mask(s->mask | action->mask | self, false);
    return 0;
}

/* Copies the frame from the user's stack. False if it cannot be one of ours: their place is aligned,
 * and their list of extensions is empty. */
static bool
load_frame(struct signal_frame *f, u64 at)
{
    if (at % 16 || copy_from_user(f, at, sizeof(*f)))
        return false;
    return !f->extension[0] && !f->extension[1] && !f->extension[2];
}

s64
frame_pop(void)
{
    struct signal_frame f;
    struct thread *t = current();
    if (!load_frame(&f, t->frame->sp)) {
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
