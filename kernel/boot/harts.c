/* harts.c - bringing up the other harts, one after the other, through the firmware's HSM extension.
 *
 * Each gets an idle thread of its own and an emergency stack, then waits for work like any other.
 * Source: SBI specification, "Hart State Management Extension". */

#include "boot/boot.h"
#include "debug/panic.h"
#include "dev/device.h"
#include "machine/machine.h"
#include "lib/print.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "riscv/sbi.h"
#include "time/timer.h"
#include "trap/trap.h"

/* How long a hart may take to come up before we go on without it: a host may be busy. */
#define PATIENCE_SECONDS 5

/* The boot hart reports its mistakes from this stack: it makes some before there is an allocator.
 * Without a good stack the report would be the next mistake, for ever. */
static char boot_emergency_stack[PAGE_SIZE] __attribute__((aligned(16)));

void
hart_register_boot(u64 hartid)
{
    harts[0] = (struct hart){ .id = hartid, .idle = &boot_thread, .fp_owner = &boot_thread };
    harts[0].emergency_stack = (u64)(boot_emergency_stack + sizeof(boot_emergency_stack));
    harts[0].online = true;
    harts_online = 1;
}

/* What the hart reads at its start, by physical address. */
struct hart_start start_record;

/* Starts the next hart, with an idle thread, which is what it starts in, and a stack to report its
 * mistakes from. False when the firmware refuses or it never comes. Its place stays its own: it may
 * come after all. */
static bool
start_next(void)
{
    struct hart *h = &harts[harts_online];
    struct thread *idle = thread_create("idle", idle_loop);
    u64 emergency = frame_alloc();
    if (!idle || !emergency)
        panic("no memory for hart %u", harts_online);
    *h = (struct hart){ .index = harts_online, .id = machine.hart_ids[harts_online], .idle = idle };
    h->fp_owner = idle; /* until another's are loaded: the firmware left no zeros */
    h->emergency_stack = (u64)frame_direct(emergency) + PAGE_SIZE;
    idle->hart = h;
    idle->affinity = 1UL << h->index;
    idle->state = THREAD_RUNNABLE;
    idle->on_hart = true;
    start_record = (struct hart_start){ .satp = SATP_SV39 | kernel_root >> PAGE_SHIFT,
                                        .stack_top = idle->stack_top,
                                        .thread = idle };
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    long err = sbi_hart_start(h->id, physical(_start_hart), physical(&start_record));
    u64 limit = rdtime() + PATIENCE_SECONDS * machine.timebase_hz;
    while (!__atomic_load_n(&h->online, __ATOMIC_ACQUIRE)) {
        panic_stop_if_asked();
        if (err || rdtime() > limit) {
            pr_warn("hart %lu %s (SBI error %ld): going on with %u", h->id,
                    err ? "cannot be started" : "was started and does not come", err, harts_online);
            return false;
        }
    }
    return true;
}

/* The machine's harts end before the first that does not come. */
void
harts_start_all(void)
{
    while (harts_online < machine.hart_count && start_next())
        __atomic_store_n(&harts_online, harts_online + 1, __ATOMIC_RELEASE);
    machine.hart_count = harts_online;
}

/* Runs nothing before it is counted: from then on it is told when a translation changes. */
noreturn void
boot_hart_main(void)
{
    struct hart *h = this_hart();
    probe_hart();
    trap_init_hart();
    plic_init_hart();
    timer_start_hart();
    __atomic_store_n(&h->online, true, __ATOMIC_RELEASE);
    while (__atomic_load_n(&harts_online, __ATOMIC_ACQUIRE) <= h->index)
        panic_stop_if_asked();
    idle_loop();
}
