/* pending.c - signals that were sent and not yet taken: a set, and what came with each.
 *
 * sig.lock of the process is held everywhere here. Not here: who sends (signal.c) and who takes
 * (deliver.c). Source: signal(7), "Queueing and delivery semantics". */

#include "lib/string.h"
#include "mm/kmalloc.h"
#include "proc/signal.h"

#define FIRST_REALTIME 32   /* the kernel's SIGRTMIN; glibc keeps 32 and 33 for itself */
#define QUEUE_LIMIT    1024 /* RLIMIT_SIGPENDING of a kind: a flood is refused, not kept */

struct sig_entry {
    struct list link;
    struct sig_info info;
};

void
pending_init(struct sig_pending *p)
{
    p->set = 0;
    p->count = 0;
    list_init(&p->queue);
}

int
pending_add(struct sig_pending *p, int signo, const struct sig_info *info)
{
    if (p->set & SIG_BIT(signo) && signo < FIRST_REALTIME)
        return 0;
    struct sig_entry *e = p->count < QUEUE_LIMIT ? kzalloc(sizeof(*e)) : NULL;
    if (!e && signo >= FIRST_REALTIME && info && info->code < 0)
        return -EAGAIN; /* sigqueue(3) may fail; a kill may not, it only loses its sender */
    p->set |= SIG_BIT(signo);
    if (!e)
        return 0;
    if (info)
        e->info = *info;
    else
        e->info.code = 0x80; /* SI_KERNEL */
    e->info.signo = signo;
    list_add_tail(&p->queue, &e->link);
    p->count++;
    return 0;
}

/* Faults first: the handler must see the state that caused them. Then by number. */
static int
choose(sigset ready)
{
    const sigset faults =
        SIG_BIT(11) | SIG_BIT(7) | SIG_BIT(4) | SIG_BIT(5) | SIG_BIT(8) | SIG_BIT(31);
    if (ready & faults)
        ready &= faults;
    int signo = 1;
    while (!(ready & 1)) {
        ready >>= 1;
        signo++;
    }
    return signo;
}

int
pending_take(struct sig_pending *p, sigset wanted, struct sig_info *info)
{
    if (!(p->set & wanted))
        return 0;
    int signo = choose(p->set & wanted);
    bool found = false, more = false;
    struct sig_entry *e, *next;
    *info = (struct sig_info){ .signo = signo };
    list_for_each_safe (e, next, &p->queue, link) {
        if (e->info.signo != signo)
            continue;
        more = found;
        if (found)
            break;
        found = true;
        *info = e->info;
        list_remove(&e->link);
        p->count--;
        kfree(e);
    }
    if (!more)
        p->set &= ~SIG_BIT(signo);
    return signo;
}

void
pending_forget(struct sig_pending *p, sigset which)
{
    struct sig_entry *e, *next;
    p->set &= ~which;
    list_for_each_safe (e, next, &p->queue, link)
        if (which & SIG_BIT(e->info.signo)) {
            list_remove(&e->link);
            p->count--;
            kfree(e);
        }
}

void
signals_drop(struct sig_pending *p)
{
    if (p->queue.next)
        pending_forget(p, ~0UL);
}
