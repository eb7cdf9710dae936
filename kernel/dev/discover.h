/* discover.h - the parts of machine_discover(), shared by its three files and nobody else.
 *
 * Each reads its nodes and fills its fields of `machine`. What is missing and needed is a panic,
 * what is missing and useful a warning; both name the node. */
#pragma once

#include "dev/fdt.h"
#include "dev/machine.h"

/* machine_harts.c: /cpus, and which interrupt controller node belongs to which hart. */
void discover_harts(const struct fdt *t, u64 boot_hartid);
/* The index of the hart whose interrupt controller has this phandle, or MAX_HARTS. */
u32 discover_hart_of_controller(u32 phandle);

/* machine_devices.c: what has registers. The finisher comes first, so that all later panics can end
 * with their status; the others after the harts. */
void discover_finisher(const struct fdt *t);
void discover_devices(const struct fdt *t);
