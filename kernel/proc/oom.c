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

void
process_make_memory(void)
{
    struct process *p, *victim = current_process();
    u64 most_pages = 0;
    bool one_is_ending = false;
    spin_lock(&process_lock);
    for_each_process (p) {
        one_is_ending |= p->exiting && !p->zombie; /* all of its memory comes before it is one */
        if (p->pid != 1 && p->space && p->space->resident_pages >= most_pages) {
            victim = p;
            most_pages = p->space->resident_pages;
        }
    }
    if (!one_is_ending && !frames_free()) {
        pr_warn("out of memory: killed process %d (%s)", victim->pid, victim->name);
        process_kill_tasks(victim, SIGKILL);
    }
    spin_unlock(&process_lock);
    schedule();
}
