/* view.c - what the rooms below ask of processes: the tables that process_init hands down.
 *
 * The file layer asks who exists, what /proc/PID says (report.c has the texts) and who has mapped a
 * file; the panic asks who runs. See struct process_view in fs/vfs.h. */

#include <asm/errno.h>
#include "debug/panic.h"
#include "lib/print.h"
#include "proc/process.h"

/* Finds the process once for all of them, so that no print function has to, and not by its pid,
 * which may be another's by now. Short texts are made under the lock, which keeps all in place.
 * Those that read the program's memory may take long: they get a reference of the space instead,
 * which outlives the process if need be. */
static int
print(struct printer *out, u32 serial, const struct proc_entry *e)
{
    struct space *s = NULL;
    struct process *p, *of = NULL;
    spin_lock(&process_lock);
    for_each_process (p)
        if (p->serial == serial)
            of = p;
    if (of && e->print)
        e->print(out, of);
    else if (of && of->space)
        s = space_get(of->space);
    spin_unlock(&process_lock);
    if (s) {
        e->print_space(out, s);
        space_put(s);
    }
    return of ? 0 : -ENOENT;
}

/* The list is not in order of pids; they are few, and only /proc asks. */
static int
next_pid(int from, u32 *serial)
{
    struct process *p;
    int found = -1;
    spin_guard(&process_lock);
    for_each_process (p)
        if (p->pid >= from && (found < 0 || p->pid < found)) {
            found = p->pid;
            *serial = p->serial;
        }
    return found;
}

/* Every space is asked, for who has mapped a file is written down nowhere else. */
static void
forget_pages(void *object, u64 first)
{
    struct process *p;
    spin_guard(&process_lock);
    for_each_process (p)
        if (p->space)
            space_forget(p->space, object, first);
}

/* For a panic: no locks, for nobody knows who holds them. */
static void
describe_current(char *text, size_t size)
{
    struct process *p = current_process();
    const char *name = p && p->name[0] ? p->name : "kernel"; /* no program yet */
    snprintf(text, size, "%s (pid %d)", name, p ? p->pid : 0);
}

void
process_init(void)
{
    panic_describe = describe_current;
    space_make_memory = process_make_memory;
    process_view = (struct process_view){ next_pid, forget_pages, report_entries, print };
}
