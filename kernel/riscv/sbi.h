/* sbi.h - calls into the firmware below us (OpenSBI).
 *
 * Source: RISC-V Supervisor Binary Interface Specification 1.0: chapters "Base", "Timer", "IPI",
 * "RFENCE", "HSM", "System Reset". Hart sets are bit masks of hart ids, base 0. */
#pragma once

#include "lib/types.h"

/* Sets up nothing but knowledge: which extensions this firmware has. Call once, early. */
void sbi_init(void);

/* Starts hart `hartid` in S-mode at physical address `entry` with a0 = hartid, a1 = `opaque`.
 * Returns 0 or a negative SBI error. */
long sbi_hart_start(u64 hartid, u64 entry, u64 opaque);
void sbi_hart_stop(void);

/* Raises the S-mode software interrupt on every hart of the mask. */
void sbi_send_ipi(u64 hart_mask);

/* Executes sfence.vma for [va, va+size) on every hart of the mask and waits until all have. The
 * firmware does it in M-mode, so a hart that spins with S-mode interrupts off still answers. */
void sbi_remote_sfence(u64 hart_mask, u64 va, u64 size);

/* Executes fence.i on every hart of the mask. */
void sbi_remote_fence_i(u64 hart_mask);

/* The timer interrupt of this hart comes at `when` ticks (absolute). Used when sstc is absent. */
void sbi_set_timer(u64 when);

/* Powers off without a status, for machines with no test finisher. */
void sbi_shutdown(void);
/* Resets the machine. Returns only if the firmware cannot. */
void sbi_reboot(void);

/* Writes one character to the firmware's console: only before the UART is found. */
void sbi_putchar(char c);
