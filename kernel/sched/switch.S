/* switch.S - from one kernel stack to another, and the first step on a new one.
 *
 * Only callee-saved registers matter: to the compiler a switch is a function call.
 * Source: psABI, "Integer Register Convention". */

#include "offsets.h"

    .text
    .globl thread_first_step
thread_first_step:                      /* a new thread's first instruction; s1 = its function */
    mv      s0, zero                    /* end of the frame pointer chain */
    call    switch_finish
    jalr    s1                          /* never returns, but so a backtrace tells its start */

    .macro  all_registers operation, at /* struct context: ra, sp, s0 to s11 */
    \operation ra, 0(\at)
    \operation sp, 8(\at)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    \operation s\i, 16 + 8 * \i(\at)
    .endr
    .endm

    .globl context_switch
context_switch:                         /* a0 = from, a1 = to, a2 = next thread */
    all_registers sd, a0
    all_registers ld, a1
    mv      tp, a2
    ret
