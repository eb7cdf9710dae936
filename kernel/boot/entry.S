/* entry.S - the first instructions: from the firmware's hand to C in the high half.
 *
 * Entered in S-mode, paging off, a0 = hart id, a1 = physical address of the device tree (boot hart)
 * or of a struct hart_start (further harts). Which hart boots is drawn by lot, so no id is special.
 * Whoever loaded the kernel has cleared .bss: ELF asks for it, and kernel.bin holds the zeros.
 * Source: SBI specification, "Boot Hart" and HSM; Privileged Architecture, satp. */

#include "offsets.h"

    .section .text.entry, "ax"
    .globl _start
_start:
    csrw    sie, zero
    la      t0, boot_taken
    li      t1, 1
    amoswap.w t1, t1, (t0)
    bnez    t1, _start_late
    mv      s0, a0
    mv      s1, a1
    la      sp, boot_stack_top          /* pc-relative: physical as long as paging is off */
    call    boot_tables                 /* -> a0 = satp */
    ld      sp, high_stack_top
    ld      tp, high_thread
    call    enter_high_half
    mv      a0, s0
    mv      a1, s1
    mv      s0, zero                    /* end of the frame pointer chain */
    call    boot_main

/* OpenSBI 1.1 (QEMU 7.2) marks a hart as started before it has stored where it shall go: one that
 * looks in between comes to the boot hart's place. Only the first arrival boots the machine. */
_start_late:
    la      a1, start_record

    .globl _start_hart
_start_hart:
    csrw    sie, zero
    ld      a0, START_SATP(a1)
    ld      sp, START_STACK(a1)
    ld      tp, START_THREAD(a1)
    mv      s1, zero
    call    enter_high_half
    mv      s0, zero
    call    boot_hart_main

/* a0 = satp. With the new one the present pc is not mapped: the next fetch traps, and stvec already
 * holds the place to go on, in the high half. A hart without Sv39 does not take the value, and goes
 * on here: the boot hart says so (s1 is its device tree), of another one the boot hart says that it
 * does not come. */
enter_high_half:
    ld      t0, high_start
    la      t1, _start
    sub     t0, t0, t1                  /* link address minus load address */
    add     ra, ra, t0
    la      t1, 1f
    add     t1, t1, t0
    csrw    stvec, t1
    sfence.vma
    csrw    satp, a0
    beqz    s1, 2f                      /* still here: no Sv39 */
    la      sp, boot_stack_top
    mv      a0, s1
    call    refuse_without_paging
2:  wfi
    j       2b
    .balign 4
1:  la      t1, trap_entry
    csrw    stvec, t1
    csrw    sscratch, zero
    ret

    .balign 8                           /* addresses as they were linked */
high_start:
    .dword  _start
high_stack_top:
    .dword  boot_stack_top
high_thread:
    .dword  boot_thread

    .section .boot_stack, "aw", @nobits
    .skip   16384
boot_stack_top:
