/* start.S - the loader's first instructions: relocate itself, link the program, enter the program.
 *
 * The kernel starts the loader instead of the program, with the program's stack. The program gets
 * that stack as the kernel left it. a0 is 0 at a program's start: no function is to be called at
 * its exit. Source: RISC-V ELF psABI. */

    .text
    .globl _start
    .hidden _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined ra
    mv      s0, sp
    andi    sp, sp, -16
    call    relocate_self       /* before it, no address in memory is right */
    mv      a0, s0
    call    link_program
    mv      sp, s0
    mv      t0, a0
    mv      a0, zero
    jr      t0
    .cfi_endproc
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
