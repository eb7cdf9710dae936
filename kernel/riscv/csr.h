/* csr.h - control and status registers, and the instructions that C cannot name.
 *
 * Source: The RISC-V Instruction Set Manual, Volume II: Privileged Architecture, chapters
 * "Supervisor-Level ISA" and "Sv39". Only what this kernel uses. */
#pragma once

#include "lib/types.h"

#define csr_read(reg)                                                                              \
    ({                                                                                             \
        u64 v_;                                                                                    \
        __asm__ volatile("csrr %0, " #reg : "=r"(v_)::"memory");                                   \
        v_;                                                                                        \
    })
#define csr_write(reg, v) __asm__ volatile("csrw " #reg ", %0" ::"rK"((u64)(v)) : "memory")
#define csr_set(reg, v)   __asm__ volatile("csrs " #reg ", %0" ::"rK"((u64)(v)) : "memory")
#define csr_clear(reg, v) __asm__ volatile("csrc " #reg ", %0" ::"rK"((u64)(v)) : "memory")

#define SSTATUS_SIE        (1UL << 1)
#define SSTATUS_SPIE       (1UL << 5)
#define SSTATUS_FS         (3UL << 13) /* the field, and its value Dirty */
#define SSTATUS_FS_INITIAL (1UL << 13)
#define SSTATUS_FS_CLEAN   (2UL << 13)

#define SIP_SOFT  (1UL << 1) /* another hart sent us an interrupt */
#define SIP_TIMER (1UL << 5)
#define SIP_EXT   (1UL << 9) /* the PLIC has something for us */

#define SCAUSE_INTERRUPT (1UL << 63)
#define CAUSE_ECALL_USER 8 /* the others: trap/trap.c */

#define SATP_SV39 (8UL << 60)

/* scounteren: which counters user mode may read. */
#define COUNTEREN_CY (1UL << 0) /* cycles */
#define COUNTEREN_TM (1UL << 1) /* time; without it OpenSBI emulates each rdtime: right, but slow */
#define COUNTEREN_IR (1UL << 2) /* instructions retired */

#define rdtime() csr_read(time)

/* Waits until an interrupt is pending, taken or not (SIE may be off). */
#define wait_for_interrupt() __asm__ volatile("wfi" ::: "memory")
