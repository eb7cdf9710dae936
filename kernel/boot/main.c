/* main.c - start-up, on one screen: what is brought to life, in which order, and why there.
 *
 * Runs on the boot hart, whichever it is, interrupts off, on the boot stack, which becomes the
 * stack of this hart's idle thread. */

#include "boot/boot.h"
#include "debug/panic.h"
#include "dev/device.h"
#include "dev/machine.h"
#include "dev/virtio.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/random.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/pagetable.h"
#include "proc/process.h"
#include "riscv/sbi.h"
#include "time/clock.h"
#include "time/timer.h"
#include "trap/trap.h"
#include "vdso/vdso.h"

void (*trap_return_hook)(void) = trap_return;

static void
set_log_level(void)
{
    const char *word = cmdline_get("loglevel");
    if (word && word[0] >= '0' && word[0] <= '7' && !word[1])
        log_threshold = word[0] - '0';
}

noreturn void
boot_main(u64 hartid, u64 fdt_pa)
{
    hart_register_boot(hartid);
    sbi_init();
    log_putc = sbi_putchar;
    machine_discover((const void *)(DIRECT_BASE + fdt_pa), fdt_pa, hartid);
    payload_find(); /* an initrd that tools/image has put behind the kernel */
    cmdline_init(machine.bootargs);
    set_log_level();

    frame_init();
    pt_kernel_init(); /* W^X from here on; device registers can be mapped */
    finisher_init();  /* first: its early mapping is gone, and a panic needs it */
    plic_init();
    uart_init(); /* the log goes there now; its interrupt needs the PLIC */
    random_init(machine.rng_seed, machine.rng_seed_length);

    timer_init_system();
    clock_init();
    vdso_init(); /* checks the image; needs memory, gives clocks a page to publish in */
    trap_init_hart();
    plic_init_hart();

    virtio_init(); /* before the files: named ports become devices */
    vfs_init();
    process_init();
    harts_start_all();
    pr_info("%u harts, %lu KiB of memory, %lu free", harts_online, frames_total() * 4,
            frames_free() * 4);
    const char *init = cmdline_get("init");
    process_start_init(init && *init ? init : "/init");
    timer_start_hart();
    idle_loop();
}
