/* return.c - the one place where a thread stops on its way back to user space.
 *
 * The end of its turn, signals, the end of its process: whoever wants something of a thread sets a
 * bit in its `work` and, if it runs elsewhere, sends an interrupt. Nothing else ever interferes
 * with a thread, so this loop is the whole of preemption. */

#include "debug/debug.h"
#include "proc/signal.h"
#include "trap/trap.h"

void
return_work(void)
{
    struct thread *t = current();
    u32 work;
    while ((work = __atomic_load_n(&t->work, __ATOMIC_ACQUIRE)) != 0) {
        if (work & WORK_RESCHED) {
            __atomic_fetch_and(&t->work, ~WORK_RESCHED, __ATOMIC_SEQ_CST);
            schedule();
        }
        if (work & WORK_SIGNAL)
            signal_deliver(); /* clears the bit when nothing is left */
    }
    debug_lock_none_held();
}
