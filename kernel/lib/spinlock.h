/* spinlock.h - the one lock that every other mechanism is built from.
 *
 * The kernel runs with interrupts off from trap entry to trap exit (docs/design.md), so a holder
 * is never interrupted by its own hart and no "irqsave" form is needed. DEBUG=1 checks double
 * takes, foreign releases and the order in which classes (names) are taken. Never sleep, never
 * return to user space with one held.
 *
 * Order, outermost first (a hart may take a lock while it holds those to its left):
 *   process tree > files > pipe, terminal, futex > space > ramfs inode > frames, kmalloc
 *   > scheduler > timers > log */
#pragma once

#include "lib/types.h"

struct spinlock {
    u64 holder; /* struct hart of the hart that has it, 0 when free */
    const char *name;
};

#define SPINLOCK_INIT(n)   ((struct spinlock){ .name = (n) })
#define spin_init(l, name) (*(l) = SPINLOCK_INIT(name))

struct spinlock *spin_lock(struct spinlock *l); /* returns l, which spin_guard keeps */
void spin_unlock(struct spinlock *l);

DEFINE_SCOPE_END(spin_unlock, struct spinlock *)

/* Takes the lock and holds it to the end of the block. Where it must be given up earlier - before a
 * wait, a reference that is put, a switch - spin_lock and spin_unlock stand by themselves. */
#define spin_guard(l)            spin_guard_line(l, __LINE__)
#define spin_guard_line(l, line) spin_guard_named(l, line)
#define spin_guard_named(l, line)                                                                  \
    struct spinlock *guard_##line at_scope_end(spin_unlock_scope) = spin_lock(l)
