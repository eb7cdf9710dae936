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

/* How long a hart may take to come up before we go on without it. */
#define PATIENCE_SECONDS 2

void
hart_register_boot(u64 hartid)
{
    harts[0].id = hartid;
    harts[0].current = harts[0].idle = &boot_thread;
    harts[0].online = true;
    harts_online = 1;
}

/* What entry.S needs when the kernel itself traps: a stack that is certainly good. */
void
hart_prepare(u32 index)
{
    u64 pa = frame_alloc();
    if (!pa)
        panic("no memory for hart %u", index);
    harts[index].emergency_stack = (u64)frame_address(pa) + PAGE_SIZE;
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

static bool
start(u32 index, u64 hartid)
{
    struct hart *h = &harts[index];
    char name[16];
    snprintf(name, sizeof(name), "idle/%u", index);
    struct thread *idle = thread_create(name, idle_loop);
    if (!idle)
        panic("no memory for hart %u", index);
    hart_prepare(index);
    *h = (struct hart){ .index = index,
                        .id = hartid,
                        .idle = idle,
                        .current = idle,
                        .emergency_stack = h->emergency_stack };
    idle->hart = h;
    idle->affinity = 1UL << index;
    idle->state = THREAD_RUNNABLE;
    idle->on_hart = true;
    start_record = (struct hart_start){ SATP_SV39 | kernel_root >> PAGE_SHIFT, idle->stack_top,
                                        idle };
    u64 entry = image_load_address + (u64)(_start_hart - _start);
    u64 record = frame_of(&start_record) + (u64)&start_record % PAGE_SIZE;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    long err = sbi_hart_start(hartid, entry, record);
    if (err)
        pr_warn("hart %lu does not start: SBI error %ld", hartid, err);
    else if (!wait_online(h))
        pr_warn("hart %lu was started but never came", hartid);
    return h->online;
}

void
harts_start_all(void)
{
    for (u32 i = 1; i < machine.hart_count; i++)
        if (start(harts_online, machine.hart_ids[i]))
            harts_online++;
}

noreturn void
boot_hart_main(void)
{
    trap_init_hart();
    plic_init_hart();
    timer_start_hart();
    __atomic_store_n(&this_hart()->online, true, __ATOMIC_RELEASE);
    idle_loop();
}
