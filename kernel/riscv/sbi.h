/* sbi.h - calls into the firmware below us (OpenSBI).
 *
 * Source: RISC-V Supervisor Binary Interface Specification 1.0: chapters "Base", "Timer", "IPI",
 * "RFENCE", "HSM", "System Reset". Hart sets are bit masks of hart ids, base 0. */
#pragma once

#include "lib/types.h"

#define SBI_LEGACY_PUTCHAR  0x01
#define SBI_LEGACY_SHUTDOWN 0x08
#define SBI_TIMER           0x54494d45 /* "TIME" */
#define SBI_IPI             0x735049   /* "sPI" */
#define SBI_RFENCE          0x52464e43 /* "RFNC" */
#define SBI_HSM             0x48534d   /* "HSM" */
#define SBI_RESET           0x53525354 /* "SRST" */

/* Function number `function` of an extension, with up to four arguments. 0 or an error, negative:
 * SBI's own numbers. An extension that the firmware lacks is such an error. */
long sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2, u64 arg3);

/* The timer interrupt of this hart comes at `when` ticks (absolute). Used when sstc is absent. */
#define sbi_set_timer(when) sbi_call(SBI_TIMER, 0, when, 0, 0, 0)

/* Raises the S-mode software interrupt on every hart of the mask. */
#define sbi_send_ipi(hart_mask) sbi_call(SBI_IPI, 0, hart_mask, 0, 0, 0)

/* Executes fence.i, or sfence.vma for [va, va+size), on every hart of the mask and waits until all
 * have. The firmware does it in M-mode, so a hart that spins with S-mode interrupts off still
 * answers. */
#define sbi_remote_fence_i(hart_mask)          sbi_call(SBI_RFENCE, 0, hart_mask, 0, 0, 0)
#define sbi_remote_sfence(hart_mask, va, size) sbi_call(SBI_RFENCE, 1, hart_mask, 0, va, size)

/* Starts hart `hartid` in S-mode at physical address `entry` with a0 = hartid, a1 = `opaque`.
 * Returns 0 or a negative SBI error. */
#define sbi_hart_start(hartid, entry, opaque) sbi_call(SBI_HSM, 0, hartid, entry, opaque, 0)

/* Powers off without a status, for machines with no test finisher. Returns only if the firmware
 * cannot; the second way is what firmware before SBI 0.3 knows. */
#define sbi_shutdown()                                                                             \
    (sbi_call(SBI_RESET, 0, 0, 0, 0, 0), sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0, 0))

/* Writes one character to the firmware's console: only before the UART is found. Called "legacy",
 * but every OpenSBI has it, and its successor (DBCN) only from 1.3 on. */
void sbi_putchar(char c);
