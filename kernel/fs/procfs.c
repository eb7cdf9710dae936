/* procfs.c - /proc: directories whose entries come about when they are looked up.
 *
 * Nothing of it is in the tree but its root. A look-up makes an inode, prints the text of a file or
 * the path of a link into it, as into a file of ramfs, and the last put frees it: a process costs
 * nothing here until it is looked at, and a program that reads in pieces sees one moment. All that
 * an inode must know later is in its number. What /proc/PID says of a process is in
 * proc/report.c. Formats and names: proc(5), as far as programs look for them. */

#include "fs/dev.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "machine/machine.h"
#include "fs/dir.h"
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "time/clock.h"

#define NUMBERED 32u /* children 0 to 31 are rows of a table, child 32 + n is the number n */
#define ROOT     1u  /* number of /proc */

/* --- printing -------------------------------------------------------------------------------- */
/* The text goes to the pages of the inode as it grows, so it may be of any length. An error stays:
 * print functions need not look, and the look-up fails in the end. */
struct printer {
    struct inode *text;
    char *page; /* to put lines together in */
    int err;
};

void
print_bytes(struct printer *p, const void *data, size_t n)
{
    struct buffer rest = { .kernel = (char *)data };
    while (n > 0 && !p->err) {
        s64 done = inode_write(p->text, rest, n, p->text->size);
        p->err = done < 0 ? -ENOMEM : 0;
        rest.kernel += done;
        n -= (u64)done;
    }
}

void
print_to(struct printer *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t n = (size_t)vsnprintf(p->page, PAGE_SIZE, fmt, ap);
    va_end(ap);
    print_bytes(p, p->page, MIN(n, PAGE_SIZE - 1));
}

void
print_path(struct printer *p, struct inode *i)
{
    s64 n = vfs_path(i, p->page, PAGE_SIZE);
    print_bytes(p, p->page, (size_t)MAX(n, 0));
}

/* --- files and links ------------------------------------------------------------------------- */
/* Like a file of ramfs, but nobody writes it. */
static const struct file_ops text_file_ops = { .read = ramfs_read, .seek = inode_seek };

/* The serial number of the process that an inode tells of; 0: none. See child_number. */
static u32
owner_of(const struct inode *i)
{
    return (u32)(i->number >> 32);
}

/* What a link in fd leads to: the very inode, so /dev/stdin opens a pipe that has no name. Other
 * processes' tables are not ours to look into. */
static int
follow_fd(struct inode *i, struct inode **out)
{
    if (owner_of(i) != fs_current()->serial)
        return -ENOENT;
    struct file *f scoped_file = fd_get((int)(i->number % 1024 - NUMBERED));
    if (!f)
        return -ENOENT;
    *out = inode_get(f->inode);
    return 0;
}

/* The text of such a link. What has no path is called pipe:[7]; following the link still works. */
static void
print_fd(struct printer *p, struct process *unused)
{
    struct inode *target scoped_inode = NULL;
    if (follow_fd(p->text, &target) == 0)
        print_path(p, target);
}

static const struct inode_ops text_ops = { .file_ops = &text_file_ops, .release = ramfs_release };
static const struct inode_ops fd_ops = { .follow = follow_fd, .release = ramfs_release };

/* --- directories: inode->data is the table of names, or NULL for fd -------------------------- */
/* The st_ino of child k, the same whenever it is made: the serial number of the process (0: none)
 * above 32 bits, and below them, ten bits each, the places of all names on the way from /proc or
 * /proc/PID, which begins anew with `owner` (else 0):
 *
 *     /proc/7/fd/3    9 << 32 | ROOT << 20 | 0 << 10 | NUMBERED + 3      (7 was the 9th process)
 *
 * So a number tells all about its inode, and none has to keep anything else. By pid it would tell
 * of whoever gets that pid next. */
static u64
child_number(const struct inode *dir, u32 k, u32 owner)
{
    if (owner)
        return (u64)owner << 32 | ROOT;
    return (dir->number >> 32 << 32) | (u32)dir->number << 10 | k;
}

/* The first name from n on that is a number, or -1: pids in /proc, with their *owner, descriptors
 * in fd. A listing goes from one to the next; a look-up asks whether n is the first from n on. */
static int
next_number(const struct inode *dir, int n, u32 *owner)
{
    if (dir->number == ROOT)
        return process_view.next_pid(n, owner);
    if (dir->data || owner_of(dir) != fs_current()->serial)
        return -1;
    for (; (u32)n < MAX_FDS; n++) { /* lseek may have made it negative: then there is none */
        struct file *f scoped_file = fd_get(n);
        if (f)
            return n;
    }
    return -1;
}

static const struct inode_ops dir_ops;

/* Prints the text of an entry into its inode. Print functions take locks of the rooms above,
 * outermost ones: none of ours is held here. A process may have gone since it was looked up: then
 * so has the name (-ENOENT). */
static int
print_entry(struct inode *i, const struct proc_entry *e, bool of_process)
{
    struct printer p = { .text = i, .page = page_alloc() };
    int err = 0;
    if (!p.page)
        return -ENOMEM;
    if (e->text)
        print_to(&p, "%s", e->text);
    else if (of_process)
        err = process_view.print(&p, owner_of(i), e);
    else
        e->print(&p, NULL);
    page_free(p.page);
    return err ? err : p.err;
}

/* The inode of entry `e`, a child of `dir`, with this name and number. */
static int
entry_inode(struct inode *dir, const struct component *name, const struct proc_entry *e, u64 number,
            struct inode **out)
{
    const struct inode_ops *ops = dir->data ? &text_ops : &fd_ops;
    if (S_ISDIR(e->mode))
        ops = &dir_ops;
    struct inode *i scoped_inode = inode_create(ops, DEVICE_PROC, e->mode);
    if (!i)
        return -ENOMEM;
    i->name = dirent_create(dir, name, i);
    if (!i->name)
        return -ENOMEM;
    i->number = number;
    if (S_ISDIR(e->mode)) {
        i->data = (void *)e->entries;
    } else {
        int err = print_entry(i, e, dir->data == process_view.entries);
        if (err)
            return err;
    }
    if (S_ISLNK(e->mode) && i->size == 0)
        return -ENOENT; /* it leads nowhere, as exe of a zombie */
    *out = inode_get(i);
    return 0;
}

/* The number that a name is, or -1. A process has one name: none with zeros in front. Nine digits
 * are more than any pid or descriptor has. */
static int
parse_number(const struct component *name)
{
    int n = 0;
    if (name->length > 9 || (name->length > 1 && *name->text == '0'))
        return -1;
    for (size_t i = 0; i < name->length; i++) {
        if (name->text[i] < '0' || name->text[i] > '9')
            return -1;
        n = n * 10 + name->text[i] - '0';
    }
    return n;
}

/* Numbers first, then the table. */
static int
proc_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    const struct proc_entry pid_dir = { .mode = S_IFDIR | 0555, .entries = process_view.entries };
    const struct proc_entry fd_link = { .mode = S_IFLNK | 0700, .print = print_fd };
    const struct proc_entry *e = dir->data;
    int n = parse_number(name);
    u32 owner = 0;
    if (n >= 0 && next_number(dir, n, &owner) == n)
        return entry_inode(dir, name, e ? &pid_dir : &fd_link,
                           child_number(dir, NUMBERED + (u32)n, owner), out);
    for (u32 k = 0; e && e[k].name; k++)
        if (name_is(name, e[k].name))
            return entry_inode(dir, name, &e[k], child_number(dir, k, 0), out);
    return -ENOENT;
}

/* Child k stands at position k + 2, behind `.` and `..`, whatever other children there are: so
 * processes may come and go between two calls, and none that stays is skipped or told twice. */
static void
proc_list(struct inode *dir, struct dir_sink *sink)
{
    const struct proc_entry *e = dir->data;
    char name[16];
    for (u32 k = 0; e && e[k].name; k++) {
        if (k + 2 < sink->position)
            continue;
        if (!dir_emit(sink, e[k].name, child_number(dir, k, 0), e[k].mode, k + 3))
            return;
    }
    s64 from = (s64)sink->position - 2 - (s64)NUMBERED;
    u32 owner = 0;
    int n = next_number(dir, (int)MAX(from, 0), &owner);
    while (n >= 0) {
        u32 k = NUMBERED + (u32)n;
        snprintf(name, sizeof(name), "%d", n);
        if (!dir_emit(sink, name, child_number(dir, k, owner), e ? S_IFDIR : S_IFLNK, k + 3))
            return;
        n = next_number(dir, n + 1, &owner);
    }
}

static const struct inode_ops dir_ops = { .file_ops = &dir_file_ops,
                                          .lookup = proc_lookup,
                                          .list = proc_list };

/* --- the machine and the kernel: one row for each name, with its text or what prints it ------ */
/* The fields that free(1) and its like look for. Files are memory in use here, not a cache. */
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

/* How long all harts together were idle, and in *busy how long they were not, in hundredths of a
 * second. *busy never goes back, or top(1) would show an eternity: it could, because the clock is
 * read a moment before the harts are. */
static u64
idle_time(u64 *busy)
{
    static u64 most;
    const u64 all = clock_monotonic_ns() * harts_online;
    u64 ticks = 0;
    for (u32 i = 0; i < harts_online; i++)
        ticks += thread_run_ticks(harts[i].idle);
    most = MAX(most, all - MIN(all, ticks_to_ns(ticks)));
    *busy = most / NSEC_PER_CLKTCK;
    return ticks_to_hundredths(ticks);
}

static void
print_uptime(struct printer *p, struct process *unused)
{
    u64 busy, idle = idle_time(&busy);
    u64 up = clock_monotonic_ns() / NSEC_PER_CLKTCK;
    print_to(p, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100, idle % 100);
}

/* One line for all harts; all that they did counts as user time. */
static void
print_stat(struct printer *p, struct process *unused)
{
    u64 busy, idle = idle_time(&busy);
    print_to(p, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", busy, idle);
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

/* A table has at most 32 rows: see NUMBERED. Where a row stands is part of its st_ino. */
#define FILE      .mode = S_IFREG | 0444
#define DIRECTORY .mode = S_IFDIR | 0555

static const struct proc_entry kernel_entries[] = {
    { "osrelease", FILE, .text = KERNEL_RELEASE "\n" },
    { "pid_max", FILE, .text = "32768\n" },
    { .name = NULL },
};

/* malloc of glibc asks: memory is given when it is touched, and promised without limit. */
static const struct proc_entry vm_entries[] = {
    { "overcommit_memory", FILE, .text = "1\n" },
    { .name = NULL },
};

static const struct proc_entry sys_entries[] = {
    { "kernel", DIRECTORY, .entries = kernel_entries },
    { "vm", DIRECTORY, .entries = vm_entries },
    { .name = NULL },
};

static const struct proc_entry system_entries[] = {
    { "self", .mode = S_IFLNK | 0777, .print = print_self },
    { "cmdline", FILE, .print = print_cmdline },
    { "cpuinfo", FILE, .print = print_cpuinfo },
    { "filesystems", FILE, .text = "nodev\tramfs\nnodev\tproc\n" },
    { "meminfo", FILE, .print = print_meminfo },
    { "mounts", FILE, .text = "rootfs / ramfs rw 0 0\nproc /proc proc rw 0 0\n" },
    { "stat", FILE, .print = print_stat },
    { "sys", DIRECTORY, .entries = sys_entries },
    { "uptime", FILE, .print = print_uptime },
    { "version", FILE, .text = "Linux version " KERNEL_RELEASE " (Postern)\n" },
    { .name = NULL },
};

/* Runs at boot, where a lack of memory is the end. Nobody can remove /proc: its device differs from
 * its parent's, so it counts as a mount point. */
void
proc_init(void)
{
    static const struct component name = { "proc", 4 };
    struct inode *i = inode_create(&dir_ops, DEVICE_PROC, S_IFDIR | 0555);
    tree_unlink(tree_root, &name, true); /* an empty one from the initrd */
    if (!i || tree_link(tree_root, &name, i))
        panic("/proc cannot be made");
    i->number = ROOT;
    i->data = (void *)system_entries;
}
