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
    bool chosen, boot_hart;
    const char *stdout_path;
    struct fdt_value plic_contexts;
    u32 controllers[MAX_HARTS]; /* phandle of each hart's own interrupt controller, by index */
    u32 hart;                   /* whose children come now; MAX_HARTS: those of none of ours */
    u32 harts_left_out;
} seen;

/* A full table drops what comes last, with a warning: real machines have a handful of ranges. */
static void
add_range(struct range *ranges, u32 *count, struct range r)
{
    if (r.start == r.end)
        return;
    if (*count == MAX_RANGES)
        pr_warn("device tree: more than %d ranges of memory; 0x%lx is left out", MAX_RANGES,
                r.start);
    else
        ranges[(*count)++] = r;
}

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
    seen.chosen = true;
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
see_hart(const struct fdt_node *n, u64 boot_hartid)
{
    if (!fdt_says(n, "device_type", "cpu") || fdt_says(n, "mmu-type", "riscv,none"))
        return;
    u64 id = fdt_number(n, "reg", MAX_HART_ID + 1);
    if (id > MAX_HART_ID) {
        pr_warn("device tree: /cpus/%s: no hart id of 0 to %d", n->names[n->depth], MAX_HART_ID);
        return;
    }
    if (id != boot_hartid && machine.hart_count == MAX_HARTS) {
        seen.harts_left_out++;
        return;
    }
    const char *isa = fdt_string(n, "riscv,isa") ?: "";
    machine.has_sstc &= isa_has_sstc(isa);
    if (id == boot_hartid) {
        strlcpy(machine.isa, isa, sizeof(machine.isa));
        seen.boot_hart = true;
    }
    seen.hart = id == boot_hartid ? 0 : machine.hart_count++;
    machine.hart_ids[seen.hart] = id;
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
    } else if (is_new(n, "sifive,plic-1.0.0", &machine.plic)) {
        machine.plic_sources = (u32)fdt_number(n, "riscv,ndev", 0);
        seen.plic_contexts = fdt_get(n, "interrupts-extended");
    } else if (slot < MAX_VIRTIO && is_new(n, "virtio,mmio", &machine.virtio[slot])) {
        machine.virtio_irq[machine.virtio_count++] = irq;
    }
    is_new(n, "google,goldfish-rtc", &machine.rtc);
    is_new(n, "sifive,test0", &machine.finisher);
}

static void
see_node(const struct fdt_node *n, u64 boot_hartid)
{
    const char *parent = n->depth == 2 ? n->names[1] : "";
    struct range r;
    if (strcmp(parent, "cpus") == 0)
        seen.hart = MAX_HARTS;
    if (!is_enabled(n))
        return;
    if (strcmp(parent, "cpus") == 0)
        see_hart(n, boot_hartid);
    else if (fdt_says(n, "compatible", "riscv,cpu-intc") && seen.hart < MAX_HARTS)
        seen.controllers[seen.hart] = (u32)fdt_number(n, "phandle", 0);
    else if (n->depth == 1 && fdt_says(n, "device_type", "memory"))
        for (u32 i = 0; fdt_reg(n, i, &r); i++)
            add_range(machine.memory, &machine.memory_count, r);
    else if (strcmp(parent, "reserved-memory") == 0)
        for (u32 i = 0; fdt_reg(n, i, &r); i++)
            add_range(machine.reserved, &machine.reserved_count, r);
    else
        see_device(n);
    /* All harts count time alike, so it stands once in /cpus; some trees say it in every hart. */
    if (fdt_is_at(n, "/cpus") || strcmp(parent, "cpus") == 0)
        machine.timebase_hz = machine.timebase_hz ?: fdt_number(n, "timebase-frequency", 0);
}

/* --- afterwards ------------------------------------------------------------------------------ */

/* Each pair (controller, interrupt) of the PLIC's interrupts-extended is one context, numbered in
 * order: where its output goes. A hart has two, one for M-mode and one for us. Phandle 0 is none. */
static void
find_plic_contexts(void)
{
    for (u32 i = 0; i < MAX_HARTS; i++) {
        machine.plic_context[i] = PLIC_NO_CONTEXT;
        for (u32 context = 0; context < seen.plic_contexts.length / 8; context++)
            if (seen.controllers[i] &&
                fdt_cell(seen.plic_contexts, 2 * context) == seen.controllers[i] &&
                fdt_cell(seen.plic_contexts, 2 * context + 1) == SUPERVISOR_EXTERNAL)
                machine.plic_context[i] = context;
    }
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

/* What the kernel can do without, worse and worse. */
static void
warn_of_missing(void)
{
    const struct {
        bool there;
        const char *without;
    } useful[] = {
        { seen.chosen, "/chosen node: no command line, no initrd, no seed" },
        { machine.uart.start, "ns16550a UART: the console is the firmware's, without input" },
        { machine.plic.start, "sifive,plic-1.0.0: devices cannot interrupt" },
        { machine.rtc.start, "google,goldfish-rtc: the wall clock starts in 1970" },
        { machine.finisher.start, "sifive,test0: exit statuses are lost" },
    };
    for (u32 i = 0; i < ARRAY_SIZE(useful); i++)
        if (!useful[i].there)
            pr_warn("device tree: no %s", useful[i].without);
    if (machine.plic.start && machine.plic_context[0] == PLIC_NO_CONTEXT)
        pr_warn("device tree: sifive,plic-1.0.0: no S-mode context for the boot hart");
    if (seen.harts_left_out)
        pr_warn("device tree: /cpus: %u harts above the limit of %d are left out",
                seen.harts_left_out, MAX_HARTS);
}

void
machine_discover(const void *fdt_blob, u64 fdt_pa, u64 boot_hartid)
{
    struct fdt t;
    struct range r;
    if (fdt_open(&t, fdt_blob, FDT_LIMIT) < 0)
        panic("no valid device tree at physical address 0x%lx", fdt_pa);
    seen = (struct findings){ .hart = MAX_HARTS, .stdout_path = "" };
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
        if (fdt_is_at(&n, seen.stdout_path) && is_enabled(&n))
            see_device(&n);
    for_each_fdt_node (n, &t)
        see_node(&n, boot_hartid);
    finisher_init();
    find_plic_contexts();
    check_initrd();
    warn_of_missing();
    if (machine.timebase_hz == 0)
        panic("device tree: no /cpus node with a timebase-frequency");
    if (!seen.boot_hart)
        panic("device tree: /cpus: no usable node for the boot hart %lu", boot_hartid);
    if (machine.memory_count == 0)
        panic("device tree: no memory node with a reg");
}
