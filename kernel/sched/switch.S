/* switch.S - from one kernel stack to another, and the first step on a new one.
 *
 * Only callee-saved registers matter: to the compiler a switch is a function call. They stand in
 * struct context (thread.h) one behind the other, 8 bytes each.
 * Source: psABI, "Integer Register Convention". */

    .text
    .globl thread_first_step
thread_first_step:                      /* a new thread's first instruction; s1 = its function */
    mv      s0, zero                    /* end of the frame pointer chain */
    call    switch_finish
    jalr    s1                          /* never returns, but so a backtrace tells its start */

    .globl context_switch
context_switch:                         /* a0 = from, a1 = to (struct context), a2 = next thread */
    sd ra,    0(a0);  sd sp,    8(a0)
    sd s0,   16(a0);  sd s1,   24(a0);  sd s2,   32(a0);  sd s3,   40(a0)
    sd s4,   48(a0);  sd s5,   56(a0);  sd s6,   64(a0);  sd s7,   72(a0)
    sd s8,   80(a0);  sd s9,   88(a0);  sd s10,  96(a0);  sd s11, 104(a0)

    ld ra,    0(a1);  ld sp,    8(a1)   /* from here on, the other thread's stack */
    ld s0,   16(a1);  ld s1,   24(a1);  ld s2,   32(a1);  ld s3,   40(a1)
    ld s4,   48(a1);  ld s5,   56(a1);  ld s6,   64(a1);  ld s7,   72(a1)
    ld s8,   80(a1);  ld s9,   88(a1);  ld s10,  96(a1);  ld s11, 104(a1)
    mv      tp, a2                      /* who is current */
    ret                                 /* to where the other thread once called us */
