/* crt0.S - the first instructions of a program: stack of the kernel -> __libc_start.
 *
 * Not part of the library, because each program needs its own: only the program's linker knows
 * where its `main` and its table of constructors are. Linked first into every program.
 *
 * Source: RISC-V ELF psABI (gp, the stack at start); Linux leaves a0 zero and sp at argc. */

    .text
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined ra           /* nobody called us: a debugger's backtrace ends here */
    .option push
    .option norelax             /* relaxed, this would be `mv gp, gp` */
    lla     gp, __global_pointer$
    .option pop
    mv      a0, sp              /* argc, argv, envp, auxv */
    la      a1, main
    lla     a2, __init_array_start
    lla     a3, __init_array_end
    andi    sp, sp, -16
    call    __libc_start
    ebreak                      /* __libc_start does not return */
    .cfi_endproc
    .size _start, . - _start

    .weak   __global_pointer$   /* only GNU ld makes it, and only it uses gp */
    .hidden __init_array_start
    .hidden __init_array_end
    .section .note.GNU-stack, "", @progbits
