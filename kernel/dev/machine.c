/* machine.c - from the device tree to `struct machine`: memory and /chosen. See machine.h.
 *
 * The tree comes from the firmware, which has already changed it: its own memory is marked
 * reserved. Harts are in machine_harts.c, devices in machine_devices.c.
 * Source: Devicetree Specification v0.4, chapter 3 "Device Node Requirements"; Linux
 * Documentation/devicetree/bindings, chosen.txt of dt-schema for initrd and rng-seed. */

#include "dev/machine.h"
#include "dev/device.h"
#include "dev/discover.h"
#include "lib/print.h"
#include "lib/string.h"

#define FDT_LIMIT (2UL << 20) /* no firmware hands over a larger tree (Linux's MAX_FDT_SIZE) */

struct machine machine;

/* A full table drops what comes last, with a warning: real machines have a handful of ranges. */
static void
add_range(struct range *ranges, u32 *count, u64 start, u64 size, const char *what)
{
    if (size == 0)
        return;
    if (*count == MAX_RANGES) {
        pr_warn("device tree: more than %d ranges of %s; 0x%lx is left out", MAX_RANGES, what,
                start);
        return;
    }
    ranges[(*count)++] = (struct range){ start, start + size };
}

/* Adds all ranges of the node's `reg`, if it is enabled. */
static void
add_regs(const struct fdt *t, s32 node, struct range *ranges, u32 *count, const char *what)
{
    u64 start, size;
    for (u32 i = 0; fdt_is_enabled(t, node) && fdt_reg(t, node, i, &start, &size); i++)
        add_range(ranges, count, start, size, what);
}

/* One node may name several ranges, and there may be several nodes: machines with a hole below
 * 4 GiB have one or the other. */
static void
discover_memory(const struct fdt *t)
{
    s32 node = fdt_first_child(t, fdt_root(t));
    for (; node >= 0; node = fdt_next_sibling(t, node)) {
        const char *type = fdt_string(t, node, "device_type");
        if (type && strcmp(type, "memory") == 0)
            add_regs(t, node, machine.memory, &machine.memory_count, "memory");
    }
    if (machine.memory_count == 0)
        panic("device tree: no memory node with a reg");
}

/* Two ways to say "hands off": the reservation block is the old one, /reserved-memory the one
 * that OpenSBI uses for itself. Children without a reg ask for memory from anywhere; nobody
 * here does. */
static void
discover_reserved(const struct fdt *t)
{
    u64 start, size;
    for (u32 i = 0; fdt_reservation(t, i, &start, &size); i++)
        add_range(machine.reserved, &machine.reserved_count, start, size, "reserved memory");
    s32 node = fdt_first_child(t, fdt_find_path(t, "/reserved-memory"));
    for (; node >= 0; node = fdt_next_sibling(t, node))
        add_regs(t, node, machine.reserved, &machine.reserved_count, "reserved memory");
}

/* Start and end are 4 or 8 bytes each, whatever #address-cells says: boot loaders differ. An initrd
 * outside of memory must not be read: the direct map has no such page. */
static void
discover_initrd(const struct fdt *t, s32 chosen)
{
    struct fdt_property start, end;
    if (!fdt_get(t, chosen, "linux,initrd-start", &start) ||
        !fdt_get(t, chosen, "linux,initrd-end", &end))
        return;
    struct range r = { fdt_number(&start), fdt_number(&end) };
    for (struct range *m = machine.memory; m < machine.memory + machine.memory_count; m++)
        if (m->start <= r.start && r.start < r.end && r.end <= m->end)
            machine.initrd = r;
    if (!machine.initrd.end)
        pr_warn("device tree: /chosen: initrd at 0x%lx-0x%lx is not in memory", r.start, r.end);
}

static void
discover_chosen(const struct fdt *t)
{
    struct fdt_property p;
    s32 chosen = fdt_find_path(t, "/chosen");
    if (chosen < 0) {
        pr_warn("device tree: no /chosen node: no command line, no initrd, no seed");
        return;
    }
    discover_initrd(t, chosen);
    const char *args = fdt_string(t, chosen, "bootargs");
    if (args &&
        strlcpy(machine.bootargs, args, sizeof(machine.bootargs)) >= sizeof(machine.bootargs))
        pr_warn("device tree: /chosen: bootargs cut after %lu characters",
                sizeof(machine.bootargs) - 1);
    if (fdt_get(t, chosen, "rng-seed", &p)) {
        machine.rng_seed_length = MIN(p.length, (u32)sizeof(machine.rng_seed));
        memcpy(machine.rng_seed, p.value, machine.rng_seed_length);
    }
}

void
machine_discover(const void *fdt_blob, u64 fdt_pa, u64 boot_hartid)
{
    struct fdt t;
    if (fdt_open(&t, fdt_blob, FDT_LIMIT) < 0)
        panic("no valid device tree at physical address 0x%lx", fdt_pa);
    machine.fdt = (struct range){ fdt_pa, fdt_pa + t.size };
    discover_finisher(&t);
    finisher_init();
    discover_harts(&t, boot_hartid);
    discover_memory(&t);
    discover_reserved(&t);
    discover_chosen(&t);
    discover_devices(&t);
}
