/* harts.c - bringing up the other harts, one after the other, through the firmware's HSM extension.
 *
 * Each gets an idle thread of its own and an emergency stack, then waits for work like any other.
 * Source: SBI specification, "Hart State Management Extension". */

#include "boot/boot.h"
#include "debug/panic.h"
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "riscv/sbi.h"
#include "time/timer.h"
#include "trap/trap.h"

/* How long a hart may take to come up before we go on without it: a host may be busy. */
#define PATIENCE_SECONDS 20

/* For a mistake of the kernel before there is an allocator: without a good stack to report it from,
 * the report would be the next mistake, for ever. */
static char boot_emergency_stack[PAGE_SIZE] __attribute__((aligned(16)));

void
hart_register_boot(u64 hartid)
{
    harts[0].id = hartid;
    harts[0].emergency_stack = (u64)(boot_emergency_stack + sizeof(boot_emergency_stack));
    harts[0].idle = &boot_thread;
    harts[0].online = true;
    harts_online = 1;
}

static bool
wait_online(struct hart *h)
{
    u64 limit = rdtime() + PATIENCE_SECONDS * machine.timebase_hz;
    while (!__atomic_load_n(&h->online, __ATOMIC_ACQUIRE)) {
        panic_stop_if_asked();
        if (rdtime() > limit)
            return false;
    }
    return true;
}

struct hart_start start_record;

/* Gives hart `index` an idle thread, and a stack to report its mistakes from. */
static void
prepare(u32 index, u64 hartid)
{
    char name[16];
    snprintf(name, sizeof(name), "idle/%u", index);
    struct thread *idle = thread_create(name, idle_loop);
    u64 emergency = frame_alloc();
    if (!idle || !emergency)
        panic("no memory for hart %u", index);
    harts[index] = (struct hart){ .index = index,
                                  .id = hartid,
                                  .idle = idle,
                                  .emergency_stack = (u64)frame_direct(emergency) + PAGE_SIZE };
    idle->hart = &harts[index];
    idle->affinity = 1UL << index;
    idle->state = THREAD_RUNNABLE;
    idle->on_hart = true;
}

static void
unprepare(struct hart *h)
{
    frame_put(frame_of((void *)(h->emergency_stack - PAGE_SIZE)));
    h->idle->on_hart = false;
    thread_free(h->idle);
}

/* What the hart reads at its start, by physical address. One at a time. */
static u64
record_for(const struct hart *h)
{
    static struct hart_start record;
    record = (struct hart_start){ .satp = SATP_SV39 | kernel_root >> PAGE_SHIFT,
                                  .stack_top = h->idle->stack_top,
                                  .thread = h->idle };
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return frame_of(&record) + (u64)&record % PAGE_SIZE;
}

/* The firmware refuses hart `index`; those behind it move up. harts[] and machine.hart_ids[] always
 * speak of the same one. */
static void
pass_over(u32 index, long err)
{
    pr_warn("hart %lu does not start: SBI error %ld", machine.hart_ids[index], err);
    unprepare(&harts[index]);
    machine.hart_count--;
    for (u32 i = index; i < machine.hart_count; i++) {
        machine.hart_ids[i] = machine.hart_ids[i + 1];
        machine.plic_context[i] = machine.plic_context[i + 1];
    }
}

/* One that never comes ends the round: should it come after all, its place must be its own. */
void
harts_start_all(void)
{
    u64 entry = image_load_address + (u64)(_start_hart - _start);
    while (harts_online < machine.hart_count) {
        struct hart *h = &harts[harts_online];
        prepare(harts_online, machine.hart_ids[harts_online]);
        long err = sbi_hart_start(h->id, entry, record_for(h));
        if (err) {
            pass_over(h->index, err);
        } else if (wait_online(h)) {
            __atomic_store_n(&harts_online, harts_online + 1, __ATOMIC_RELEASE);
        } else {
            pr_warn("hart %lu was started but never came", h->id);
            machine.hart_count = harts_online;
        }
    }
}

/* Runs nothing before it is counted: from then on it is told when a translation changes. */
noreturn void
boot_hart_main(void)
{
    struct hart *h = this_hart();
    trap_init_hart();
    plic_init_hart();
    timer_start_hart();
    __atomic_store_n(&h->online, true, __ATOMIC_RELEASE);
    while (__atomic_load_n(&harts_online, __ATOMIC_ACQUIRE) <= h->index)
        panic_stop_if_asked();
    idle_loop();
}
