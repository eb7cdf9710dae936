/* main.c - start-up, on one screen: what is brought to life, in which order, and why there.
 *
 * Runs on the boot hart, whichever it is, interrupts off, on the boot stack, which becomes the
 * stack of this hart's idle thread. */

#include "boot/boot.h"
#include "dev/device.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "time/clock.h"
#include "time/timer.h"
#include "trap/trap.h"
#include "vdso/vdso.h"

/* Kernel and programs as one file: tools/image appends an archive to the kernel, with a header at
 * the page behind .bss. */
struct payload {
    char magic[16];
    u64 initrd_offset, initrd_size; /* from the start of this header, bytes */
    u64 words_offset, words_size;
};
_Static_assert(sizeof(struct payload) == 48, "tools/image writes it");

extern char image_end[]; /* page aligned by kernel.lds */

/* Does nothing if the magic is not there. The payload's kernel words are added to the command line,
 * its initrd takes the place of the machine's. The file may be damaged: the words must lie in the
 * header's page; where the initrd lies is looked at later. */
static void
find_payload(void)
{
    u64 pa = frame_of(image_end);
    const struct payload *p = frame_direct(pa);
    size_t used = strlen(machine.bootargs);
    if (memcmp(p->magic, "POSTERN-PAYLOAD", sizeof(p->magic)))
        return;
    if (p->words_offset > PAGE_SIZE || p->words_size > PAGE_SIZE - p->words_offset ||
        used + p->words_size + 2 > sizeof(machine.bootargs))
        panic("payload: %lu bytes of words at %lu do not fit", p->words_size, p->words_offset);
    machine.initrd.start = pa + p->initrd_offset;
    machine.initrd.end = machine.initrd.start + p->initrd_size;
    machine.bootargs[used] = ' ';
    memcpy(machine.bootargs + used + 1, (const char *)p + p->words_offset, p->words_size);
    machine.bootargs[used + 1 + p->words_size] = '\0';
}

noreturn void
boot_main(u64 hartid, u64 fdt_pa)
{
    hart_register_boot(hartid);
    machine_discover(frame_direct(fdt_pa), fdt_pa, hartid, finisher_init);
    probe_hart();
    find_payload(); /* an initrd that tools/image has put behind the kernel */
    cmdline_init(machine.bootargs);
    const char *level = cmdline_get("loglevel");
    const char *init = cmdline_get("init");
    if (level && level[0] >= '0' && level[0] <= '7' && !level[1]) /* one digit */
        log_threshold = level[0] - '0';

    frame_init();
    probe_memory();   /* now that the firmware's frames are known */
    pt_kernel_init(); /* W^X from here on; device registers can be mapped */
    finisher_init();  /* first: its early mapping is gone, and a panic needs it */
    plic_init_hart();
    uart_init(); /* the log goes there now; its interrupt needs the PLIC */
    random_init(machine.rng_seed, machine.rng_seed_length);

    clock_init();
    hart_busy_again = timer_start_hart;
    vdso_init(); /* checks the image that every process is shown */
    trap_init_hart();

    virtio_init(); /* before the files: named ports become devices */
    vfs_init();
    trap_return_hook = trap_return;
    process_init();
    for_each_annex (annex)
        if (annex->start)
            annex->start();
    harts_start_all();
    pr_info("%u harts, %lu KiB of memory, %lu free", harts_online, frames_total() * 4,
            frames_free() * 4);
    process_start_init(init && *init ? init : "/init");
    timer_start_hart();
    idle_loop();
}
