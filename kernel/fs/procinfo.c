/* procinfo.c - the files of /proc that tell of the machine and the kernel.
 *
 * Each function prints one file, when it is opened, in the format that proc(5) gives, as far as
 * programs look for it. Not here: files of a process (proc/procfs.c), and how a text becomes a file
 * (printer.c). */
#include "dev/machine.h"
#include "fs/proc.h"
#include "mm/frame.h"
#include "sched/thread.h"
#include "time/clock.h"

static u64
kib(u64 frames)
{
    return frames * (PAGE_SIZE / 1024);
}

/* In the fields that free(1) and its like look for. Files are memory in use here, not a cache. */
static void
print_meminfo(struct printer *p)
{
    u64 total = kib(frames_total()), free = kib(frames_free());
    print_to(p, "MemTotal:       %8lu kB\n", total);
    print_to(p, "MemFree:        %8lu kB\n", free);
    print_to(p, "MemAvailable:   %8lu kB\n", free);
    print_to(p, "Buffers:               0 kB\nCached:                0 kB\n");
    print_to(p, "SwapTotal:             0 kB\nSwapFree:              0 kB\n");
}

static void
print_cpuinfo(struct printer *p)
{
    for (u32 i = 0; i < harts_online; i++)
        print_to(p, "processor\t: %u\nhart\t\t: %lu\nisa\t\t: %s\nmmu\t\t: sv39\n\n", i,
                 harts[i].id, machine.isa);
}

static void
print_hundredths(struct printer *p, u64 ns, const char *end)
{
    print_to(p, "%lu.%02lu%s", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / (NSEC_PER_SEC / 100), end);
}

static void
print_uptime(struct printer *p)
{
    u64 idle_ticks = 0;
    for (u32 i = 0; i < harts_online; i++)
        idle_ticks += thread_run_ticks(harts[i].idle);
    print_hundredths(p, clock_monotonic_ns(), " ");
    print_hundredths(p, ticks_to_ns(idle_ticks), "\n");
}

static void
print_cmdline(struct printer *p)
{
    print_to(p, "%s\n", machine.bootargs);
}

static void
print_filesystems(struct printer *p)
{
    print_to(p, "nodev\tramfs\nnodev\tproc\n");
}

static void
print_mounts(struct printer *p)
{
    print_to(p, "rootfs / ramfs rw 0 0\nproc /proc proc rw 0 0\n");
}

static void
print_version(struct printer *p)
{
    print_to(p, "Linux version " KERNEL_RELEASE " (Postern)\n");
}

static void
print_release(struct printer *p)
{
    print_to(p, KERNEL_RELEASE "\n");
}

static void
print_pid_max(struct printer *p)
{
    print_to(p, "32768\n");
}

/* malloc of glibc asks: memory is given when it is touched, and promised without limit. */
static void
print_overcommit(struct printer *p)
{
    print_to(p, "1\n");
}

void
proc_init_files(void)
{
    proc_register("meminfo", print_meminfo);
    proc_register("cpuinfo", print_cpuinfo);
    proc_register("uptime", print_uptime);
    proc_register("cmdline", print_cmdline);
    proc_register("version", print_version);
    proc_register("filesystems", print_filesystems);
    proc_register("mounts", print_mounts);
    proc_register("sys/kernel/osrelease", print_release);
    proc_register("sys/kernel/pid_max", print_pid_max);
    proc_register("sys/vm/overcommit_memory", print_overcommit);
}
