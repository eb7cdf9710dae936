/* board.c - the two smallest devices: a clock that goes on when the machine is off, and the
 * finisher that switches it off.
 *
 * The clock is read once, at boot; from then on the timekeeper (kernel/time) counts by itself. The
 * finisher powers off with an exit status, which QEMU takes for its own: so tools/run learns what
 * became of a command. The firmware's power-off, used where there is no finisher, has no status.
 * Source: Android's "Goldfish Virtual Hardware Guide", section "RTC"; QEMU hw/misc/sifive_test.c (a
 * 32-bit register: low half what to do, high half status). */

#include "debug/panic.h"
#include "dev/device.h"
#include "machine/fdt.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"

#define FINISHER_PASS 0x5555
#define FINISHER_FAIL 0x3333
/* A second on QEMU. Not counted by the timebase: a panic may come before that is known. */
#define FINISHER_TICKS 10000000

static volatile u32 *finisher;

u64
rtc_read_ns(void)
{
    volatile u32 *rtc = device_registers(&machine.rtc, 2 * sizeof(u32));
    if (!rtc)
        return 0;
    u32 low = rtc[0]; /* reading it freezes the high word, so low comes first */
    return (u64)rtc[1] << 32 | low;
}

void
finisher_init(void)
{
    finisher = device_registers(&machine.finisher, sizeof(u32));
    panic_power_off = power_off;
}

/* Newer QEMUs end some time after the write, and until then this hart goes on. Whatever it did
 * meanwhile could be seen from outside: the firmware's power-off would even replace the status. So
 * it does nothing at all for a while. */
static void
finish(volatile u32 *r, int status)
{
    csr_clear(sstatus, SSTATUS_SIE);
    *r = status ? FINISHER_FAIL | ((u32)status & 0xffff) << 16 : FINISHER_PASS;
    u64 start = rdtime();
    while (rdtime() - start < FINISHER_TICKS)
        ;
}

void
power_off(int status)
{
    volatile u32 *r = finisher;
    finisher = NULL; /* a panic in here comes back: then only the firmware is left */
    if (r)
        finish(r, status);
    sbi_shutdown();
    for (;;)
        wait_for_interrupt();
}

/* Pointers hold addresses of the high half, which there is not: so no panic, nor anything else that
 * calls through one. The firmware's console does. */
void
refuse_without_paging(const void *fdt_blob)
{
    struct fdt t;
    struct range r;
    const char *line = "<0>[    0.000000] panic: this hart has no Sv39 paging\n";
    while (*line)
        sbi_putchar(*line++);
    fdt_open(&t, fdt_blob, FDT_LIMIT);
    for_each_fdt_node (n, &t)
        if (fdt_is(&n, "compatible", "sifive,test0") && fdt_reg(&n, 0, &r))
            finish((volatile u32 *)r.start, PANIC_STATUS);
    sbi_shutdown();
    for (;;)
        wait_for_interrupt();
}
