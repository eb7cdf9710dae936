/* machine.c - from the device tree to `struct machine`. See machine.h.
 *
 * One walk writes down what it meets, in whatever order; what needs two nodes to be known, and what
 * is missing, is looked at when it is over. Only /chosen comes before, and the UART that
 * it names. Nothing here touches a device but the finisher, which gives a panic its status. The
 * tree comes from the firmware, which has already changed it: its own memory is marked reserved.
 * Source: Devicetree Specification v0.4, chapter 3 "Device Node Requirements"; Linux
 * Documentation/devicetree/bindings: riscv/cpus.yaml, serial/8250.yaml, interrupt-controller/
 * sifive,plic-1.0.0.yaml, rtc/google,goldfish-rtc.txt, virtio/mmio.yaml; dt-schema chosen.yaml. */

#include "dev/machine.h"
#include "dev/device.h"
#include "dev/fdt.h"
#include "lib/print.h"
#include "lib/string.h"

#define FDT_LIMIT           (2UL << 20) /* no firmware hands over more (Linux's MAX_FDT_SIZE) */
#define MAX_HART_ID         63          /* sbi.h names sets of harts by one 64-bit mask */
#define SUPERVISOR_EXTERNAL 9           /* interrupt number at the hart (Privileged, scause) */

struct machine machine;

/* What of the tree is needed until the walk is over. */
static struct findings {
    const char *stdout_path;
    struct fdt_value plic_contexts;
    u32 controllers[MAX_HARTS]; /* phandle of each hart's own interrupt controller, by index */
    u32 hart;                   /* whose children come now; MAX_HARTS: those of none of ours */
    u32 harts_left_out;
} seen;

/* --- nodes ----------------------------------------------------------------------------------- */

/* Start and end of an initrd are 4 or 8 bytes each, whatever #address-cells says: boot loaders
 * differ. */
static void
see_chosen(const struct fdt_node *n)
{
    const char *args = fdt_string(n, "bootargs") ?: "";
    if (strlcpy(machine.bootargs, args, sizeof(machine.bootargs)) >= sizeof(machine.bootargs))
        pr_warn("device tree: /chosen: bootargs cut after %lu characters",
                sizeof(machine.bootargs) - 1);
    struct fdt_value seed = fdt_get(n, "rng-seed");
    machine.rng_seed_length = MIN(seed.length, (u32)sizeof(machine.rng_seed));
    memcpy(machine.rng_seed, seed.bytes, machine.rng_seed_length);
    machine.initrd.start = fdt_number(n, "linux,initrd-start", 0);
    machine.initrd.end = fdt_number(n, "linux,initrd-end", 0);
    seen.stdout_path = fdt_string(n, "stdout-path") ?: "";
}

/* Does `isa`, as in "rv64imac_zicsr_sstc", name the timer that S-mode sets by itself? */
static bool
isa_has_sstc(const char *isa)
{
    while ((isa = strchr(isa, '_')))
        if (strncmp(++isa, "sstc", 4) == 0 && (isa[4] == '\0' || isa[4] == '_'))
            return true;
    return false;
}

/* An enabled child of /cpus. The boot hart is whichever the firmware drew: index 0 is kept for it,
 * wherever the tree lists it. Harts without an MMU (small management cores) are not ours, and
 * cpu-map, which draws which harts share a cluster, is none. */
static void
see_hart(const struct fdt_node *n)
{
    u64 id = fdt_number(n, "reg", MAX_HART_ID + 1);
    bool is_boot_hart = id == machine.hart_ids[0];
    const char *isa = fdt_string(n, "riscv,isa") ?: "";
    if (!fdt_says(n, "device_type", "cpu") || fdt_says(n, "mmu-type", "riscv,none"))
        return;
    if (id > MAX_HART_ID) {
        pr_warn("device tree: /cpus/%s: no hart id of 0 to %d", n->names[2], MAX_HART_ID);
    } else if (is_boot_hart || machine.hart_count < MAX_HARTS) {
        seen.hart = is_boot_hart ? 0 : machine.hart_count++;
        machine.hart_ids[seen.hart] = id;
        machine.has_sstc &= isa_has_sstc(isa);
        if (is_boot_hart)
            strlcpy(machine.isa, isa, sizeof(machine.isa));
    } else {
        seen.harts_left_out++;
    }
}

/* A full table drops what comes last, with a warning: real machines have a handful of ranges. */
static void
add_range(struct range *ranges, u32 *count, struct range r)
{
    if (r.start < r.end && *count < MAX_RANGES)
        ranges[(*count)++] = r;
    else if (r.start < r.end)
        pr_warn("device tree: more than %d ranges of memory; 0x%lx is left out", MAX_RANGES,
                r.start);
}

/* A node may be there and switched off: its device does not answer, and reading it may fault. */
static bool
is_enabled(const struct fdt_node *n)
{
    return !fdt_get(n, "status").bytes || fdt_says(n, "status", "okay") ||
           fdt_says(n, "status", "ok");
}

/* Is the node such a device, and the first one? Stores where its registers are. */
static bool
is_new(const struct fdt_node *n, const char *compatible, struct range *registers)
{
    struct range r = { 0 };
    if (registers->start || !fdt_says(n, "compatible", compatible))
        return false;
    if (fdt_reg(n, 0, &r) && r.start && r.start < r.end)
        *registers = r;
    else
        pr_warn("device tree: %s: no usable reg", n->names[n->depth]);
    return registers->start;
}

/* QEMU has eight slots for virtio, most of them empty: what is in one, the driver asks its
 * registers. */
static void
see_device(const struct fdt_node *n)
{
    u32 irq = fdt_cell(fdt_get(n, "interrupts"), 0), slot = machine.virtio_count;
    if (is_new(n, "ns16550a", &machine.uart)) {
        machine.uart_irq = irq;
        machine.uart_reg_shift = (u32)fdt_number(n, "reg-shift", 0);
    }
    if (is_new(n, "sifive,plic-1.0.0", &machine.plic)) {
        machine.plic_sources = (u32)fdt_number(n, "riscv,ndev", 0);
        seen.plic_contexts = fdt_get(n, "interrupts-extended");
    }
    if (slot < MAX_VIRTIO && is_new(n, "virtio,mmio", &machine.virtio[slot]))
        machine.virtio_irq[machine.virtio_count++] = irq;
    is_new(n, "google,goldfish-rtc", &machine.rtc);
    is_new(n, "sifive,test0", &machine.finisher);
}

/* All harts count time alike, so the timebase stands once in /cpus; some trees say it in every hart
 * instead. */
static void
see_node(const struct fdt_node *n)
{
    const char *top = n->depth > 0 ? n->names[1] : "";
    bool in_cpus = n->depth == 2 && strcmp(top, "cpus") == 0;
    bool reserves = n->depth == 2 && strcmp(top, "reserved-memory") == 0;
    struct range r;
    if (in_cpus)
        seen.hart = MAX_HARTS;
    if (!is_enabled(n))
        return;
    if (in_cpus)
        see_hart(n);
    if (in_cpus || fdt_is_at(n, "/cpus"))
        machine.timebase_hz = machine.timebase_hz ?: fdt_number(n, "timebase-frequency", 0);
    if (fdt_says(n, "compatible", "riscv,cpu-intc") && seen.hart < MAX_HARTS)
        seen.controllers[seen.hart] = (u32)fdt_number(n, "phandle", 0);
    for (u32 i = 0; fdt_says(n, "device_type", "memory") && fdt_reg(n, i, &r); i++)
        add_range(machine.memory, &machine.memory_count, r);
    for (u32 i = 0; reserves && fdt_reg(n, i, &r); i++)
        add_range(machine.reserved, &machine.reserved_count, r);
    see_device(n);
}

/* --- afterwards ------------------------------------------------------------------------------ */

/* Each pair (controller, interrupt) of the PLIC's interrupts-extended is one context, numbered in
 * order: where its output goes. A hart has two, one for M-mode and one for us. Phandle 0 is none. */
static u32
plic_context_of(u32 controller)
{
    for (u32 context = 0; controller && context < seen.plic_contexts.length / 8; context++)
        if (fdt_cell(seen.plic_contexts, 2 * context) == controller &&
            fdt_cell(seen.plic_contexts, 2 * context + 1) == SUPERVISOR_EXTERNAL)
            return context;
    return PLIC_NO_CONTEXT;
}

/* An initrd outside of memory must not be read: the direct map has no such page. */
static void
check_initrd(void)
{
    struct range *r = &machine.initrd;
    for (struct range *m = machine.memory; m < machine.memory + machine.memory_count; m++)
        if (m->start <= r->start && r->start < r->end && r->end <= m->end)
            return;
    if (r->end)
        pr_warn("device tree: /chosen: initrd at 0x%lx-0x%lx is not in memory", r->start, r->end);
    *r = (struct range){ 0 };
}

void
machine_discover(const void *fdt_blob, u64 fdt_pa, u64 boot_hartid)
{
    const struct {
        const struct range *device;
        const char *without;
    } useful[] = {
        { &machine.uart, "ns16550a UART: the console is the firmware's, without input" },
        { &machine.plic, "sifive,plic-1.0.0: devices cannot interrupt" },
        { &machine.rtc, "google,goldfish-rtc: the wall clock starts in 1970" },
        { &machine.finisher, "sifive,test0: exit statuses are lost" },
    };
    struct fdt t;
    struct range r;
    if (fdt_open(&t, fdt_blob, FDT_LIMIT) < 0)
        panic("no valid device tree at physical address 0x%lx", fdt_pa);
    seen = (struct findings){ .hart = MAX_HARTS };
    machine.hart_ids[0] = boot_hartid;
    machine.hart_count = 1;
    machine.has_sstc = true;
    for (u32 i = 0; fdt_reservation(&t, i, &r); i++)
        add_range(machine.reserved, &machine.reserved_count, r);
    for_each_fdt_node (n, &t)
        if (fdt_is_at(&n, "/chosen"))
            see_chosen(&n);
    /* A board may have five UARTs: where the boot messages go is ours, and else the first. */
    for_each_fdt_node (n, &t)
        if (seen.stdout_path && fdt_is_at(&n, seen.stdout_path) && is_enabled(&n))
            see_device(&n);
    for_each_fdt_node (n, &t)
        see_node(&n);
    finisher_init();
    check_initrd();
    for (u32 i = 0; i < MAX_HARTS; i++)
        machine.plic_context[i] = plic_context_of(seen.controllers[i]);
    if (!seen.stdout_path)
        pr_warn("device tree: no /chosen node: no command line, no initrd, no seed");
    for (u32 i = 0; i < ARRAY_SIZE(useful); i++)
        if (!useful[i].device->start)
            pr_warn("device tree: no %s", useful[i].without);
    if (machine.plic.start && machine.plic_context[0] == PLIC_NO_CONTEXT)
        pr_warn("device tree: sifive,plic-1.0.0: no S-mode context for the boot hart");
    if (seen.harts_left_out)
        pr_warn("device tree: /cpus: %u harts above the limit of %d are left out",
                seen.harts_left_out, MAX_HARTS);
    if (machine.timebase_hz == 0)
        panic("device tree: no /cpus node with a timebase-frequency");
    if (!machine.isa[0])
        panic("device tree: /cpus: no usable node, with riscv,isa, for the boot hart %lu",
              boot_hartid);
    if (machine.memory_count == 0)
        panic("device tree: no memory node with a reg");
}
