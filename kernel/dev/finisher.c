/* finisher.c - the end of the machine: SiFive's test device powers off with an exit status.
 *
 * QEMU takes the status for its own, which is how tools/run learns what became of a command. The
 * firmware's power-off, used where the device is missing, has no status.
 * Source: QEMU hw/misc/sifive_test.c (a 32-bit register: low half what to do, high half status);
 * Linux Documentation/devicetree/bindings/power/reset/syscon-poweroff.yaml. */

#include "dev/device.h"
#include "dev/machine.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"

static volatile u32 *finisher;

void
finisher_init(void)
{
    finisher = device_registers(&machine.finisher);
}

void
power_off(int status)
{
    static bool tried; /* a panic in here comes back: then only the firmware is left */
    volatile u32 *r = tried ? NULL : finisher;
    tried = true;
    if (r && (status == 0 || machine.finisher_fail_value == 0))
        *r = machine.finisher_poweroff_value;
    else if (r)
        *r = machine.finisher_fail_value | ((u32)status & 0xffff) << 16;
    sbi_shutdown();
    for (;;)
        wait_for_interrupt();
}

void
machine_reboot(void)
{
    sbi_reboot();
    for (;;)
        wait_for_interrupt();
}
