/* device.h - the devices that every machine has, as the rooms above see them.
 *
 * Addresses and interrupt numbers come from machine/machine.h. Interrupt handlers run with
 * interrupts off on the hart that the PLIC chose; they must not sleep. */
#pragma once

#include "lib/print.h"
#include "machine/machine.h"
#include "mm/frame.h"
#include "mm/pagetable.h"

/* The physical address of a kernel address: devices and the firmware know no other. */
static inline u64
physical(const void *p)
{
    return frame_of(p) + (u64)p % PAGE_SIZE;
}

/* The first `size` bytes of the registers of a device that `machine` describes; NULL when it is
 * absent, or has not so many. Beyond them nothing is mapped. */
static inline volatile void *
device_registers(const struct range *r, u64 size)
{
    if (r->end - r->start >= size)
        return map_device(r->start, size);
    if (r->start)
        pr_warn("device tree: a device at 0x%lx is too small to be used", r->start);
    return NULL;
}

/* Panics unless this hart has what the device tree promises. On every hart, as soon as the tree is
 * read. */
void probe_hart(void);
/* Panics unless there is as much memory as it promises. After frame_init. */
void probe_memory(void);

/* --- UART (ns16550a): output by polling; as a byte device it is in dev/chardev.h ------------- */
/* After plic_init_hart. From then on the log goes to the UART. */
void uart_init(void);

/* --- virtio: named byte streams, each a chardev (dev/chardev.h) ------------------------------ */
/* Finds them and enters them in the registry. After the PLIC, before the files. */
void virtio_init(void);

/* --- PLIC: external interrupts --------------------------------------------------------------- */
void plic_init_hart(void); /* on every hart, first of all on the boot hart */
/* Enables interrupt `irq` on the boot hart, or on every hart, and has `handler(arg)` called for it
 * by the hart that claims it first. On the boot hart, before the others start. 0 or -EINVAL. */
int plic_register(u32 irq, bool everywhere, void (*handler)(void *arg), void *arg);
/* Claims, handles and completes everything that is pending for this hart. */
void plic_handle(void);

/* --- goldfish RTC ---------------------------------------------------------------------------- */
/* Nanoseconds since 1970 (UTC), 0 when the machine has no clock. */
u64 rtc_read_ns(void);

/* --- test finisher (sifive,test0): power off with a status ----------------------------------- */
/* Maps its register; from then on a panic powers off with a status. Boot calls it as soon as the
 * device tree has told the address, and again right after pt_kernel_init. */
void finisher_init(void);
/* May be called at any time. Where there is no finisher, the firmware powers off and the status is
 * lost. */
noreturn void power_off(int status);
/* Says that this hart cannot run the kernel, and powers off as a panic does. Works at physical
 * addresses, for boot/entry.S. */
noreturn void refuse_without_paging(const void *fdt_blob);
