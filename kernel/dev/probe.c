/* probe.c - tries what the device tree promises of harts and memory, before it is needed.
 *
 * A hart that has less would end in an illegal instruction, at the first program that computes or
 * the first tick. Here it ends so, too, but the panic knows what was tried (debug/panic.h).
 * Source: Privileged Architecture, "Extension Context Status in mstatus Register" and "Sstc"; SBI
 * specification, "Timer Extension". */

#include "debug/panic.h"
#include "dev/device.h"
#include "lib/print.h"
#include "mm/frame.h"
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

/* A tree may promise more memory than there is. Then the end of a bank is missing. A frame that is
 * in use may be the firmware's, which would not let us read it. */
void
probe_memory(void)
{
    char bank[40];
    panic_promise = bank;
    for (struct range *m = machine.memory; m < machine.memory + machine.memory_count; m++) {
        u64 last = m->end - PAGE_SIZE;
        snprintf(bank, sizeof(bank), "memory up to 0x%lx", m->end);
        if (m->start < m->end && frame_record(last)->refs == 0)
            *(volatile u64 *)frame_direct(last);
    }
    panic_promise = NULL;
}
