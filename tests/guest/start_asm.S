/* start_asm.S - the program's true first instructions: keep what the kernel handed over.
 *
 * start.c is linked with this as its entry (tests.mk), so that its checks see the registers and the
 * stack before libc has touched them. sp is kept; below it is free to use. t0 and t1 are needed for
 * the work: t0 goes to the stack first, t1 is stored before it is used, and both are loaded again
 * for _start. */
.text
.global start_first
start_first:
    sd t0, -8(sp)
    la t0, start_registers
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, 8*\n(t0)
    .endr
    ld t1, -8(sp)
    sd t1, 40(t0)
    frcsr t1
    sd t1, 256(t0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, 264+8*\n(t0)
    .endr
    ld t1, 48(t0)
    ld t0, 40(t0)
    tail _start

/* x0..x31, fcsr, f0..f31: initialised data, so that libc's start does not clear it. */
.data
.balign 8
.global start_registers
start_registers:
    .dword -1
    .zero 8 * 64
