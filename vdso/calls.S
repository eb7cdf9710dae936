/* calls.S - system calls of the vDSO: arguments and result stay in the registers they came in.
 *
 * The exports are questions that only the kernel can answer (getcpu, flush_icache). The hidden ones
 * are where clock.c goes with clocks that the vvar page does not serve; they are functions of their
 * own so that tools/vdsolint can hold that a clock function contains no `ecall` itself.
 * Source: riscv system call convention: number in a7, arguments from a0 on, result in a0; all
 * other registers come back as they were. */

#include <asm/unistd.h>

    .macro system_call name, number
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    .cfi_startproc
    li      a7, \number
    ecall
    ret
    .cfi_endproc
    .size   \name, . - \name
    .endm

    .text
    system_call __vdso_getcpu, __NR_getcpu
    system_call __vdso_flush_icache, __NR_riscv_flush_icache

    .hidden call_clock_gettime, call_clock_getres
    system_call call_clock_gettime, __NR_clock_gettime
    system_call call_clock_getres, __NR_clock_getres

    .section .note.GNU-stack, "", @progbits
