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

/* --- interrupts: taken from user mode, in the idle loop and at preemption points -------------- */

static void
take_pending(void)
{
    for (;;) {
        u64 pending = csr_read(sip) & csr_read(sie);
        if (!pending)
            return;
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
    csr_write(scounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_clear(sstatus, SSTATUS_SIE);
    csr_write(sie, SIP_SOFT | SIP_TIMER | SIP_EXT);
    handle_interrupts = take_pending;
    space_out_of_memory = note_out_of_memory;
}

/* --- faults ---------------------------------------------------------------------------------- */

static u32
access_of(u64 cause)
{
    if (cause == CAUSE_INSN_PAGE || cause == CAUSE_INSN_ACCESS)
        return AREA_EXEC;
    bool store = cause == CAUSE_STORE_PAGE || cause == CAUSE_STORE_ACCESS;
    return store ? AREA_WRITE : AREA_READ;
}

static void
page_fault(u64 cause, u64 addr)
{
    switch (space_fault(current()->space, addr, access_of(cause))) {
    case 0:
        return;
    case -ENOMEM: /* tried again when there is some (trap/return.c) */
        note_out_of_memory();
        return;
    case -EACCES:
        signal_fault(SIGSEGV, SEGV_ACCERR, addr);
        return;
    case -EIO:
        signal_fault(SIGBUS, BUS_ADRERR, addr);
        return;
    default:
        signal_fault(SIGSEGV, SEGV_MAPERR, addr);
    }
}

static void
exception(struct trapframe *f, u64 cause)
{
    u64 tval = csr_read(stval);
    switch (cause) {
    case CAUSE_INSN_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
        page_fault(cause, tval);
        return;
    case CAUSE_INSN_ACCESS:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS:
        signal_fault(SIGSEGV, SEGV_ACCERR, tval);
        return;
    case CAUSE_INSN_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        signal_fault(SIGBUS, BUS_ADRALN, tval);
        return;
    case CAUSE_BREAKPOINT:
        signal_fault(SIGTRAP, TRAP_BRKPT, f->pc);
        return;
    default:
        signal_fault(SIGILL, ILL_ILLOPC, f->pc);
    }
}

void
trap_user(struct trapframe *f)
{
    u64 cause = f->cause;
    if (cause == CAUSE_ECALL_USER)
        syscall_dispatch(f);
    else if (cause & SCAUSE_INTERRUPT)
        take_pending();
    else
        exception(f, cause);
    debug_lock_none_held();
}
