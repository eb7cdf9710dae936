/* machine_harts.c - the harts of the device tree: ids, instruction set, timebase. See discover.h.
 *
 * The boot hart is whichever the firmware drew, and becomes index 0. Harts without an MMU (small
 * management cores) and disabled ones are not ours.
 * Source: Devicetree Specification v0.4, sections 3.7 and 3.8; Linux
 * Documentation/devicetree/bindings/riscv/cpus.yaml and extensions.yaml. */

#include "dev/discover.h"
#include "lib/print.h"
#include "lib/string.h"

#define MAX_HART_ID 63 /* sbi.h names sets of harts by one 64-bit mask */

static u32 controllers[MAX_HARTS]; /* phandle of each hart's own interrupt controller, by index */

/* True if the node is a hart that can run this kernel. Stores its id. /cpus has other children too:
 * cpu-map draws which harts share a cluster. */
static bool
is_usable(const struct fdt *t, s32 node, u64 *id)
{
    struct fdt_property reg;
    const char *type = fdt_string(t, node, "device_type"), *mmu = fdt_string(t, node, "mmu-type");
    if (!type || strcmp(type, "cpu") != 0 || !fdt_is_enabled(t, node) ||
        (mmu && strcmp(mmu, "riscv,none") == 0))
        return false;
    if (!fdt_get(t, node, "reg", &reg) || fdt_number(&reg) > MAX_HART_ID) {
        pr_warn("device tree: /cpus/%s: no hart id of 0 to %d", fdt_name(t, node), MAX_HART_ID);
        return false;
    }
    *id = fdt_number(&reg);
    return true;
}

/* True if `isa`, as in "rv64imac_zicsr_sstc", has the multi-letter extension `name`. */
static bool
isa_has(const char *isa, const char *name)
{
    size_t n = strlen(name);
    while ((isa = strchr(isa, '_'))) {
        isa++;
        if (strncmp(isa, name, n) == 0 && (isa[n] == '\0' || isa[n] == '_'))
            return true;
    }
    return false;
}

/* Writes the instruction set in the form of "rv64imac_zicsr", from either of the two bindings. */
static void
read_isa(const struct fdt *t, s32 node, char *isa, size_t size)
{
    struct fdt_property list;
    const char *name;
    u32 at = 0;
    const char *whole = fdt_string(t, node, "riscv,isa"),
               *base = fdt_string(t, node, "riscv,isa-base");
    strlcpy(isa, whole ? whole : base ? base : "", size);
    if (whole || !base || !fdt_get(t, node, "riscv,isa-extensions", &list))
        return;
    size_t have = strcmp(isa, "rv64i") == 0 ? 4 : strlen(isa); /* the list names `i` again */
    while (have < size && (name = fdt_next_string(&list, &at)))
        have += (u32)snprintf(isa + have, size - have, "%s%s", name[0] && name[1] ? "_" : "", name);
}

/* Enters a hart at `index`. sstc counts only if every hart has it. */
static void
add_hart(const struct fdt *t, s32 node, u32 index, u64 id)
{
    char isa[sizeof(machine.isa)];
    machine.hart_ids[index] = id;
    for (s32 c = fdt_first_child(t, node); c >= 0; c = fdt_next_sibling(t, c))
        if (fdt_is_compatible(t, c, "riscv,cpu-intc"))
            controllers[index] = fdt_u32(t, c, "phandle", 0);
    read_isa(t, node, isa, sizeof(isa));
    if (!isa_has(isa, "sstc"))
        machine.has_sstc = false;
    if (index == 0)
        strlcpy(machine.isa, isa, sizeof(machine.isa));
}

/* All harts count time alike, so it stands once in /cpus; some trees repeat it in every hart
 * instead. */
static void
discover_timebase(const struct fdt *t, s32 cpus)
{
    struct fdt_property p;
    s32 first = fdt_first_child(t, cpus);
    if (fdt_get(t, cpus, "timebase-frequency", &p) || fdt_get(t, first, "timebase-frequency", &p))
        machine.timebase_hz = fdt_number(&p);
    if (machine.timebase_hz == 0)
        panic("device tree: /cpus: no timebase-frequency");
}

void
discover_harts(const struct fdt *t, u64 boot_hartid)
{
    u64 id;
    u32 left_out = 0; /* index 0 is kept for the boot hart, wherever the tree lists it */
    bool boot_hart_seen = false;
    s32 cpus = fdt_find_path(t, "/cpus");
    if (cpus < 0)
        panic("device tree: no /cpus node");
    discover_timebase(t, cpus);
    machine.has_sstc = true;
    machine.hart_ids[0] = boot_hartid;
    machine.hart_count = 1;
    for (s32 node = fdt_first_child(t, cpus); node >= 0; node = fdt_next_sibling(t, node)) {
        if (!is_usable(t, node, &id))
            continue;
        if (id == boot_hartid) {
            add_hart(t, node, 0, id);
            boot_hart_seen = true;
        } else if (machine.hart_count < MAX_HARTS) {
            add_hart(t, node, machine.hart_count++, id);
        } else {
            left_out++;
        }
    }
    if (!boot_hart_seen)
        panic("device tree: /cpus: no usable node for the boot hart %lu", boot_hartid);
    if (left_out)
        pr_warn("device tree: /cpus: %u harts above the limit of %d are left out", left_out,
                MAX_HARTS);
}

/* Phandle 0 is none (Devicetree Specification 2.3.3), and so is a hart that told none. */
u32
discover_hart_of_controller(u32 phandle)
{
    for (u32 i = 0; i < machine.hart_count && phandle; i++)
        if (controllers[i] == phandle)
            return i;
    return MAX_HARTS;
}
