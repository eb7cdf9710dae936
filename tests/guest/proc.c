/* proc.c - /proc: maps, stat, cmdline, exe, cpuinfo, meminfo, uptime.
 *
 * The formats are an interface: ps, top, gdb, glibc and the sanitizers parse them by column or by
 * sscanf. Elsewhere: /proc/self/auxv (start.c), how areas are split and named (mmap.c, filemap.c),
 * /proc/self/fd (dirs.c). Source: proc(5) and its pages proc_pid_maps(5), proc_pid_stat(5). */

#include "areas.h"
#include "fixture.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

/* The whole file as text; its length through *size. The next call overwrites it. */
static char *
slurp(const char *path, long *size)
{
    static char text[65536];
    long n;
    int fd = OK(open(path, O_RDONLY));
    *size = 0;
    while ((n = OK(read(fd, text + *size, sizeof(text) - 1 - *size))) > 0)
        *size += n;
    text[*size] = 0;
    close(fd);
    return text;
}

/* glibc finds the end of the main stack in it (pthread_getattr_np), profilers the file of each pc.
 * Areas are sorted and do not overlap: readers stop at the first one above. */
TEST(maps_lines, "names of the parts are missing, or areas overlap",
     "kernel/proc/report.c:/^print_maps/")
{
    areas_read();
    for (int i = 1; i < areas_count; i++)
        TRUE(areas[i].start >= areas[i - 1].end);
    const struct area *text = area_at((void *)(uintptr_t)&getpid);
    TRUE(text);
    EQ(strcmp(text->prot, "r-xp"), 0);
    EQ(strcmp(text->name, check_self), 0);
    TRUE(area_named("[stack]"));
    TRUE(area_named("[vdso]"));
    TRUE(area_named("[vvar]"));
}

/* Some read it with sscanf, some cut it at fixed columns: Linux pads every line to the same
 * column. */
TEST(maps_format, "columns differ from Linux's: tools cut at them",
     "kernel/proc/report.c:/^print_maps/")
{
    long size;
    char *text = slurp("/proc/self/maps", &size);
    TRUE(size > 0 && text[size - 1] == '\n');
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        unsigned long a, b;
        int n = 0;
        *end = 0;
        TRUE(sscanf(line, "%lx-%lx%n", &a, &b, &n) == 2 && a < b && line[n] == ' ');
        /* An address has at least eight digits, and a name begins in column 74. */
        TRUE(strchr(line, '-') - line >= 8);
        /* The range is followed by a space, the rights and a space. Offset, device and inode behind
         * them hold neither sign. */
        char *name = strpbrk(line + n + 20, "/[");
        if (name)
            EQ(name - line, 73);
    }
}

/* Linux makes the text line by line while it is read; between two reads the areas may change, here
 * they do not. 100 bytes cut every line somewhere else. */
TEST(maps_in_small_reads, "a read in small pieces loses lines", "kernel/fs/procfs.c")
{
    long size, got = 0, n;
    static char small[65536];
    char *whole = slurp("/proc/self/maps", &size);
    int fd = OK(open("/proc/self/maps", O_RDONLY));
    while ((n = OK(read(fd, small + got, 100))) > 0)
        got += n;
    EQ(got, size);
    EQ(memcmp(small, whole, size), 0);
}

/* proc_pid_maps(5): the rights are four letters, the last one p for private or s for shared. */
TEST(maps_shared_and_protection, "the fourth letter is always p",
     "kernel/proc/report.c:/^print_maps/")
{
    char *s = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *n = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    areas_read();
    EQ(strcmp(area_at(s)->prot, "rw-s"), 0);
    EQ(strcmp(area_at(n)->prot, "---p"), 0);
}

/* readlink(2): no NUL at the end, and the length is the result. Java and Go find their installation
 * by it. What it leads to can be opened, as an ELF file. */
TEST(exe, "readlink of /proc/self/exe is missing, or ends with NUL",
     "kernel/proc/report.c:/^print_exe/")
{
    char text[200];
    memset(text, '#', sizeof(text));
    long n = OK(readlink("/proc/self/exe", text, sizeof(text)));
    EQ(n, strlen(check_self));
    EQ(memcmp(text, check_self, n), 0);
    EQ(text[n], '#');
    char byte;
    EQ(read(OK(open("/proc/self/exe", O_RDONLY)), &byte, 1), 1);
    EQ(byte, 0x7f);
}

/* proc_pid_cmdline(5): the words as they stand on the stack, each with its NUL, empty ones too.
 * After exec they are the new program's: argv[0] is then not the file's name. */
TEST(cmdline, "words are not NUL-separated, or argv of the old program",
     "kernel/proc/report.c:/^print_cmdline/")
{
    long size;
    char *text = slurp("/proc/self/cmdline", &size);
    TRUE(size >= (long)strlen(check_self) + 1);
    EQ(strcmp(text, check_self), 0);
    EQ(text[size - 1], 0);
    int fds[2];
    char back[100] = { 0 };
    OK(pipe(fds));
    EQ(IN_CHILD(dup2(fds[1], 1); execl(check_self, "zero", "@cmdline", "", "a b", NULL)), 0);
    static const char wanted[] = "zero\0@cmdline\0\0a b";
    EQ(read(fds[0], back, sizeof(back)), sizeof(wanted));
    EQ(memcmp(back, wanted, sizeof(wanted)), 0);
}

int
role(int argc, char **argv)
{
    long size;
    char *text = slurp("/proc/self/cmdline", &size);
    return write(1, text, size) != size;
}

/* The name may hold blanks and parentheses, hence the cut at the last one. 52 fields in Linux 6.12;
 * the name is cut to 15 characters. */
TEST(stat_line, "a field is missing: ps cuts at the last parenthesis",
     "kernel/proc/report.c:/^print_stat/")
{
    long size;
    char *text = slurp("/proc/self/stat", &size), comm[40], state;
    int pid, ppid, fields = 0;
    EQ(sscanf(text, "%d (%39[^)]) %c %d", &pid, comm, &state, &ppid), 4);
    EQ(pid, getpid());
    EQ(ppid, getppid());
    EQ(state, 'R');
    char *base = strrchr(check_self, '/') + 1;
    EQ(strncmp(comm, base, 15), 0);
    for (char *p = strrchr(text, ')'); *p; p++)
        fields += *p == ' ';
    /* 52 fields, the first two before the parenthesis. */
    EQ(fields, 50);
}

/* ps shows the state letter: S sleeps and can be woken by a signal, Z has ended and is not waited
 * for yet. Both children need a moment to get there. */
TEST(stat_of_others, "/proc/PID is only there for oneself",
     "kernel/fs/procfs.c:/^proc_lookup/, kernel/proc/report.c:/^state_of/")
{
    char path[50], state;
    long size;
    int pid;
    pid_t zombie = OK(fork());
    if (zombie == 0)
        _exit(0);
    pid_t sleeper = sleeping_child();
    pause_ms(30);
    snprintf(path, sizeof(path), "/proc/%d/stat", zombie);
    EQ(sscanf(slurp(path, &size), "%d (%*[^)]) %c", &pid, &state), 2);
    EQ(pid, zombie);
    EQ(state, 'Z');
    snprintf(path, sizeof(path), "/proc/%d/stat", sleeper);
    EQ(sscanf(slurp(path, &size), "%d (%*[^)]) %c", &pid, &state), 2);
    EQ(state, 'S');
    kill(sleeper, SIGKILL);
    check_wait(__FILE__, __LINE__, sleeper);
    FAILS(open(path, O_RDONLY), ENOENT);
    FAILS(open("/proc/99999/stat", O_RDONLY), ENOENT);
}

/* ps and top find the processes by listing /proc: every name that is a number is one. */
TEST(listing, "ps finds no numbers in /proc", "kernel/fs/procfs.c:/^proc_list/")
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    int mine = 0, one = 0;
    TRUE(d);
    while ((e = readdir(d))) {
        mine += atoi(e->d_name) == getpid();
        one += strcmp(e->d_name, "1") == 0;
        if (atoi(e->d_name) == getpid())
            EQ(e->d_type, DT_DIR);
    }
    EQ(mine, 1);
    EQ(one, 1);
}

/* A hang here is a kernel that counts from a negative number up to the first descriptor. */
TEST(numbers_without_end, "/proc/self/fd is searched from below 0 on",
     "kernel/fs/procfs.c:/^next_number/")
{
    char entries[1024];
    int fd = OK(open("/proc/self/fd", O_RDONLY | O_DIRECTORY));
    FAILS(open("/proc/self/fd/-2115098112", O_RDONLY), ENOENT);
    if (lseek(fd, 0xf0000000, SEEK_SET) >= 0) /* Linux refuses */
        EQ(syscall(SYS_getdents64, fd, entries, sizeof(entries)), 0);
}

/* A link whose target depends on who looks: both processes find the same entry. */
TEST(self_is_a_link, "/proc/self leads to another process after fork",
     "kernel/fs/procfs.c:/^print_self/")
{
    char text[40], want[40];
    struct stat st;
    EQ(IN_CHILD(long n = OK(readlink("/proc/self", text, 39)); text[n] = 0;
                snprintf(want, 40, "%d", getpid()); EQ(strcmp(text, want), 0)),
       0);
    OK(lstat("/proc/self", &st));
    EQ(st.st_mode & S_IFMT, S_IFLNK);
    OK(stat("/proc/self", &st));
    EQ(st.st_mode & S_IFMT, S_IFDIR);
}

/* One `processor` for each hart that may be scheduled on; programs count these lines. The isa
 * string names letters in the order of the ISA manual, so ima come first. */
TEST(cpuinfo, "harts or isa are missing", "kernel/fs/procfs.c:/^print_cpuinfo/")
{
    long size;
    char *text = slurp("/proc/cpuinfo", &size);
    int harts = 0;
    unsigned long mask[16] = { 0 };
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask));
    TRUE(strstr(text, "isa") && strstr(text, ": rv64ima"));
    TRUE(strstr(text, "mmu") && strstr(text, ": sv39"));
    for (char *p = text; (p = strstr(p, "processor")); p++)
        harts++;
    EQ(harts, __builtin_popcountl(mask[0]));
}

/* free and top look for these two names and convert kB. */
TEST(meminfo, "MemTotal or MemFree are missing, or not in kB",
     "kernel/fs/procfs.c:/^print_meminfo/")
{
    long size;
    unsigned long total, free;
    char *text = slurp("/proc/meminfo", &size);
    char *t = strstr(text, "MemTotal:"), *f = strstr(text, "MemFree:");
    TRUE(t && f);
    EQ(sscanf(t, "MemTotal: %lu kB", &total), 1);
    EQ(sscanf(f, "MemFree: %lu kB", &free), 1);
    TRUE(free < total && total > 20000);
}

/* 8 MiB are 8,192 kB. Less than half of it could be the noise of others; the upper bound is for
 * what they take meanwhile. */
TEST(meminfo_follows_use, "MemFree does not move when memory is touched",
     "kernel/mm/frame.c:/^frames_free/")
{
    long size;
    unsigned long a, b;
    sscanf(strstr(slurp("/proc/meminfo", &size), "MemFree:"), "MemFree: %lu", &a);
    char *p = mmap(NULL, 8 << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    memset(p, 1, 8 << 20);
    sscanf(strstr(slurp("/proc/meminfo", &size), "MemFree:"), "MemFree: %lu", &b);
    /* Other memory may come free meanwhile, under Linux at least. */
    TRUE(a - b >= 4000 && a - b < 20000);
}

/* Linux prints hundredths; the clock is read after the file, so the file may only be behind it. */
TEST(uptime, "not two numbers with two decimals, or it stands still",
     "kernel/fs/procfs.c:/^print_uptime/")
{
    long size;
    double up, idle;
    struct timespec t;
    EQ(sscanf(slurp("/proc/uptime", &size), "%lf %lf", &up, &idle), 2);
    clock_gettime(CLOCK_BOOTTIME, &t);
    double now = t.tv_sec + t.tv_nsec / 1e9;
    TRUE(up <= now + 0.01 && up > now - 5);
}

/* proc_stat(5): the first line sums up all harts, in 1/100 s. top subtracts two readings, so a
 * number that goes backwards shows as an eternity. */
TEST(busy, "top finds no times of all harts, or they go backwards",
     "kernel/fs/procfs.c:/^print_stat/")
{
    long size;
    unsigned long busy, idle, again, idle_again;
    struct timespec ms = { 0, 23000000 };
    for (int i = 0; i < 20; i++) {
        EQ(sscanf(slurp("/proc/stat", &size), "cpu  %lu 0 %*u %lu", &busy, &idle), 2);
        nanosleep(&ms, NULL);
        EQ(sscanf(slurp("/proc/stat", &size), "cpu  %lu 0 %*u %lu", &again, &idle_again), 2);
        TRUE(again >= busy && again + idle_again > busy + idle);
    }
}

/* proc_cmdline(5): the words that the kernel was started with, in one line. */
TEST(kernel_cmdline, "/proc/cmdline is missing or without a newline",
     "kernel/fs/procfs.c:/^print_cmdline/")
{
    long size;
    char *text = slurp("/proc/cmdline", &size);
    TRUE(size > 0 && text[size - 1] == '\n');
    EQ(strchr(text, '\n') - text, size - 1);
}

/* This holds for root, too. After all the attempts the file is still there and whole. */
TEST(files_are_read_only, "a file of /proc can be written, made or removed",
     "kernel/fs/path.c:/^vfs_add/, kernel/fs/path.c:/^vfs_unlink/")
{
    FAILS(open("/proc/newfile", O_WRONLY | O_CREAT, 0600), ENOENT);
    TRUE(unlink("/proc/meminfo") == -1);
    TRUE(mkdir("/proc/d", 0700) == -1);
    TRUE(unlink("/proc/self/maps") == -1);
    long size;
    slurp("/proc/meminfo", &size);
    TRUE(size > 0);
}

/* How long such a file is shows only when it has been made. */
TEST(offset_past_the_end, "a read past the end of a /proc file hangs or crashes",
     "kernel/fs/ramfs.c:/^inode_read/")
{
    char byte;
    int fd = OK(open("/proc/uptime", O_RDONLY));
    EQ(pread(fd, &byte, 1, 100000), 0);
    EQ(pread(fd, &byte, 1, 0), 1);
}
