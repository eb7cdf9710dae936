/* inspect.c - the kernel lists its processes in the log when the serial line asks it to.
 *
 * The question is a break, which is no byte: so it can be asked whatever the line is used for
 * otherwise, and no program of the guest can ask it. tools/run sends one before it ends a machine
 * that does not end by itself. What it is not: a look at harts that answer to nothing any more.
 * Only QEMU can have that (tools/lib/whereabouts.py).
 * The model is Linux's SysRq key on a serial console (Documentation/admin-guide/sysrq.rst). */

#include <asm/unistd.h>
#include "annex/crash/place.h"
#include "dev/chardev.h"
#include "lib/print.h"
#include "machine/machine.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "syscall/list.h"
#include "time/clock.h"

#define NAME(name) [__NR_##name] = #name,
static const char *const call_names[] = { SYSCALLS(NAME) SYSCALLS_ZERO(NAME) };

static const char *const state_names[] = {
    [THREAD_NEW] = "is not started", [THREAD_RUNNABLE] = "wants a hart",
    [THREAD_SLEEPING] = "sleeps",    [THREAD_BLOCKED] = "sleeps for good",
    [THREAD_STOPPED] = "is stopped", [THREAD_DEAD] = "has ended",
};

/* What brought it into the kernel the last time. If it sleeps, that is where it sleeps. */
static void
describe_entry(const struct trapframe *f, char *text, size_t size)
{
    const char *name = f->a7 < ARRAY_SIZE(call_names) ? call_names[f->a7] : NULL;
    if (f->cause & SCAUSE_INTERRUPT)
        snprintf(text, size, "an interrupt");
    else if (f->cause != CAUSE_ECALL_USER)
        snprintf(text, size, "exception %lu", f->cause);
    else if (name)
        snprintf(text, size, "%s", name);
    else
        snprintf(text, size, "call %lu", f->a7);
}

static void
list_task(const struct process *p, const struct task *t)
{
    struct thread *thread = t->thread;
    const char *state = thread->on_hart ? "runs" : state_names[thread->state];
    char entry[32], place[600] = "no address";
    describe_entry(thread->frame, entry, sizeof(entry));
    if (p->space) /* process 1 has none at first, and nobody at the end */
        describe_place(p->space, thread->frame->pc, place, sizeof(place));
    u64 hundredths = ticks_to_hundredths(thread_run_ticks(thread));
    pr_warn("  pid %d tid %d %s: %s, hart %u, ran %lu.%02lu s, last entered by %s at %s", p->pid,
            t->tid, p->name, state, thread->hart->index, hundredths / 100, hundredths % 100, entry,
            place);
}

/* In an interrupt, where this hart holds no lock. One that hangs may hold the lock of the tree for
 * ever: then this hart must not wait for it. A holder that lives gives it up in a moment. */
static bool
tree_is_locked(void)
{
    u64 end = rdtime() + machine.timebase_hz / 100;
    while (__atomic_load_n(&process_lock.holder, __ATOMIC_RELAXED))
        if (rdtime() > end)
            return true;
    return false;
}

static void
list_processes(void)
{
    struct process *p;
    struct task *t;
    pr_warn("processes, as hart %u knows them:", this_hart()->index);
    if (tree_is_locked()) {
        pr_warn("  hart %u holds their lock: end of the list",
                ((struct hart *)process_lock.holder)->index);
        return;
    }
    spin_guard(&process_lock);
    for_each_process (p) {
        if (p->zombie)
            pr_warn("  pid %d %s: a zombie, nobody has waited for it", p->pid, p->name);
        for_each_task (t, p)
            list_task(p, t);
    }
    pr_warn("end of the list");
}

static void
start(void)
{
    uart_break = list_processes;
}

static const struct annex inspect ANNEX = { .start = start };
