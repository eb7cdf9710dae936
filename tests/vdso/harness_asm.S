/* harness_asm.S - what C cannot do: move to another stack.
 *
 * call_on_stack comes back, enter_handler does not. Contracts: harness.h. */

    .text
    .globl  call_on_stack
    .type   call_on_stack, @function
call_on_stack:
    addi    sp, sp, -16
    sd      ra, 8(sp)
    sd      s0, 0(sp)
    mv      s0, sp
    mv      t0, a0
    mv      a0, a1
    mv      a1, a2
    mv      sp, a3
    jalr    t0
    mv      sp, s0
    ld      s0, 0(sp)
    ld      ra, 8(sp)
    addi    sp, sp, 16
    ret
    .size   call_on_stack, . - call_on_stack

    .globl  enter_handler
    .type   enter_handler, @function
enter_handler:
    mv      sp, a1
    mv      ra, a2
    jr      a0
    .size   enter_handler, . - enter_handler

    .section .note.GNU-stack, "", @progbits
