/* fp_registers.h - the registers of floating point, as they lie in memory.
 *
 * Not here: whose numbers they hold and when they are saved (sched/fp.h). Source: unprivileged ISA,
 * chapters "F" and "D". */
#pragma once

#include "lib/types.h"

struct fp_state {
    u64 f[32];
    u32 fcsr;
};

/* All registers to memory and back (fp_registers.S). sstatus.FS must not be Off. */
void fp_registers_save(struct fp_state *fp);
void fp_registers_load(struct fp_state *fp);
