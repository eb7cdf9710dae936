/* trap.c - what happened, and who is told.
 *
 * A trap from user mode is a system call, an interrupt or a fault. Calls go to syscall/, interrupts
 * to time/ and dev/, page faults to mm/; what mm/ cannot mend and every other exception becomes a
 * signal for its owner. Source: Privileged Architecture, table of scause values. */

#include "trap/trap.h"
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include "debug/debug.h"
#include "debug/panic.h"
#include "dev/device.h"
#include "mm/space.h"
#include "proc/signal.h"
#include "syscall/syscall.h"
#include "time/timer.h"

/* Interrupts: taken from user mode, in the idle loop and at preemption points. */
static void
take_pending(void)
{
    u64 pending;
    while ((pending = csr_read(sip) & csr_read(sie))) {
        if (pending & SIP_SOFT) {
            csr_clear(sip, SIP_SOFT); /* its only message: look at your work */
            panic_stop_if_asked();
        }
        if (pending & SIP_TIMER)
            timer_interrupt();
        if (pending & SIP_EXT)
            plic_handle();
    }
}

static void
note_out_of_memory(void)
{
    __atomic_fetch_or(&current()->work, WORK_MEMORY, __ATOMIC_SEQ_CST);
}

void
trap_init_hart(void)
{
    csr_write(stvec, trap_entry);
    csr_write(sscratch, 0);
    csr_write(scounteren, COUNTEREN_ALL);
    csr_clear(sstatus, SSTATUS_SIE);
    csr_write(sie, SIP_SOFT | SIP_TIMER | SIP_EXT);
    handle_interrupts = take_pending;
    space_out_of_memory = note_out_of_memory;
}

/* What an exception tells its owner, by scause. mm/ may mend those with an `access`. */
static const struct {
    u8 signal, code, access;
} exceptions[] = {
    [0] = { SIGBUS, BUS_ADRALN },               /* instruction: address misaligned */
    [1] = { SIGSEGV, SEGV_ACCERR },             /* instruction: access fault */
    [2] = { SIGILL, ILL_ILLOPC },               /* illegal instruction */
    [3] = { SIGTRAP, TRAP_BRKPT },              /* breakpoint */
    [4] = { SIGBUS, BUS_ADRALN },               /* load */
    [5] = { SIGSEGV, SEGV_ACCERR },             /* load */
    [6] = { SIGBUS, BUS_ADRALN },               /* store */
    [7] = { SIGSEGV, SEGV_ACCERR },             /* store */
    [12] = { SIGSEGV, SEGV_MAPERR, AREA_EXEC }, /* page faults */
    [13] = { SIGSEGV, SEGV_MAPERR, AREA_READ },
    [15] = { SIGSEGV, SEGV_MAPERR, AREA_WRITE },
};

static void
exception(const struct trapframe *f)
{
    u64 cause = f->cause < ARRAY_SIZE(exceptions) && exceptions[f->cause].signal ? f->cause : 2;
    int signal = exceptions[cause].signal, code = exceptions[cause].code;
    u64 at = signal == SIGILL || signal == SIGTRAP ? f->pc : csr_read(stval);
    if (exceptions[cause].access) {
        int err = space_fault(current()->space, at, exceptions[cause].access);
        if (!err || err == -ENOMEM) /* noted; tried again when there is some (trap/return.c) */
            return;
        signal = err == -EIO ? SIGBUS : SIGSEGV;
        code = err == -EIO ? BUS_ADRERR : err == -EACCES ? SEGV_ACCERR : SEGV_MAPERR;
    }
    signal_fault(signal, code, at);
}

void
trap_user(struct trapframe *f)
{
    if (f->cause == CAUSE_ECALL_USER)
        syscall_dispatch(f);
    else if (f->cause & SCAUSE_INTERRUPT)
        take_pending();
    else
        exception(f);
    debug_lock_none_held();
}
