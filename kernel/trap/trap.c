/* trap.c - what happened, and who is told.
 *
 * A trap from user mode is a system call, an interrupt or a fault. Calls go to syscall/, interrupts
 * to time/ and dev/, page faults to mm/; what mm/ cannot mend and every other exception becomes a
 * signal for its owner. The way back to user space is the one place where a thread stops.
 * Source: Privileged Architecture, table of scause values. */

#include "trap/trap.h"
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include "debug/debug.h"
#include "debug/panic.h"
#include "dev/device.h"
#include "mm/space.h"
#include "proc/process.h"
#include "syscall/syscall.h"
#include "time/timer.h"

/* Interrupts: taken from user mode, in the idle loop and at preemption points. */
static void
take_interrupts(void)
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

void
trap_init_hart(void)
{
    csr_write(stvec, trap_entry);
    csr_write(sscratch, 0);
    csr_write(scounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_clear(sstatus, SSTATUS_SIE);
    csr_write(sie, SIP_SOFT | SIP_TIMER | SIP_EXT);
    handle_interrupts = take_interrupts;
}

/* Sets of scause values. */
#define MISALIGNED    (1u << 0 | 1u << 4 | 1u << 6) /* instruction, load, store */
#define ACCESS_FAULTS (1u << 1 | 1u << 5 | 1u << 7)
#define PAGE_FAULTS   (1u << 12 | 1u << 13 | 1u << 15)
#define BREAKPOINT    (1u << 3)

/* What the program wanted of the page, for each of the three page faults. */
static const u32 access_wanted[] = { [12] = AREA_EXEC, [13] = AREA_READ, [15] = AREA_WRITE };

static void
page_fault(u64 cause, u64 address)
{
    int err = space_fault(current()->space, address, access_wanted[cause]);
    if (err == -ENOMEM)
        process_make_memory(); /* the instruction is tried again when there is some */
    else if (err == -EIO)
        signal_fault(SIGBUS, BUS_ADRERR, address);
    else if (err)
        signal_fault(SIGSEGV, err == -EACCES ? SEGV_ACCERR : SEGV_MAPERR, address);
}

static void
exception(u64 cause, u64 pc, u64 address)
{
    u32 bit = cause < 16 ? 1u << cause : 0;
    if (bit & PAGE_FAULTS)
        page_fault(cause, address);
    else if (bit & MISALIGNED)
        signal_fault(SIGBUS, BUS_ADRALN, address);
    else if (bit & ACCESS_FAULTS)
        signal_fault(SIGSEGV, SEGV_ACCERR, address);
    else if (bit & BREAKPOINT)
        signal_fault(SIGTRAP, TRAP_BRKPT, pc);
    else
        signal_fault(SIGILL, ILL_ILLOPC, pc);
}

void
trap_user(struct trapframe *f)
{
    if (f->cause == CAUSE_ECALL_USER)
        syscall_dispatch(f);
    else if (f->cause & SCAUSE_INTERRUPT)
        take_interrupts();
    else
        exception(f->cause, f->pc, csr_read(stval));
    debug_hook(lock_none_held);
}

void
trap_kernel(const struct trapframe *f, u64 address)
{
    panic_trap(f, f->cause, address, in_stack_gap(address) ? "kernel stack overflow: " : "");
}

/* The end of its turn, signals, the end of its process: whoever wants something of a thread sets a
 * bit in its `work` and, if it runs elsewhere, sends an interrupt. Nothing else ever interferes
 * with a thread, so this loop is the whole of preemption. */
void
return_work(void)
{
    struct thread *t = current();
    for (;;) {
        u32 work = __atomic_load_n(&t->work, __ATOMIC_ACQUIRE);
        if (!work)
            break;
        if (work & WORK_RESCHED)
            schedule(); /* clears the bit */
        if (work & WORK_SIGNAL)
            signal_deliver(); /* clears the bit when nothing is left */
    }
    debug_hook(lock_none_held);
}
