/* switch.S - from one kernel stack to another, and the first step on a new one.
 *
 * Only callee-saved registers matter: to the compiler a switch is a function call.
 * Source: psABI, "Integer Register Convention". */

#include "offsets.h"

    .text
    .globl context_switch
context_switch:                         /* a0 = from, a1 = to, a2 = next thread */
    sd      ra, CONTEXT_RA(a0)
    sd      sp, CONTEXT_SP(a0)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd      s\i, CONTEXT_S0 + 8 * \i(a0)
    .endr
    ld      ra, CONTEXT_RA(a1)
    ld      sp, CONTEXT_SP(a1)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld      s\i, CONTEXT_S0 + 8 * \i(a1)
    .endr
    mv      tp, a2
    ret

    .globl thread_first_step
thread_first_step:                      /* a new thread's first instruction; s1 = its function */
    mv      s0, zero                    /* end of the frame pointer chain */
    call    switch_finish
    jalr    s1                          /* stays in a backtrace; it never returns */
