/* entry.S - the gate: from user space into the kernel and back.
 *
 * sscratch holds the thread while in user mode and 0 while in the kernel: so one exchange tells
 * where a trap came from. Interrupts stay off all the way (docs/design.md), so the only traps from
 * the kernel are its own mistakes. Source: Privileged Architecture, "Supervisor Trap Handling". */

#include "offsets.h"

/* Words of struct trapframe: 0 is the pc, n register xn, 32 sstatus, 33 scause; 36 in all. */
#define SLOT(n) (8 * (n))

/* All but sp (x2) and tp (x4), which the gate itself needs. */
    .macro  all_registers operation
    .irp    i,1,3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation x\i, SLOT(\i)(sp)
    .endr
    .endm

/* Fills the frame at sp. The sp of before is in THREAD_SCRATCH, the tp of before in sscratch. */
    .macro  save_frame
    all_registers sd
    ld      t0, THREAD_SCRATCH(tp)
    csrrw   t1, sscratch, zero          /* from here on we are the kernel */
    csrr    t2, sepc
    csrr    t3, sstatus
    csrr    t4, scause
    sd      t0, SLOT(2)(sp)
    sd      t1, SLOT(4)(sp)
    sd      t2, SLOT(0)(sp)
    sd      t3, SLOT(32)(sp)
    sd      t4, SLOT(33)(sp)
    mv      a0, sp
    .endm

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, from_kernel
    sd      sp, THREAD_SCRATCH(tp)
    ld      sp, THREAD_FRAME(tp)
    save_frame
    mv      s0, zero                    /* a backtrace ends here */
    call    trap_user

/* Back to user space: everything that is due first (trap/trap.c), then every register. */
    .globl trap_return
trap_return:
    lw      t0, THREAD_WORK(tp)
    bnez    t0, 2f
1:  ld      sp, THREAD_FRAME(tp)
    ld      t0, SLOT(0)(sp)
    ld      t1, SLOT(32)(sp)
    csrw    sepc, t0
    csrw    sstatus, t1
    csrw    sscratch, tp
    all_registers ld
    ld      tp, SLOT(4)(sp)
    ld      sp, SLOT(2)(sp)
    sret
2:  call    return_work
    j       1b

/* The kernel itself trapped: a bug, always. Its stack may be the very thing that overflowed, so the
 * report is made on the hart's emergency stack. */
from_kernel:
    csrr    tp, sscratch                /* the thread, as it was */
    sd      sp, THREAD_SCRATCH(tp)
    ld      sp, THREAD_HART(tp)
    ld      sp, HART_EMERGENCY_STACK(sp)
    addi    sp, sp, -SLOT(36)
    save_frame
    csrr    a1, scause
    csrr    a2, stval
    call    panic_trap
