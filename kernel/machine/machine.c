/* machine.c - from the device tree to `struct machine`. See machine.h.
 *
 * One loop over the nodes for each thing that is looked for, in the order in which they need each
 * other: the finisher gives a panic its status, an initrd must lie in memory, /chosen says which
 * UART is ours, the PLIC names harts. Nothing here touches a device. The tree comes from the
 * firmware, which has already changed it: its own memory is marked reserved.
 * Source: Devicetree Specification v0.4, chapter 3 "Device Node Requirements"; Linux
 * Documentation/devicetree/bindings: riscv/cpus.yaml, serial/8250.yaml, interrupt-controller/
 * sifive,plic-1.0.0.yaml, rtc/google,goldfish-rtc.txt, virtio/mmio.yaml; dt-schema chosen.yaml. */

#include "machine/machine.h"
#include "machine/fdt.h"
#include "lib/print.h"
#include "lib/string.h"

#define MAX_HART_ID         63 /* sbi.h names sets of harts by one 64-bit mask */
#define SUPERVISOR_EXTERNAL 9  /* interrupt number at the hart (Privileged, scause) */

struct machine machine;

static const char *stdout_path; /* of /chosen; "" for none */

/* --- memory ---------------------------------------------------------------------------------- */

/* A reserved range must not be left out, or the kernel takes what is the firmware's. */
static void
add_range(struct range *ranges, u32 *count, struct range r)
{
    if (r.start == r.end)
        return;
    if (*count == MAX_RANGES)
        panic("device tree: more than %d ranges of memory, or of reserved memory", MAX_RANGES);
    ranges[(*count)++] = r;
}

/* Memory may be one node with several ranges, or several nodes; "hands off" is said by the
 * reservation block, which is the old way, or by children of /reserved-memory, as OpenSBI does. */
static void
discover_memory(const struct fdt *t)
{
    struct range r;
    for (u32 i = 0; fdt_reservation(t, i, &r); i++)
        add_range(machine.reserved, &machine.reserved_count, r);
    for_each_fdt_node (n, t) {
        if (n.depth == 2 && strcmp(n.names[1], "reserved-memory") == 0) {
            if (fdt_get(&n, "reg").bytes && !fdt_reg(&n, 0, &r)) /* without reg: not placed yet */
                panic("device tree: /reserved-memory/%s: no usable reg", n.names[2]);
            for (u32 i = 0; fdt_reg(&n, i, &r); i++)
                add_range(machine.reserved, &machine.reserved_count, r);
        }
        if (fdt_is(&n, "device_type", "memory"))
            for (u32 i = 0; fdt_reg(&n, i, &r); i++)
                add_range(machine.memory, &machine.memory_count, r);
    }
    if (machine.memory_count == 0)
        panic("device tree: no memory node with a reg");
}

/* Start and end of an initrd are 4 or 8 bytes each, whatever #address-cells says: boot loaders
 * differ. */
static void
discover_chosen(const struct fdt *t)
{
    bool found = false;
    for_each_fdt_node (n, t) {
        if (!fdt_is_at(&n, "/chosen"))
            continue;
        found = true;
        const char *args = fdt_string(&n, "bootargs") ?: "";
        if (strlcpy(machine.bootargs, args, sizeof(machine.bootargs)) >= sizeof(machine.bootargs))
            pr_warn("device tree: /chosen: bootargs cut to %lu bytes", sizeof(machine.bootargs));
        struct fdt_value seed = fdt_get(&n, "rng-seed");
        machine.rng_seed_length = MIN(seed.length, (u32)sizeof(machine.rng_seed));
        memcpy(machine.rng_seed, seed.bytes, machine.rng_seed_length);
        stdout_path = fdt_string(&n, "stdout-path") ?: "";
        machine.initrd.start = fdt_number(&n, "linux,initrd-start", 0);
        machine.initrd.end = fdt_number(&n, "linux,initrd-end", 0);
    }
    if (!found)
        pr_warn("device tree: no /chosen node: no command line, no initrd, no seed");
}

/* --- harts ----------------------------------------------------------------------------------- */

/* Does the hart have this extension? Newer trees have a list of names, older ones a string such as
 * "rv64imafdc_zicsr_sstc": letters first, of which `g` stands for five. */
static bool
hart_has(const struct fdt_node *n, const char *name)
{
    size_t length = strlen(name);
    const char *isa = fdt_string(n, "riscv,isa") ?: "";
    if (fdt_is(n, "riscv,isa-extensions", name))
        return true;
    for (; length == 1 && !strchr("_zsx", *isa); isa++)
        if (*isa == *name || (*isa == 'g' && strchr("imafd", *name)))
            return true;
    while ((isa = strchr(isa, '_'))) {
        isa++;
        if (strncmp(isa, name, length) == 0 && (isa[length] == '\0' || isa[length] == '_'))
            return true;
    }
    return false;
}

/* Index 0 is kept for the boot hart, wherever the tree lists it. Harts without an MMU (small
 * management cores) are not ours. All harts count time alike, so the timebase stands once in /cpus;
 * some trees say it in every hart instead. */
static void
discover_harts(const struct fdt *t, u64 boot_hartid)
{
    u32 left_out = 0;
    bool seen = false;
    machine.hart_ids[0] = boot_hartid;
    machine.hart_count = 1;
    machine.has_sstc = true;
    for_each_fdt_node (n, t) {
        bool is_hart = fdt_is(&n, "device_type", "cpu") && !fdt_is(&n, "mmu-type", "riscv,none");
        if (is_hart || fdt_is_at(&n, "/cpus"))
            machine.timebase_hz = machine.timebase_hz ?: fdt_number(&n, "timebase-frequency", 0);
        if (!is_hart)
            continue;
        u64 id = fdt_number(&n, "reg", MAX_HART_ID + 1);
        machine.has_sstc &= hart_has(&n, "sstc");
        if (id > MAX_HART_ID) {
            pr_warn("device tree: /cpus/%s: no hart id of 0 to %d", n.names[n.depth], MAX_HART_ID);
        } else if (!hart_has(&n, "f") || !hart_has(&n, "d")) {
            pr_warn("device tree: hart %lu is left out: it lacks F or D, which programs need", id);
        } else if (id == boot_hartid) {
            strlcpy(machine.isa, fdt_string(&n, "riscv,isa") ?: "", sizeof(machine.isa));
            seen = true;
        } else if (machine.hart_count < MAX_HARTS) {
            machine.hart_ids[machine.hart_count++] = id;
        } else {
            left_out++;
        }
    }
    if (machine.timebase_hz == 0)
        panic("device tree: no /cpus node with a timebase-frequency");
    if (!seen)
        panic("device tree: /cpus: no usable node for the boot hart %lu", boot_hartid);
    if (left_out)
        pr_warn("device tree: /cpus: %u harts above the limit of %d are left out", left_out,
                MAX_HARTS);
}

/* --- devices --------------------------------------------------------------------------------- */

/* Stores where the registers of the first such device are, or of the one at stdout-path: a board
 * may have five UARTs, and where the boot messages go is ours. Stores its node, too. The kernel can
 * do without each of them, worse and worse: `without` says how. */
static bool
discover_device(const struct fdt *t, const char *compatible, const char *without,
                struct range *registers, struct fdt_node *found)
{
    struct range r;
    for_each_fdt_node (n, t) {
        if (!fdt_is(&n, "compatible", compatible) ||
            (registers->start && !fdt_is_at(&n, stdout_path)))
            continue;
        if (fdt_reg(&n, 0, &r) && r.start && r.start < r.end) {
            *registers = r;
            *found = n;
        } else {
            pr_warn("device tree: %s: no usable reg", n.names[n.depth]);
        }
    }
    if (!registers->start)
        pr_warn("device tree: no %s: %s", compatible, without);
    return registers->start;
}

/* Each pair (controller, interrupt) of interrupts-extended is one context of the PLIC, numbered in
 * order: where its output goes. A hart has two, one for M-mode and one for us. */
static u32
find_context(struct fdt_value pairs, u32 phandle)
{
    for (u32 c = 0; c < pairs.length / 8; c++)
        if (fdt_cell(pairs, 2 * c) == phandle && fdt_cell(pairs, 2 * c + 1) == SUPERVISOR_EXTERNAL)
            return c;
    return PLIC_NO_CONTEXT;
}

/* A hart's own interrupt controller is a child of the hart, and is named by its phandle (0 is no
 * name). */
static void
discover_plic(const struct fdt *t)
{
    struct fdt_node plic;
    memset(machine.plic_context, 0xff, sizeof(machine.plic_context)); /* PLIC_NO_CONTEXT */
    if (!discover_device(t, "sifive,plic-1.0.0", "devices cannot interrupt", &machine.plic, &plic))
        return;
    machine.plic_sources = (u32)fdt_number(&plic, "riscv,ndev", 0);
    struct fdt_value pairs = fdt_get(&plic, "interrupts-extended");
    for_each_fdt_node (n, t) {
        u32 phandle = (u32)fdt_number(&n, "phandle", 0);
        if (n.depth == 0 || phandle == 0 || !fdt_is(&n, "compatible", "riscv,cpu-intc"))
            continue;
        struct fdt_node hart = n;
        hart.depth--;
        u64 id = fdt_number(&hart, "reg", MAX_HART_ID + 1);
        for (u32 i = 0; i < machine.hart_count; i++)
            if (machine.hart_ids[i] == id)
                machine.plic_context[i] = find_context(pairs, phandle);
    }
    if (machine.plic_context[0] == PLIC_NO_CONTEXT)
        pr_warn("device tree: sifive,plic-1.0.0: no S-mode context for the boot hart");
}

void
machine_discover(const void *fdt_blob, u64 fdt_pa, u64 boot_hartid, void (*finisher_found)(void))
{
    struct fdt t;
    struct fdt_node n;
    if (fdt_open(&t, fdt_blob, FDT_LIMIT) < 0)
        panic("no valid device tree at physical address 0x%lx", fdt_pa);
    stdout_path = "";
    discover_device(&t, "sifive,test0", "exit statuses are lost", &machine.finisher, &n);
    finisher_found();
    discover_memory(&t);
    discover_chosen(&t);
    discover_harts(&t, boot_hartid);
    discover_plic(&t);
    if (discover_device(&t, "ns16550a", "the console is the firmware's, without input",
                        &machine.uart, &n)) {
        machine.uart_irq = fdt_cell(fdt_get(&n, "interrupts"), 0);
        machine.uart_reg_shift = (u32)fdt_number(&n, "reg-shift", 0);
    }
    discover_device(&t, "google,goldfish-rtc", "the wall clock starts in 1970", &machine.rtc, &n);
    /* QEMU has eight slots for virtio, most of them empty: the driver asks what is in one. */
    for_each_fdt_node (slot, &t) {
        u32 i = machine.virtio_count;
        if (i == MAX_VIRTIO || !fdt_is(&slot, "compatible", "virtio,mmio") ||
            !fdt_reg(&slot, 0, &machine.virtio[i]) || !machine.virtio[i].start)
            continue;
        machine.virtio_irq[i] = fdt_cell(fdt_get(&slot, "interrupts"), 0);
        machine.virtio_count++;
    }
}
