/* sigreturn.S - where a signal handler returns to: riscv has no SA_RESTORER.
 *
 * The kernel sets ra to __vdso_rt_sigreturn when it starts a handler. The sp of this code is the
 * signal frame, so the unwinding table can say where every register of the interrupted code lies:
 * gdb, perf and C++ exceptions walk through a handler by these rules alone.
 * Source: Linux's struct rt_sigframe (<asm/ucontext.h>, <asm/sigcontext.h>); DWARF numbers from the
 * RISC-V psABI: x0-x31 are 0-31, f0-f31 are 32-63, 64 is the pc to go on at. */

#include <asm/unistd.h>

#define SIGINFO_SIZE    128
#define MCONTEXT_OFFSET 176                              /* in struct ucontext */
#define MCONTEXT        (SIGINFO_SIZE + MCONTEXT_OFFSET)
#define INTEGER(n)      (MCONTEXT + 8 * (n))             /* word 0 is the pc, for there is no x0 */
#define FLOATING(n)     (MCONTEXT + 256 + 8 * (n))
#define PC_COLUMN       64

    .text
    .balign 4
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column PC_COLUMN
    .cfi_def_cfa sp, 0
    .cfi_offset PC_COLUMN, INTEGER(0)
    .altmacro
    .macro rule register, offset
    .cfi_offset \register, \offset
    .endm
    .set    n, 1
    .rept   31
    rule    %n, %INTEGER(n)
    .set    n, n + 1
    .endr
    .set    n, 0
    .rept   32
    rule    %(32 + n), %FLOATING(n)
    .set    n, n + 1
    .endr
    .noaltmacro

    /* Inside the table's range, in front of the symbol: an unwinder takes a return address for the
     * end of a call and looks one byte before it. Without the nop it finds another function. */
    nop
    .globl  __vdso_rt_sigreturn
    .type   __vdso_rt_sigreturn, @function
__vdso_rt_sigreturn:
    li      a7, __NR_rt_sigreturn
    ecall
    .cfi_endproc
    .size   __vdso_rt_sigreturn, . - __vdso_rt_sigreturn

    .section .note.GNU-stack, "", @progbits
