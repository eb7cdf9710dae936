/* locks.c - checks every use of a spin lock (DEBUG=1). See debug/debug.h.
 *
 * Locks with the same name are one class. Whenever a class is taken while another is held, that
 * pair becomes an edge of a graph. A cycle in the graph is a deadlock that some interleaving will
 * reach; so each order need happen only once, on any hart, for its contradiction to be found - the
 * hang itself need never happen. Each finding is reported once.
 * Source of the idea: Linux, Documentation/locking/lockdep-design.rst. */

#include "debug/debug.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "riscv/hart.h"

#define MAX_CLASSES 64 /* bits of a word */
#define MAX_HELD    16

/* The graph: its nodes are classes, its edges bits. It only grows. */
static struct {
    const char *name;
    u64 then; /* bit j: class j was taken while this one was held, directly or by a chain */
} classes[MAX_CLASSES];
static u32 class_count;
static struct spinlock graph_lock = SPINLOCK_INIT("lock graph");

static struct hart_locks {
    const struct spinlock *held[MAX_HELD];
    u32 count;
    bool busy; /* in here: the locks of the graph and of the log must not call us again */
} hart_locks[MAX_HARTS];

/* Starts a check on this hart; NULL if it is already in one. */
static struct hart_locks *
enter(void)
{
    struct hart_locks *h = &hart_locks[hart_index()];
    if (h->busy)
        return NULL;
    h->busy = true;
    return h;
}

/* --- the graph; under graph_lock ------------------------------------------------------------- */

/* The number of the class; all names behind the last free number share it. */
static u32
class_of(const struct spinlock *l)
{
    const char *name = l->name ? l->name : "(never initialised)";
    for (u32 i = 0; i < class_count; i++)
        if (strcmp(classes[i].name, name) == 0)
            return i;
    if (class_count == MAX_CLASSES)
        return MAX_CLASSES - 1;
    classes[class_count].name = name;
    return class_count++;
}

/* Notes that `second` is wanted while `first` is held; true if that is new and makes a cycle. What
 * leads to the first leads to the second from now on, and to all that follows it.
 * A class that leads to itself is a cycle too: two locks of one name, taken by two harts in
 * opposite order, deadlock like any others. Whoever must hold two gives them two names. */
static bool
add_edge(const struct spinlock *first, const struct spinlock *second)
{
    spin_lock(&graph_lock);
    u32 a = class_of(first), b = class_of(second);
    bool known = classes[a].then >> b & 1;
    bool cycle = !known && (a == b || classes[b].then >> a & 1);
    u64 follows = 1UL << b | classes[b].then;
    for (u32 i = 0; i < class_count; i++)
        if (i == a || classes[i].then >> a & 1)
            classes[i].then |= follows;
    spin_unlock(&graph_lock);
    return cycle;
}

/* --- the hooks ------------------------------------------------------------------------------- */

/* Before the wait, not behind it: a hang that happens after all has been explained by then. */
void
debug_lock_wanted(struct spinlock *l)
{
    struct hart_locks *h = enter();
    if (!h)
        return;
    if (!l->name)
        pr_err("lock check: a lock that was never initialised");
    for (u32 i = 0; i < h->count; i++)
        if (h->held[i] != l && add_edge(h->held[i], l)) /* itself: spin_lock panics on that */
            pr_err("lock check: '%s' wanted while '%s' is held, but elsewhere it is the other way "
                   "round: a deadlock",
                   l->name, h->held[i]->name);
    h->busy = false;
}

void
debug_lock_taken(struct spinlock *l)
{
    struct hart_locks *h = enter();
    if (!h)
        return;
    if (h->count < MAX_HELD)
        h->held[h->count++] = l;
    else
        pr_err("lock check: more than %d locks held", MAX_HELD);
    h->busy = false;
}

/* The scheduler takes its lock in one thread and releases it in the next one, on the same hart:
 * what is held belongs to harts, not to threads. */
void
debug_lock_released(struct spinlock *l)
{
    struct hart_locks *h = enter();
    if (!h)
        return;
    u32 i = h->count;
    while (i > 0 && h->held[i - 1] != l)
        i--;
    if (i == 0)
        pr_err("lock check: '%s' released by a hart that does not hold it", l->name);
    else
        h->count--;
    for (; i > 0 && i <= h->count; i++) /* closes the gap: any order of release is fine */
        h->held[i - 1] = h->held[i];
    h->busy = false;
}

/* What was forgotten is reported once, not at every return from now on. */
void
debug_lock_none_held(void)
{
    struct hart_locks *h = enter();
    if (!h)
        return;
    for (u32 i = 0; i < h->count; i++)
        pr_err("lock check: '%s' held on the way back to user space", h->held[i]->name);
    h->count = 0;
    h->busy = false;
}
