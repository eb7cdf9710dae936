/* plic.c - the platform-level interrupt controller: from devices to harts.
 *
 * Every source has a priority, every context (one for each hart and mode) an enable bit for each
 * source. A pending, enabled source raises the context's line; the hart claims it, which hides it
 * from all others, handles it, and completes it, which lets it come again. Devices go to the boot
 * hart: one place to look, and none here is fast enough to need two. Only the serial line goes to
 * all harts, so that its break finds one that still listens.
 * Source: RISC-V Platform-Level Interrupt Controller Specification 1.0.0, "Memory Map". */

#include "dev/device.h"
#include "riscv/hart.h"
#include <asm/errno.h>

#define MAX_SOURCES 128 /* of the 1023 that the specification allows; 0 means "none" */

/* Numbers of the 32-bit words in the registers. */
#define PLIC_PRIORITY(irq)       (irq)
#define PLIC_ENABLE(ctx, irq)    (0x2000 / 4 + 0x20UL * (ctx) + (irq) / 32)
#define PLIC_THRESHOLD(ctx)      (0x200000 / 4 + 0x400UL * (ctx))
#define PLIC_CLAIM_COMPLETE(ctx) (PLIC_THRESHOLD(ctx) + 1)
#define PLIC_SIZE                (64UL << 20) /* bytes, with 15,872 contexts */

static volatile u32 *plic;
static struct {
    void (*handler)(void *arg);
    void *arg;
    bool everywhere;
} sources[MAX_SOURCES];

/* This hart is interrupted by `irq` from now on. */
static void
enable(u32 irq)
{
    u32 context = machine.plic_context[hart_index()];
    if (plic && context != PLIC_NO_CONTEXT)
        plic[PLIC_ENABLE(context, irq)] |= 1u << irq % 32;
}

/* A further hart enables what is for all harts here and not before: the firmware, which starts it,
 * takes away what was enabled for it. */
void
plic_init_hart(void)
{
    u32 *context = &machine.plic_context[hart_index()];
    u64 size = MIN(machine.plic.end - machine.plic.start, PLIC_SIZE);
    if (hart_index() == 0)
        plic = device_registers(&machine.plic, MAX(size, sizeof(u32)));
    if (*context == PLIC_NO_CONTEXT)
        return;
    if (sizeof(u32) * (PLIC_CLAIM_COMPLETE(*context) + 1) > size) {
        pr_warn("plic: no registers for context %u: no interrupts on that hart", *context);
        *context = PLIC_NO_CONTEXT;
        return;
    }
    plic[PLIC_THRESHOLD(*context)] = 0; /* every priority above 0 comes through */
    for (u32 irq = 0; irq < MAX_SOURCES; irq++)
        if (sources[irq].everywhere)
            enable(irq);
}

int
plic_register(u32 irq, bool everywhere, void (*handler)(void *arg), void *arg)
{
    if (!plic || machine.plic_context[0] == PLIC_NO_CONTEXT)
        return -EINVAL;
    if (irq == 0 || irq >= MAX_SOURCES || irq > machine.plic_sources || sources[irq].handler)
        return -EINVAL;
    sources[irq].handler = handler;
    sources[irq].arg = arg;
    sources[irq].everywhere = everywhere;
    plic[PLIC_PRIORITY(irq)] = 1;
    enable(irq);
    return 0;
}

void
plic_handle(void)
{
    volatile u32 *claim = &plic[PLIC_CLAIM_COMPLETE(machine.plic_context[hart_index()])];
    for (;;) {
        u32 irq = *claim; /* reading claims, writing completes */
        if (irq == 0)
            return;
        if (irq < MAX_SOURCES && sources[irq].handler)
            sources[irq].handler(sources[irq].arg);
        *claim = irq;
    }
}
