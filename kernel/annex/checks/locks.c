/* locks.c - checks every use of a spin lock (DEBUG=1). See debug/debug.h.
 *
 * Locks with the same name are one class. Whenever a class is taken while another is held, that
 * pair becomes an edge of a graph. A cycle in the graph is a deadlock that some interleaving will
 * reach; so each order need happen only once, on any hart, for its contradiction to be found - the
 * hang itself need never happen. Each finding is reported once.
 * Source of the idea: Linux, Documentation/locking/lockdep-design.rst. */

#include "annex/checks/checks.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "riscv/hart.h"

#define MAX_CLASSES 64 /* bits of a word */

/* The graph: its nodes are classes, its edges bits. It only grows. */
static struct {
    const char *name;
    u64 then; /* bit j: class j was taken while this one was held, directly or by a chain */
} classes[MAX_CLASSES];
static bool graph_locked; /* for new edges; a struct spinlock would call us again */

/* The classes of the locks that each hart holds, as bits. The scheduler takes its lock in one
 * thread and releases it in the next one: what is held belongs to harts, not to threads. */
static u64 held[MAX_HARTS];

/* The number of the lock's class. When there are too many names, the last of them share a
 * number. */
static u32
class_of(const struct spinlock *l)
{
    const char *name = l->name ?: "(never initialised)";
    for (u32 i = 0; i < MAX_CLASSES - 1; i++) {
        const char *known = NULL; /* a free number is taken; else it becomes who has it */
        __atomic_compare_exchange_n(&classes[i].name, &known, name, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE);
        if (!known || strcmp(known, name) == 0)
            return i;
    }
    return MAX_CLASSES - 1;
}

/* Notes that class b is wanted while a is held; true if that is new and makes a cycle. What leads
 * to the first leads to the second from now on, and to all that follows it.
 * A class that leads to itself is a cycle too: two locks of one name, taken by two harts in
 * opposite order, deadlock like any others. Whoever must hold two gives them two names. */
static bool
add_edge(u32 a, u32 b)
{
    if (classes[a].then >> b & 1)
        return false;
    while (__atomic_test_and_set(&graph_locked, __ATOMIC_ACQUIRE))
        ;
    u64 follows = 1UL << b | classes[b].then;
    for (u32 i = 0; i < MAX_CLASSES; i++)
        if (i == a || classes[i].then >> a & 1)
            classes[i].then |= follows;
    __atomic_clear(&graph_locked, __ATOMIC_RELEASE);
    return follows >> a & 1;
}

/* It runs before the wait, not after it: a hang that happens after all has been explained by then.
 * A finding is noted before it is reported: the log takes a lock, too, and must not report it
 * again. */
void
check_lock_wanted(struct spinlock *l)
{
    u64 *mine = &held[hart_index()];
    u32 b = class_of(l);
    if (l->holder == (u64)hart_self()) /* spin_lock panics on that */
        return;
    if (!l->name)
        pr_err("lock check: a lock that was never initialised");
    for (u32 a = 0; a < MAX_CLASSES; a++)
        if ((*mine >> a & 1) && add_edge(a, b))
            pr_err("lock check: '%s' wanted while '%s' is held, but elsewhere it is the other way "
                   "round: a deadlock",
                   l->name, classes[a].name);
    *mine |= 1UL << b;
}

void
check_lock_released(struct spinlock *l)
{
    if (l->holder != (u64)hart_self())
        pr_err("lock check: '%s' released by a hart that does not hold it", l->name);
    held[hart_index()] &= ~(1UL << class_of(l));
}

/* What was forgotten is reported once, not at every return from now on. */
void
check_lock_none_held(void)
{
    u64 forgotten = held[hart_index()];
    held[hart_index()] = 0;
    for (u32 i = 0; i < MAX_CLASSES; i++)
        if (forgotten >> i & 1)
            pr_err("lock check: '%s' held where the thread may wait or leave the kernel",
                   classes[i].name);
}
