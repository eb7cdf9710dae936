/* fp_registers.S - all 32 f registers and fcsr to and from memory. See fp_registers.h.
 *
 * The only file that is compiled with F and D: everywhere else in the kernel the assembler refuses
 * the name of an f register. sstatus.FS must not be Off here. */

    .macro  all_registers operation     /* at a0 */
    .irp    i,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation f\i, 8 * \i(a0)
    .endr
    .endm

    .text
    .globl fp_registers_save
fp_registers_save:                      /* a0 = struct fp_state * */
    all_registers fsd
    frcsr   a1
    sw      a1, 8 * 32(a0)
    ret

    .globl fp_registers_load
fp_registers_load:                      /* a0 = struct fp_state * */
    all_registers fld
    lw      a1, 8 * 32(a0)
    fscsr   a1
    ret
