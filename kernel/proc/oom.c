/* oom.c - memory is exhausted, and a page is needed: who must go.
 *
 * The process with the most pages, whoever asked, for that one may be small and innocent; among
 * equals the youngest. Never process 1 while there is another. While one is on its way out nobody
 * else is killed. What can fail (fork, mmap, a file) fails with ENOMEM or ENOSPC and does not come
 * here. */

#include <asm/signal.h>
#include "lib/print.h"
#include "mm/frame.h"
#include "proc/process.h"

struct search {
    struct process *largest;
    bool one_is_ending;
};

static void
consider(struct process *p, void *arg)
{
    struct search *s = arg;
    if (p->zombie)
        return;
    if (p->exiting)
        s->one_is_ending = true; /* all of its memory comes before it is a zombie */
    else if (p->pid != 1 && p->space &&
             (!s->largest || p->space->resident_pages >= s->largest->space->resident_pages))
        s->largest = p;
}

void
process_make_memory(void)
{
    struct search s = { 0 };
    spin_lock(&process_lock);
    process_for_each(consider, &s);
    struct process *victim = s.largest ? s.largest : current_process();
    bool kill = !s.one_is_ending && !frames_free();
    if (kill) {
        pr_warn("out of memory: killed process %d (%s)", victim->pid, victim->name);
        process_kill_tasks(victim, SIGKILL);
    }
    spin_unlock(&process_lock);
    yield();
}
