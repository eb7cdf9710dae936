/* entry.S - the gate: from user space into the kernel and back.
 *
 * sscratch holds the thread while in user mode and 0 while in the kernel: so one exchange with tp
 * tells where a trap came from. Interrupts stay off all the way (docs/design.md), so the only traps
 * from the kernel are its own mistakes.
 *
 * A trap saves the pc (in sepc) and the mode (in sstatus) and nothing else: all registers still
 * hold the program's values, and the gate has none to spare. So tp is exchanged, sp waits in the
 * thread, and once sp points to the frame (riscv/trapframe.h) the others can be stored there.
 * Source: Privileged Architecture, "Supervisor Trap Handling". */

#include "offsets.h"

/* Offsets in the frame, which is made of words of 8 bytes: register xn is word n, the pc word 0. */
#define SLOT(n)     (8 * (n))
#define SLOT_PC     SLOT(0)
#define SLOT_SP     SLOT(2)
#define SLOT_TP     SLOT(4)
#define SLOT_STATUS SLOT(32)
#define SLOT_CAUSE  SLOT(33)
#define FRAME_SIZE  SLOT(36)

/* `sd x1, SLOT(1)(sp)`, `sd x3, SLOT(3)(sp)` and so on to x31, or the same with ld: the assembler
 * repeats the line for every i. Not sp (x2) and tp (x4), which the gate itself needs. */
    .macro  all_registers operation
    .irp    i,1,3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation x\i, SLOT(\i)(sp)
    .endr
    .endm

/* Fills the frame at sp. The old sp is in THREAD_SCRATCH, the old tp in sscratch. */
    .macro  save_frame
    all_registers sd
    ld      t0, THREAD_SCRATCH(tp)
    csrrw   t1, sscratch, zero          /* from here on we are the kernel */
    csrr    t2, sepc
    csrr    t3, sstatus
    csrr    t4, scause
    sd      t0, SLOT_SP(sp)
    sd      t1, SLOT_TP(sp)
    sd      t2, SLOT_PC(sp)
    sd      t3, SLOT_STATUS(sp)
    sd      t4, SLOT_CAUSE(sp)
    .endm

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   tp, sscratch, tp            /* exchange: tp is the thread, or 0 */
    beqz    tp, from_kernel
    sd      sp, THREAD_SCRATCH(tp)
    ld      sp, THREAD_FRAME(tp)        /* the frame is the top of the thread's kernel stack */
    save_frame
    mv      a0, sp                      /* trap_user(frame) */
    mv      s0, zero                    /* a backtrace ends here */
    call    trap_user

/* Back to user space: everything that is due first (trap/trap.c), then every register. */
    .globl trap_return
trap_return:
    lw      t0, THREAD_WORK(tp)
    beqz    t0, 1f
    call    return_work
1:  ld      sp, THREAD_FRAME(tp)
    ld      t0, SLOT_PC(sp)
    ld      t1, SLOT_STATUS(sp)
    csrw    sepc, t0
    csrw    sstatus, t1
    csrw    sscratch, tp
    all_registers ld
    ld      tp, SLOT_TP(sp)
    ld      sp, SLOT_SP(sp)             /* the last one: the others were found by it */
    sret                                /* to sepc, in user mode */

/* The kernel itself trapped: a bug, always. Its stack may be the very thing that overflowed, so the
 * report is made on the hart's emergency stack. */
from_kernel:
    csrr    tp, sscratch                /* the exchange has put it there; tp was the thread */
    sd      sp, THREAD_SCRATCH(tp)
    ld      sp, THREAD_HART(tp)
    ld      sp, HART_EMERGENCY_STACK(sp)
    addi    sp, sp, -FRAME_SIZE
    save_frame
    mv      a0, sp                      /* trap_kernel(frame, address) */
    csrr    a1, stval
    call    trap_kernel
