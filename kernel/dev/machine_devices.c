/* machine_devices.c - the devices of the device tree: where their registers are. See discover.h.
 *
 * Only looks and writes down; nothing here touches a device. The kernel can do without each of
 * them, worse and worse, so what is missing is a warning.
 * Source: Linux Documentation/devicetree/bindings: serial/8250.yaml, interrupt-controller/
 * sifive,plic-1.0.0.yaml, rtc/google,goldfish-rtc.txt, power/reset/syscon-poweroff.yaml,
 * virtio/mmio.yaml. */

#include "dev/discover.h"
#include "lib/print.h"
#include "lib/string.h"

/* Interrupt number at the hart's own controller (Privileged, scause). */
#define SUPERVISOR_EXTERNAL 9

#define TEST_POWEROFF 0x5555 /* sifive,test0 */
#define TEST_FAIL     0x3333 /* ... with the status in the upper half */

/* False if there is no such node, or it does not say where its registers are. */
static bool
read_regs(const struct fdt *t, s32 node, struct range *r)
{
    u64 start, size;
    bool found = fdt_reg(t, node, 0, &start, &size) && size > 0;
    if (found)
        *r = (struct range){ start, start + size };
    else if (node >= 0)
        pr_warn("device tree: %s: no usable reg", fdt_name(t, node));
    return found;
}

/* A power-off is "write this value there": the generic node names the value and, by phandle, the
 * device. Only for the one device whose language we speak can a status go along. */
void
discover_finisher(const struct fdt *t)
{
    s32 poweroff = fdt_find_compatible(t, -1, "syscon-poweroff");
    s32 device = poweroff >= 0 ? fdt_find_phandle(t, fdt_u32(t, poweroff, "regmap", 0))
                               : fdt_find_compatible(t, -1, "sifive,test0");
    if (!read_regs(t, device, &machine.finisher)) {
        pr_warn("device tree: no syscon-poweroff or sifive,test0: exit statuses are lost");
        return;
    }
    machine.finisher.start += fdt_u32(t, poweroff, "offset", 0);
    machine.finisher_poweroff_value = fdt_u32(t, poweroff, "value", TEST_POWEROFF);
    if (fdt_is_compatible(t, device, "sifive,test0"))
        machine.finisher_fail_value = TEST_FAIL;
}

/* The node that /chosen says the console is, by path or by alias; -1 if it says none. */
static s32
find_stdout(const struct fdt *t)
{
    char alias[32];
    const char *path = fdt_string(t, fdt_find_path(t, "/chosen"), "stdout-path");
    if (path && path[0] != '/') {
        strlcpy(alias, path, sizeof(alias));
        char *options = strchr(alias, ':');
        if (options)
            *options = '\0';
        path = fdt_string(t, fdt_find_path(t, "/aliases"), alias);
    }
    return path ? fdt_find_path(t, path) : -1;
}

/* Where boot messages go decides which UART is ours; a board may have five. */
static void
discover_uart(const struct fdt *t)
{
    s32 node = find_stdout(t);
    if (!fdt_is_compatible(t, node, "ns16550a"))
        node = fdt_find_compatible(t, -1, "ns16550a");
    if (!read_regs(t, node, &machine.uart)) {
        pr_warn("device tree: no ns16550a UART: the console is the firmware's, without input");
        return;
    }
    machine.uart_reg_shift = fdt_u32(t, node, "reg-shift", 0);
    machine.uart_irq = fdt_u32(t, node, "interrupts", 0);
}

/* Each pair (controller, interrupt) of interrupts-extended is one context of the PLIC, numbered in
 * order: where its output goes. A hart has two, one for M-mode and one for us. */
static void
discover_plic_contexts(const struct fdt *t, s32 plic)
{
    struct fdt_property p = { .length = 0 };
    fdt_get(t, plic, "interrupts-extended", &p);
    memset(machine.plic_context, 0xff, sizeof(machine.plic_context)); /* PLIC_NO_CONTEXT */
    for (u32 context = 0; context < p.length / 8; context++) {
        u32 hart = discover_hart_of_controller(fdt_cell(&p, 2 * context));
        if (hart < MAX_HARTS && fdt_cell(&p, 2 * context + 1) == SUPERVISOR_EXTERNAL)
            machine.plic_context[hart] = context;
    }
}

static void
discover_plic(const struct fdt *t)
{
    s32 node = fdt_find_compatible(t, -1, "sifive,plic-1.0.0");
    if (node < 0)
        node = fdt_find_compatible(t, -1, "riscv,plic0");
    discover_plic_contexts(t, node);
    if (!read_regs(t, node, &machine.plic)) {
        pr_warn("device tree: no sifive,plic-1.0.0: devices cannot interrupt");
        return;
    }
    machine.plic_sources = fdt_u32(t, node, "riscv,ndev", 0);
    if (machine.plic_context[0] == PLIC_NO_CONTEXT)
        pr_warn("device tree: %s: no S-mode context for the boot hart", fdt_name(t, node));
}

/* QEMU has eight slots, most of them empty: what is in one, the driver asks its registers. */
static void
discover_virtio(const struct fdt *t)
{
    s32 node = -1;
    while ((node = fdt_find_compatible(t, node, "virtio,mmio")) >= 0) {
        if (machine.virtio_count == MAX_VIRTIO) {
            pr_warn("device tree: more than %d virtio,mmio nodes", MAX_VIRTIO);
            return;
        }
        if (!read_regs(t, node, &machine.virtio[machine.virtio_count].regs))
            continue;
        machine.virtio[machine.virtio_count++].irq = fdt_u32(t, node, "interrupts", 0);
    }
}

void
discover_devices(const struct fdt *t)
{
    discover_uart(t);
    discover_plic(t);
    discover_virtio(t);
    if (!read_regs(t, fdt_find_compatible(t, -1, "google,goldfish-rtc"), &machine.rtc))
        pr_warn("device tree: no google,goldfish-rtc: the wall clock starts in 1970");
}
