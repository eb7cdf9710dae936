/* probe.c - tries what the device tree promises of a hart, before it is needed.
 *
 * A hart that has less would end in an illegal instruction, at the first program that computes or
 * the first tick. Here it ends so, too, but the panic knows what was tried (debug/panic.h).
 * Source: Privileged Architecture, "Extension Context Status in mstatus Register" and "Sstc"; SBI
 * specification, "Timer Extension". */

#include "debug/panic.h"
#include "dev/device.h"
#include "lib/print.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"

void
probe_hart(void)
{
    panic_promise = "harts with floating point";
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    csr_write(3, 0); /* fcsr */
    csr_clear(sstatus, SSTATUS_FS);
    panic_promise = "harts with sstc";
    if (machine.has_sstc)
        csr_write(0x14d, ~0UL); /* stimecmp: never */
    else if (sbi_set_timer(~0UL))
        panic("no timer: the harts have no sstc, and the firmware has no TIME extension");
    panic_promise = NULL;
}
