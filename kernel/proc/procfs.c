/* procfs.c - what /proc/PID says of a process: the files that need floor 7's knowledge.
 *
 * Each is printed at the moment it is read. Formats: proc(5); maps and stat as Linux prints them,
 * because programs parse them. */

#include <asm/errno.h>
#include <asm/signal.h>
#include "debug/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "time/clock.h"

/* The process' space with a reference, so that it stays while we print; NULL for zombies. */
static struct space *
space_of(int pid)
{
    spin_lock(&process_lock);
    struct process *p = process_find(pid);
    struct space *s = p ? p->space : NULL;
    if (s)
        space_get(s);
    spin_unlock(&process_lock);
    return s;
}

/* Tools cut at columns: a name begins in column 74, as Linux prints it. */
static void
print_area(struct area *a, void *arg)
{
    char range[80], name[128] = "";
    u64 inode = 0;
    if (a->pager && a->pager->describe)
        a->pager->describe(a->object, name, sizeof(name), &inode);
    snprintf(range, sizeof(range), "%08lx-%08lx %c%c%c%c %08lx 00:%02x %lu ", a->start, a->end,
             a->flags & AREA_READ ? 'r' : '-', a->flags & AREA_WRITE ? 'w' : '-',
             a->flags & AREA_EXEC ? 'x' : '-', a->flags & AREA_SHARED ? 's' : 'p',
             inode ? a->offset_pages << PAGE_SHIFT : 0, inode ? 1 : 0, inode);
    const char *shown = a->name ? a->name : name;
    if (*shown)
        print_to(arg, "%-73s%s\n", range, shown);
    else
        print_to(arg, "%s\n", range);
}

static int
print_maps(struct printer *p, int pid)
{
    struct space *s = space_of(pid);
    if (!s)
        return 0;
    space_for_each(s, print_area, p);
    space_put(s);
    return 0;
}

static int
print_auxv(struct printer *p, int pid)
{
    struct space *s = space_of(pid);
    if (!s)
        return 0;
    u32 n = 0;
    while (n + 2 < ARRAY_SIZE(s->auxv) && s->auxv[n])
        n += 2;
    print_bytes(p, s->auxv, (n + 2) * sizeof(u64));
    space_put(s);
    return 0;
}

/* argv or the environment, as it lies in the program's memory now. */
static int
print_user_range(struct printer *p, struct space *s, u64 start, u64 end)
{
    char piece[256];
    while (start < end) {
        u64 n = MIN(sizeof(piece), end - start);
        if (copy_from_space(s, piece, start, n))
            break;
        print_bytes(p, piece, n);
        start += n;
    }
    return 0;
}

static int
print_cmdline(struct printer *p, int pid)
{
    struct space *s = space_of(pid);
    if (!s)
        return 0;
    print_user_range(p, s, s->arg_start, s->arg_end);
    space_put(s);
    return 0;
}

static int
print_environ(struct printer *p, int pid)
{
    struct space *s = space_of(pid);
    if (!s)
        return 0;
    print_user_range(p, s, s->env_start, s->env_end);
    space_put(s);
    return 0;
}

/* One process' figures, copied under the lock and printed without it. */
struct figures {
    char name[16], state;
    int ppid, pgrp, session, tasks;
    u64 run_ticks, child_ticks, start_ticks, size, resident_pages, stack_start;
    sigset pending, blocked, ignored, caught;
};

static char
state_of(struct process *p)
{
    if (p->zombie || list_empty(&p->tasks))
        return 'Z';
    if (p->stop_signal)
        return 'T';
    return list_first(&p->tasks, struct task, link)->thread->state == THREAD_RUNNABLE ? 'R' : 'S';
}

static void
signal_figures(struct figures *f, struct process *p)
{
    f->pending = p->sig.pending.set;
    if (!list_empty(&p->tasks))
        f->blocked = list_first(&p->tasks, struct task, link)->sig.mask;
    for (int i = 0; i < SIGNALS; i++)
        if (p->sig.action[i].handler == 1)
            f->ignored |= 1UL << i;
        else if (p->sig.action[i].handler)
            f->caught |= 1UL << i;
}

static int
figures_of(int pid, struct figures *f)
{
    *f = (struct figures){ .ppid = 0 };
    spin_lock(&process_lock);
    struct process *p = process_find(pid);
    if (p) {
        memcpy(f->name, p->name, sizeof(f->name));
        f->state = state_of(p);
        f->ppid = p->parent ? p->parent->pid : 0;
        f->pgrp = p->pgrp;
        f->session = p->session;
        f->tasks = (int)p->live_tasks;
        f->run_ticks = p->dead_ticks;
        f->child_ticks = p->child_ticks;
        f->start_ticks = p->start_ticks;
        struct task *t;
        for_each_task (t, p)
            f->run_ticks += thread_run_ticks(t->thread);
        if (p->space) {
            f->size = p->space->mapped_pages * PAGE_SIZE;
            f->resident_pages = p->space->resident_pages;
            f->stack_start = p->space->stack_start;
        }
        signal_figures(f, p);
    }
    spin_unlock(&process_lock);
    return p ? 0 : -ESRCH;
}

static u64
hundredths(u64 ticks)
{
    return ticks_to_ns(ticks) / (NSEC_PER_SEC / 100);
}

static int
print_stat(struct printer *p, int pid)
{
    struct figures f;
    int err = figures_of(pid, &f);
    if (err)
        return err;
    print_to(p, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 %lu 0 %lu 0 20 0 %d 0 %lu %lu %lu ", pid,
             f.name, f.state, f.ppid, f.pgrp, f.session, hundredths(f.run_ticks),
             hundredths(f.child_ticks), f.tasks, hundredths(f.start_ticks), f.size,
             f.resident_pages);
    print_to(
        p,
        "18446744073709551615 0 0 %lu 0 0 %lu %lu %lu %lu 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
        f.stack_start, f.pending, f.blocked, f.ignored, f.caught);
    return 0;
}

static int
print_status(struct printer *p, int pid)
{
    struct figures f;
    int err = figures_of(pid, &f);
    if (err)
        return err;
    const char *word = f.state == 'R'   ? "running"
                       : f.state == 'S' ? "sleeping"
                       : f.state == 'T' ? "stopped"
                                        : "zombie";
    print_to(p, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
             f.name, f.state, word, pid, pid, f.ppid);
    print_to(p, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n",
             f.size / 1024, f.resident_pages * 4);
    print_to(p, "Threads:\t%d\nSigPnd:\t0000000000000000\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
             f.tasks, f.pending, f.blocked);
    print_to(p, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", f.ignored, f.caught);
    return 0;
}

static int
print_comm(struct printer *p, int pid)
{
    struct figures f;
    int err = figures_of(pid, &f);
    if (!err)
        print_to(p, "%s\n", f.name);
    return err;
}

static s64
exe_link(int pid, char *buf, size_t size)
{
    spin_lock(&process_lock);
    struct process *p = process_find(pid);
    struct file *f = p ? p->exe : NULL;
    if (f)
        file_get(f);
    spin_unlock(&process_lock);
    if (!f)
        return -ENOENT;
    s64 n = vfs_path(f->inode, buf, size);
    file_put(f);
    return n;
}

/* --- what floor 6 asks of us ----------------------------------------------------------------- */

static int
next_pid(int after)
{
    struct process *p;
    int found = 0;
    spin_guard(&process_lock);
    for_each_process (p)
        if (p->pid > after && (!found || p->pid < found))
            found = p->pid;
    return found;
}

static bool
exists(int pid)
{
    spin_guard(&process_lock);
    return process_find(pid) != NULL;
}

/* A reader in the background whose shell has gone would stop for ever, or read again and again:
 * it gets no SIGTTIN, and so its read fails. */
static void
terminal_signal(int pgrp, int signo)
{
    spin_lock(&process_lock);
    if (signo != SIGTTIN || !group_is_orphaned(current_process()))
        signal_send_members(pgrp, signo, NULL);
    spin_unlock(&process_lock);
}

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
    process_view.next_pid = next_pid;
    process_view.exists = exists;
    process_view.signal_group = terminal_signal;
    process_view.forget_pages = forget_pages;
    proc_register_pid("maps", print_maps);
    proc_register_pid("auxv", print_auxv);
    proc_register_pid("cmdline", print_cmdline);
    proc_register_pid("environ", print_environ);
    proc_register_pid("stat", print_stat);
    proc_register_pid("status", print_status);
    proc_register_pid("comm", print_comm);
    proc_register_pid_link("exe", exe_link);
}
