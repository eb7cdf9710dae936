/* thread.h - threads and harts: who runs, who may run, who waits.
 *
 * A thread is a kernel stack, the registers of user mode on top of it, and a state. What it means
 * to the user (pid, files, signals) hangs on `process` and belongs to kernel/proc. tp holds the
 * current thread while in the kernel. One run queue for all harts under one lock: at most 8 harts,
 * and a student can see the whole of it. The kernel is not preempted: a thread gives up the hart in
 * schedule() or at its return to user space. */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"
#include "riscv/csr.h"
#include "riscv/fp_registers.h"
#include "riscv/hart.h"
#include "riscv/trapframe.h"

struct space;
struct process;
struct hart;

/* What schedule() saves: the callee-saved registers (psABI), in the order of sched/switch.S. */
struct context {
    u64 ra, sp, s[12];
};

/* Bits, so that a set of them can be named. */
enum thread_state {
    THREAD_NEW = 1,      /* not started: no wake-up and no signal can make it run */
    THREAD_RUNNABLE = 2, /* runs or waits in the run queue */
    THREAD_SLEEPING = 4, /* waits for an event; any signal for it ends the wait */
    THREAD_BLOCKED = 8,  /* waits for an event; only a fatal signal or the event ends the wait */
    THREAD_STOPPED = 16, /* by SIGSTOP; SIGCONT or SIGKILL ends it */
    THREAD_DEAD = 32,    /* has left its hart for ever, or is about to */
};

/* Bits of `work`: things to do before this thread sees user space again (trap/trap.c). */
#define WORK_RESCHED 1u /* its time is up or somebody should run */
#define WORK_SIGNAL  2u /* a signal may be deliverable, or the process is ending */
#define WORK_END     4u /* its task ends, and never sees user space again: stays set */

struct thread {
    struct hart *hart;       /* the one that runs it; once it has stopped, the last one */
    struct trapframe *frame; /* user registers; also the stack pointer at trap entry */
    u64 scratch;             /* trap entry parks one register here */
    u32 work;                /* WORK_..., set by anyone with atomic or, cleared by the thread */

    enum thread_state state; /* set by others under the scheduler's lock, by itself without */
    bool on_hart;
    struct list run_link; /* in the run queue, or empty */
    struct context context;
    u64 stack_top;
    u64 affinity;         /* bit i: may run on hart index i */
    struct fp_state fp;   /* as of the last save; see sched/fp.h */
    bool fp_used;         /* fp is not all zeros */
    struct hart *fp_hart; /* whose f registers last held it */

    struct space *space; /* NULL: kernel thread */
    struct process *process;
    void *user;    /* struct task of kernel/proc: tid, signals */
    u64 run_ticks; /* time it has had a hart, in timebase ticks, up to `stamp` */
    u64 stamp;     /* rdtime when the present stretch began */
    char name[16];
};

struct hart {
    u32 index; /* 0.. in the order of coming up; first, see riscv/hart.h */
    u64 id;    /* the SBI's hart id */
    struct thread *idle;
    struct thread *fp_owner; /* whose state the f registers hold; NULL: zeros */
    struct thread *dead;     /* left this hart for ever; the next thread frees it */
    u64 next_tick;           /* rdtime of the next tick */
    bool online, sleeping;
    u64 emergency_stack;
};

_Static_assert(offsetof(struct thread, hart) == 0 && offsetof(struct hart, index) == 0,
               "riscv/hart.h reads both through tp");

/* What the boot hart runs from its first line of C on; later its idle thread. */
extern struct thread boot_thread;

extern struct hart harts[MAX_HARTS];
/* How many of them have come up, those with the lowest indices. boot/ counts them up one by one at
 * start; constant afterwards. */
extern u32 harts_online;
#define online_harts() ((1UL << harts_online) - 1) /* as a mask of indices */

#define current()   ((struct thread *)thread_pointer())
#define this_hart() (current()->hart)

/* A new thread with kernel stack that starts in `entry` when scheduled, state NEW until
 * thread_start. NULL without memory. Its trapframe is zero. `entry` must not return. */
struct thread *thread_create(const char *name, void (*entry)(void));
/* Frees a thread that was never started. */
void thread_free(struct thread *t);

/* Time it has had a hart, in timebase ticks, up to now. */
u64 thread_run_ticks(struct thread *t);

/* Gives up the hart. A thread that is still RUNNABLE goes to the end of the queue; one that has
 * announced a wait comes back there when somebody ends the wait. Returns when this thread runs
 * again: at once, if it is RUNNABLE and nobody else may run. No spin lock may be held. */
void schedule(void);
/* Ends the current thread. Its memory goes as soon as no hart stands on its stack. */
noreturn void thread_exit(void);

/* Handed down by kernel/trap: handles the interrupts that are pending for this hart. */
extern void (*handle_interrupts)(void);

/* Handed down from kernel/time: called when this hart leaves its idle loop, with the scheduler's
 * lock held. */
extern void (*hart_busy_again)(void);

/* What a hart does with nothing to run: waits for interrupts, for ever. */
noreturn void idle_loop(void);

/* The current thread says that it is about to wait, or not any more. Then it looks at what it waits
 * for: whoever changes that afterwards finds the state, so no wake-up is lost. */
static inline void
thread_announce(enum thread_state state)
{
    __atomic_store_n(&current()->state, state, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Ends the wait of a thread that is in one of these states; others are left alone. False if it was
 * in none of them. Any lock may be held but the scheduler's. */
bool thread_end_wait(struct thread *t, u32 states);
#define thread_start(t)  thread_end_wait(t, THREAD_NEW)
#define thread_wake(t)   thread_end_wait(t, THREAD_SLEEPING | THREAD_BLOCKED)
#define thread_resume(t) thread_end_wait(t, THREAD_STOPPED) /* for SIGCONT or SIGKILL */

/* For signals, after `work` is set: ends the wait of a SLEEPING thread. If `t` runs on another
 * hart, that is interrupted, so that it looks at its `work` soon. */
void thread_interrupt(struct thread *t);

/* sched_setaffinity: takes effect before `t` is next in user space. */
void thread_set_affinity(struct thread *t, u64 mask);

/* Is one of these bits set in the current thread's work? */
static inline bool
has_work(u32 bits)
{
    return (__atomic_load_n(&current()->work, __ATOMIC_RELAXED) & bits) != 0;
}

/* Should a wait end early, because the current thread has a signal to take? And must its task end,
 * so that what it does is for nobody? That ends also what no other signal cuts short, as a write to
 * a file. */
#define interrupted() has_work(WORK_SIGNAL)
#define ending()      has_work(WORK_END)

/* In a loop that may be long: lets pending interrupts be seen and others run. True if there is no
 * need to go on: the task must end. No spin lock held. */
bool preemption_point(void);

/* --- sched/switch.S -------------------------------------------------------------------------- */

/* Saves callee-saved registers into `from`, loads them from `to`, and makes `next` current (tp).
 * Returns in the other thread, which calls switch_finish() first. */
void context_switch(struct context *from, struct context *to, struct thread *next);
/* A new thread's first instructions, on its new stack. */
void thread_first_step(void);
/* Releases the scheduler's lock, which is held across the switch; frees who has just died. */
void switch_finish(void);
