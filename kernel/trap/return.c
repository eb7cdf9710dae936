/* return.c - the one place where a thread stops on its way back to user space.
 *
 * The end of its turn, signals, the end of its process, a page that it could not get: whoever wants
 * something of a thread sets a bit in its `work` and, if it runs elsewhere, sends an interrupt.
 * Nothing else ever interferes with a thread, so this loop is the whole of preemption. */

#include <asm/errno.h>
#include "debug/debug.h"
#include "proc/process.h"
#include "trap/trap.h"

void
return_work(void)
{
    struct thread *t = current();
    u32 work;
    while ((work = __atomic_load_n(&t->work, __ATOMIC_ACQUIRE)) != 0) {
        if (work & WORK_RESCHED)
            schedule(); /* clears the bit */
        if (work & WORK_MEMORY) {
            __atomic_fetch_and(&t->work, ~WORK_MEMORY, __ATOMIC_SEQ_CST);
            process_make_memory();
            /* The page was missing of the program or of a buffer it gave to a call. Nobody is told
             * EFAULT for that: now there is memory, the instruction or the call is done again. */
            if (t->frame->cause == CAUSE_ECALL_USER && t->frame->a0 == (u64)-EFAULT) {
                t->frame->cause = ~0UL; /* no longer a call whose result a signal would look at */
                t->frame->a0 = t->frame->orig_a0;
                t->frame->pc -= 4;
            }
        }
        if (work & WORK_SIGNAL)
            signal_deliver(); /* clears the bit when nothing is left */
    }
    debug_lock_none_held();
}
