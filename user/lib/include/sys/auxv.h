/* sys/auxv.h - what the kernel told this process at its start; AT_* come from the kernel.
 *
 * AT_SYSINFO_EHDR is the one that this project is about: the address of the vDSO's ELF header. */
#pragma once

#include <linux/auxvec.h>

/* The value of the entry, 0 when there is none. */
unsigned long getauxval(unsigned long type);
