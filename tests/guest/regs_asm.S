/* regs_asm.S - loads every register, lets something happen, stores every register.
 *
 * Used by regs.c. sp is trusted to find the save area again: a kernel that changes it makes the
 * check crash, which is a verdict too. Layout of the frame: x0..x31 at 0, f0..f31 at 256, fcsr at
 * 512, what the C caller needs back at 520. Source: the RISC-V calling convention (psABI). */

#define FRAME 800

.macro for_x op, base, skip1=99, skip2=99
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .ifne \n - \skip1
    .ifne \n - \skip2
    \op x\n, 8*\n(\base)
    .endif
    .endif
    .endr
.endm

.macro for_f op, base
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op f\n, 256+8*\n(\base)
    .endr
.endm

/* Saves what C wants back, loads everything from a0 (a struct state), a1 is where it goes. */
.macro enter
    addi sp, sp, -FRAME
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, 520+8*\n(sp)
    .endr
    sd a1, 784(sp)
    for_f fld, a0
    ld t0, 512(a0)
    fscsr t0
    for_x ld, a0, 10
    ld a0, 80(a0)
.endm

/* Stores everything, copies it to the caller's struct, gives C its registers back. */
.macro leave
    for_x sd, sp
    for_f fsd, sp
    frcsr t0
    sd t0, 512(sp)
    ld a1, 784(sp)
    mv t0, sp
    addi t1, sp, 520
1:  ld t2, (t0)
    sd t2, (a1)
    addi t0, t0, 8
    addi a1, a1, 8
    bltu t0, t1, 1b
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, 520+8*\n(sp)
    .endr
    addi sp, sp, FRAME
    ret
.endm

.text

/* void regs_ecall(const struct state *in, struct state *out): one system call between. */
.global regs_ecall
regs_ecall:
    enter
    ecall
    leave

/* void regs_spin(const struct state *in, struct state *out): x31 counts down to 0 between. */
.global regs_spin
regs_spin:
    enter
2:  addi x31, x31, -1
    bnez x31, 2b
    leave
