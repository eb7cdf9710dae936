/* report.c - what /proc/PID says of a process: its files, one row for each name.
 *
 * How a text becomes a file is in fs/procfs.c, who looks the process up in view.c. Formats:
 * proc(5); maps and stat as Linux prints them, because programs parse them. */

#include <asm/signal.h>
#include <linux/stat.h>
#include "lib/print.h"
#include "mm/usercopy.h"
#include "proc/process.h"
#include "time/clock.h"

/* --- its memory: printed with a reference of the space, without process_lock ------------------ */

/* Tools cut at columns: a name begins in column 74, as Linux prints it. What describes a file takes
 * only locks behind the space's, which is held. */
static void
print_area(struct printer *p, const struct area *a)
{
    char range[80], name[128] = "";
    u64 inode = 0;
    if (a->pager && a->pager->describe) {
        a->pager->describe(a->object, name, sizeof(name));
        inode = a->pager->number(a->object);
    }
    snprintf(range, sizeof(range), "%08lx-%08lx %s %08lx 00:%02x %lu ", a->start, a->end,
             area_rights[a->flags & (AREA_PROT | AREA_SHARED)],
             inode ? a->offset_pages << PAGE_SHIFT : 0, inode ? 1 : 0, inode);
    const char *shown = a->name ? a->name : name;
    print_to(p, *shown ? "%-73s%s\n" : "%s%s\n", range, shown);
}

/* There may be 65,530 lines, each of 8,000 instructions: after some of them the lock is given up,
 * and what changes meanwhile shows as it is then. The border, behind the last area, begins at
 * USER_END. */
static void
print_maps(struct printer *p, struct space *s)
{
    u64 from = 0;
    while (from < USER_END && !preemption_point()) {
        spin_guard(&s->lock);
        struct area *a = area_at_or_above(s, from);
        for (u32 lines = 0; lines < 128 && a != &s->border; lines++) {
            print_area(p, a);
            a = area_next(a);
        }
        from = a->start;
    }
}

/* As the program got it at its start, AT_NULL included. */
static void
print_auxv(struct printer *p, struct space *s)
{
    u32 n = 0;
    while (n + 2 < ARRAY_SIZE(s->auxv) && s->auxv[n])
        n += 2;
    print_bytes(p, s->auxv, (n + 2) * sizeof(u64));
}

/* argv or the environment, as it lies in the program's memory now: a program may write there, and
 * some do, to change what ps shows. What is not mapped any more ends the text. */
static void
print_user_range(struct printer *p, struct space *s, u64 start, u64 end)
{
    char piece[256];
    while (start < end) {
        u64 n = MIN(sizeof(piece), end - start);
        if (partly_from_space(s, piece, start, n) < n)
            return;
        print_bytes(p, piece, n);
        start += n;
    }
}

static void
print_cmdline(struct printer *p, struct space *s)
{
    print_user_range(p, s, s->arg_start, s->arg_end);
}

static void
print_environ(struct printer *p, struct space *s)
{
    print_user_range(p, s, s->env_start, s->env_end);
}

/* --- the process itself: printed with process_lock held --------------------------------------- */

static const struct space no_space; /* of a zombie */

/* The letter is for stat, the word for status. Of several tasks the first stands for all. */
static const char *
state_of(const struct process *p)
{
    if (p->zombie || list_empty(&p->tasks))
        return "Z (zombie)";
    if (p->stop_signal)
        return "T (stopped)";
    const struct task *first = list_first(&p->tasks, struct task, link);
    return first->thread->state == THREAD_RUNNABLE ? "R (running)" : "S (sleeping)";
}

/* The 52 fields of proc(5), in their order. Where a number stands in the format, this kernel keeps
 * no account of such a thing (terminal, faults, priorities), or status tells it (signals). */
static void
print_stat(struct printer *out, struct process *p)
{
    const struct space *s = p->space ?: &no_space;
    /* from pid to cmajflt */
    print_to(out, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 ", p->pid, p->name, *state_of(p),
             p->parent ? p->parent->pid : 0, p->pgrp, p->session);
    /* from utime to starttime */
    print_to(out, "%lu 0 %lu 0 20 0 %u 0 %lu ", ticks_to_hundredths(process_run_ticks(p)),
             ticks_to_hundredths(p->child_ticks), p->live_tasks,
             ticks_to_hundredths(p->start_ticks));
    /* from vsize to exit_code */
    print_to(out, "%lu %lu %lu 0 0 %lu 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
             s->mapped_pages * PAGE_SIZE, s->resident_pages, ~0UL, s->stack_start);
}

/* For people, and for tools that do not want to count fields. Nobody is but root here. */
static void
print_status(struct printer *out, struct process *p)
{
    const struct space *s = p->space ?: &no_space;
    sigset blocked = 0, ignored = 0, caught = 0;
    if (!list_empty(&p->tasks))
        blocked = list_first(&p->tasks, struct task, link)->sig.mask;
    for (int i = 0; i < SIGNALS; i++)
        if (p->sig.action[i].handler == (u64)SIG_IGN)
            ignored |= SIG_BIT(i + 1);
        else if (p->sig.action[i].handler != (u64)SIG_DFL)
            caught |= SIG_BIT(i + 1);
    print_to(out, "Name:\t%s\nState:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->name,
             state_of(p), p->pid, p->pid, p->parent ? p->parent->pid : 0);
    print_to(out, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n",
             s->mapped_pages * (PAGE_SIZE / 1024), s->resident_pages * (PAGE_SIZE / 1024));
    print_to(out, "Threads:\t%u\nSigPnd:\t%016x\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", p->live_tasks,
             0, p->sig.pending.set, blocked);
    print_to(out, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", ignored, caught);
}

static void
print_comm(struct printer *out, struct process *p)
{
    print_to(out, "%s\n", p->name);
}

/* The path of the program now, wherever it has been moved; " (deleted)" if it is gone. */
static void
print_exe(struct printer *out, struct process *p)
{
    if (p->exe)
        print_path(out, p->exe->inode);
}

#define FILE .mode = S_IFREG | 0444

const struct proc_entry report_entries[] = {
    { "fd", .mode = S_IFDIR | 0500 },
    { "auxv", FILE, .print_space = print_auxv },
    { "cmdline", FILE, .print_space = print_cmdline },
    { "comm", FILE, .print = print_comm },
    { "environ", FILE, .print_space = print_environ },
    { "exe", .mode = S_IFLNK | 0777, .print = print_exe },
    { "maps", FILE, .print_space = print_maps },
    { "stat", FILE, .print = print_stat },
    { "status", FILE, .print = print_status },
    { .name = NULL },
};
