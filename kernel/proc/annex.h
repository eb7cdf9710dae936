/* annex.h - how an annex joins the kernel: what it is told, and when.
 *
 * An annex (kernel/annex/NAME) is what nobody needs in order to understand how a program starts,
 * faults, waits, is signalled and reads the clock. It stands above all rooms of the core and may
 * use every one of them; no file of the core names an annex. So the build can leave it out
 * (ANNEX=), and the linker script gathers the tables of those that are in. An entry may be NULL. */
#pragma once

#include "lib/types.h"

struct process;
struct sig_info;

enum task_event { TASK_EXIT /* the process has lost its last task and becomes a zombie */ };

/* A system call that the core does not have: its number, and what answers it as in syscall.h. */
struct annex_call {
    u32 number;
    s64 (*call)(const u64 *arg);
};

struct annex {
    const struct annex_call *calls; /* ends with one whose call is NULL */
    /* At boot, when the files are there and before the first process. */
    void (*start)(void);
    /* With process_lock held. */
    void (*task_event)(struct process *p, enum task_event event);
    /* Does the annex know something by this number of a process or group? Then no new process gets
     * it, for it would be taken for the old one. With process_lock held. */
    bool (*keeps_number)(int number);
    /* The current process is to end by this fault of the current task, whose frame is still the one
     * of the fault. Once for each process; no lock is held. */
    void (*crash)(const struct sig_info *info);
};

/* `static const struct annex terminal ANNEX = { ... };` enters it. */
#define ANNEX __attribute__((section(".annexes"), used))

extern const struct annex annexes[], annexes_end[]; /* linker/kernel.lds */
#define for_each_annex(a) for (const struct annex *a = annexes; a < annexes_end; a++)
