/* procinfo.c - the files of /proc that tell of the machine and the kernel.
 *
 * One row for each name, with its text or with the function that prints it, in the format that
 * proc(5) gives, as far as programs look for it. Not here: files of a process (proc/procfs.c), and
 * how a text becomes a file (proc.c). */
#include <linux/stat.h>
#include "dev/machine.h"
#include "fs/proc.h"
#include "mm/frame.h"
#include "time/clock.h"

/* In the fields that free(1) and its like look for. Files are memory in use here, not a cache. */
static void
print_meminfo(struct printer *p, struct process *unused)
{
    u64 kib = PAGE_SIZE / 1024, total = frames_total() * kib, free = frames_free() * kib;
    print_to(p, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\n", total, free);
    print_to(p, "MemAvailable:   %8lu kB\nBuffers:               0 kB\n", free);
    print_to(p, "Cached:                0 kB\nSwapTotal:             0 kB\n");
    print_to(p, "SwapFree:              0 kB\n");
}

static void
print_cpuinfo(struct printer *p, struct process *unused)
{
    for (u32 i = 0; i < harts_online; i++)
        print_to(p, "processor\t: %u\nhart\t\t: %lu\nisa\t\t: %s\nmmu\t\t: sv39\n\n", i,
                 harts[i].id, machine.isa);
}

/* Seconds since boot, and those that harts were idle. */
static void
print_uptime(struct printer *p, struct process *unused)
{
    u64 up = clock_monotonic_ns() / (NSEC_PER_SEC / 100), idle = 0;
    for (u32 i = 0; i < harts_online; i++)
        idle += thread_run_ticks(harts[i].idle);
    idle = ticks_to_ns(idle) / (NSEC_PER_SEC / 100);
    print_to(p, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100, idle % 100);
}

static void
print_cmdline(struct printer *p, struct process *unused)
{
    print_to(p, "%s\n", machine.bootargs);
}

static void
print_self(struct printer *p, struct process *unused)
{
    print_to(p, "%d", fs_current()->pid);
}

#define FILE      .mode = S_IFREG | 0444
#define DIRECTORY .mode = S_IFDIR | 0555

static const struct proc_entry kernel_entries[] = {
    { "osrelease", FILE, .text = KERNEL_RELEASE "\n" },
    { "pid_max", FILE, .text = "32768\n" },
    { NULL },
};

/* malloc of glibc asks: memory is given when it is touched, and promised without limit. */
static const struct proc_entry vm_entries[] = {
    { "overcommit_memory", FILE, .text = "1\n" },
    { NULL },
};

static const struct proc_entry sys_entries[] = {
    { "kernel", DIRECTORY, .entries = kernel_entries },
    { "vm", DIRECTORY, .entries = vm_entries },
    { NULL },
};

const struct proc_entry proc_system_entries[] = {
    { "self", .mode = S_IFLNK | 0777, .print = print_self },
    { "cmdline", FILE, .print = print_cmdline },
    { "cpuinfo", FILE, .print = print_cpuinfo },
    { "filesystems", FILE, .text = "nodev\tramfs\nnodev\tproc\n" },
    { "meminfo", FILE, .print = print_meminfo },
    { "mounts", FILE, .text = "rootfs / ramfs rw 0 0\nproc /proc proc rw 0 0\n" },
    { "sys", DIRECTORY, .entries = sys_entries },
    { "uptime", FILE, .print = print_uptime },
    { "version", FILE, .text = "Linux version " KERNEL_RELEASE " (Postern)\n" },
    { NULL },
};
