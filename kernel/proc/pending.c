/* pending.c - signals that were sent and not yet taken: a set, and what came with each.
 *
 * The set is the truth: a signal that the kernel had no memory to describe is pending all the same.
 * There is a spare place for one such description, above all for a fault's: its handler goes by the
 * address. Not here: who sends (signal.c) and who takes (deliver.c).
 * Source: signal(7), "Queueing and delivery semantics". */

#include "mm/kmalloc.h"
#include "proc/signal.h"

#define QUEUE_LIMIT 1024 /* for each process and each task: a flood is refused, not kept */
#define FAULTS                                                                                     \
    (SIG_BIT(SIGSEGV) | SIG_BIT(SIGBUS) | SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) | SIG_BIT(SIGFPE) |   \
     SIG_BIT(SIGSYS))

/* What came with one signal. */
struct sig_entry {
    struct list link;
    struct sig_info info;
};

/* Real-time signals of one number are taken in the order in which they were sent. */
static struct sig_entry *
oldest(struct sig_pending *p, int signo)
{
    struct sig_entry *e;
    list_for_each (e, &p->queue, link)
        if (e->info.signo == signo)
            return e;
    return NULL;
}

static void
drop(struct sig_pending *p, struct sig_entry *e)
{
    list_remove(&e->link);
    p->count--;
    kfree(e);
}

int
pending_add(struct sig_pending *p, int signo, const struct sig_info *info)
{
    if (p->set & SIG_BIT(signo) && signo < SIGRTMIN)
        return 0;
    struct sig_entry *e = p->count < QUEUE_LIMIT ? kzalloc(sizeof(*e)) : NULL;
    if (!e && signo >= SIGRTMIN)
        return -EAGAIN; /* real-time signals are counted: none may be lost in silence */
    struct sig_info *kept = e ? &e->info : &p->spare;
    p->set |= SIG_BIT(signo);
    *kept = info ? *info : (struct sig_info){ .code = SI_KERNEL };
    kept->signo = signo;
    if (!e)
        return 0;
    list_add_tail(&p->queue, &e->link);
    p->count++;
    return 0;
}

int
pending_take(struct sig_pending *p, sigset wanted, struct sig_info *info)
{
    wanted &= p->set;
    if (!wanted)
        return 0;
    if (wanted & FAULTS) /* first: the handler must see the state that caused them */
        wanted &= FAULTS;
    int signo = 1;
    while (!(wanted & SIG_BIT(signo)))
        signo++;
    struct sig_entry *e = oldest(p, signo);
    *info = p->spare.signo == signo ? p->spare : (struct sig_info){ .signo = signo };
    if (e) {
        *info = e->info;
        drop(p, e);
    }
    if (!oldest(p, signo)) /* else more of the same number wait */
        p->set &= ~SIG_BIT(signo);
    return signo;
}

void
pending_forget(struct sig_pending *p, sigset which)
{
    struct sig_entry *e, *next;
    p->set &= ~which;
    list_for_each_safe (e, next, &p->queue, link)
        if (which & SIG_BIT(e->info.signo))
            drop(p, e);
}
