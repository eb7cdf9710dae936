/* vdso.c - the vDSO as a running program meets it: every export called, protected, moved, removed.
 *
 * The image's own form is checked by tests/host/test_vdso_image.py, its arithmetic by
 * test_vdso_code.py, order and tearing by torn.c, life without it by novdso.c. Source: vdso(7),
 * mremap(2), and docs/design.md. */

#include "probe.h"
#include "areas.h"
#include "vdsosym.h"
#include <sys/time.h>
#include <time.h>

typedef long (*function)(long, long, long);

/* The function's address by name; fails the check without it. */
static function
exported(const char *name)
{
    function f = (function)(uintptr_t)vdso_symbol(name);
    if (!f)
        FAIL("expected the vDSO to export %s, seen no such symbol", name);
    return f;
}

/* Calls f on a stack of 512 bytes above a page without access. */
long on_small_stack(function f, long a, long b, long c, void *top);
__asm__(".text\n.global on_small_stack\non_small_stack:\n"
        "sd ra, -8(a4)\n sd sp, -16(a4)\n mv t0, a0\n addi sp, a4, -16\n"
        "mv a0, a1\n mv a1, a2\n mv a2, a3\n jalr t0\n"
        "ld ra, 8(sp)\n ld sp, 0(sp)\n ret\n");

/* The export NAME with three arguments, on_small_stack. */
static long
small(const char *name, long a, long b, long c)
{
    static char *page;
    if (!page) {
        page = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0);
        OK(mprotect(page, PAGE, PROT_NONE));
    }
    return on_small_stack(exported(name), a, b, c, page + PAGE + 16 + 512);
}

/* Go calls it on whatever stack a goroutine has; a function that needs more is a fault in the page
 * below. Ids that the page serves, those of CPU time that need the call, and one that is none. */
TEST(every_export_on_512_bytes, "an export needs more stack than Go gives it",
     "vdso/clock.c, vdso/calls.S")
{
    struct timespec t;
    struct timeval v;
    unsigned cpu = 99;
    static const int ids[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11, 99 };
    for (int i = 0; i < 10; i++) {
        EQ(small("__vdso_clock_gettime", ids[i], (long)&t, 0), ids[i] == 99 ? -EINVAL : 0);
        EQ(small("__vdso_clock_getres", ids[i], (long)&t, 0), ids[i] == 99 ? -EINVAL : 0);
    }
    EQ(small("__vdso_gettimeofday", (long)&v, 0, 0), 0);
    EQ(small("__vdso_getcpu", (long)&cpu, 0, 0), 0);
    TRUE(cpu < 8);
    EQ(small("__vdso_flush_icache", 0, 0, 0), 0);
}

/* Linux's riscv vDSO has no such function (vdso(7)), hence the version POSTERN_1. The second call
 * has no place to store. */
TEST(time_export, "__vdso_time is not REALTIME's seconds", "vdso/clock.c:/^__vdso_time/")
{
    long stored = 0, a = time(NULL);
    long r = small("__vdso_time", (long)&stored, 0, 0);
    EQ(r, stored);
    TRUE(r >= a - 1 && r <= time(NULL) + 1);
    TRUE(small("__vdso_time", 0, 0, 0) >= r);
}

/* gettimeofday(2), clock_getres(2), getcpu(2): each pointer may be NULL. A struct timezone is
 * filled with zeros. */
TEST(null_arguments, "a NULL that is allowed is written to", "vdso/clock.c")
{
    struct timezone z = { 7, 7 };
    EQ(exported("__vdso_gettimeofday")(0, 0, 0), 0);
    EQ(exported("__vdso_gettimeofday")(0, (long)&z, 0), 0);
    EQ(z.tz_minuteswest | z.tz_dsttime, 0);
    EQ(exported("__vdso_clock_getres")(CLOCK_REALTIME, 0, 0), 0);
    EQ(exported("__vdso_clock_getres")(CLOCK_PROCESS_CPUTIME_ID, 0, 0), 0);
    EQ(exported("__vdso_getcpu")(0, 0, 0), 0);
}

/* A bad pointer is a fault here, as on Linux: the kernel is not there to see the store. Only what
 * goes through the slow path's call meets EFAULT. */
TEST(bad_pointer_is_sigsegv, "by the vDSO a bad pointer is a fault, by the call EFAULT",
     "vdso/clock.c:/^clock_gettime_slow/")
{
    function f = exported("__vdso_clock_gettime");
    EQ(IN_CHILD(f(CLOCK_MONOTONIC, 8, 0)), KILLED(SIGSEGV));
    /* The call behind the slow path says EFAULT. */
    EQ(f(CLOCK_PROCESS_CPUTIME_ID, 8, 0), -EFAULT);
}

/* libc turns what comes back into errno, so it must be the call's own negative number. */
TEST(errno_comes_back_unchanged, "the slow path answers ENOSYS or -1",
     "vdso/clock.c:/^clock_gettime_slow/, vdso/calls.S")
{
    struct timespec t;
    EQ(exported("__vdso_clock_gettime")(-1000000, (long)&t, 0), -EINVAL);
    EQ(exported("__vdso_clock_gettime")(1 << 20, (long)&t, 0), -EINVAL);
    EQ(exported("__vdso_clock_gettime")(CLOCK_THREAD_CPUTIME_ID, (long)&t, 0), 0);
    EQ(exported("__vdso_clock_getres")(12, (long)&t, 0), -EINVAL);
}

/* Just-in-time compilers, by __builtin___clear_cache. Odd rounds flush this hart alone (flag 1),
 * even ones all; then the thread moves to the next hart, which may hold the old instruction
 * still. */
TEST(flush_icache_makes_code_run, "new code on another hart is the old one",
     "vdso/calls.S, kernel/syscall/system.c:/^sys_riscv_flush_icache/")
{
    /* li a0, N; ret - rewritten and run on every hart in turn. */
    uint32_t *code = mmap(NULL, PAGE, RW | PROT_EXEC, ANON, -1, 0);
    unsigned long all[16] = { 0 };
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(all), all));
    for (int n = 1; n < 200; n++) {
        code[0] = 0x00000513 | n << 20;
        code[1] = 0x00008067;
        EQ(exported("__vdso_flush_icache")((long)code, (long)(code + 2), n & 1), 0);
        unsigned long mask = 1UL << n % 8;
        if (mask & all[0])
            EQ(sys(SYS_sched_setaffinity, 0, 8, &mask), 0);
        EQ(((int (*)(void))(uintptr_t)code)(), n);
    }
    ERR(exported("__vdso_flush_icache")(0, 0, 0x10), EINVAL);
    EQ(sys(SYS_riscv_flush_icache, 0, 0, 0), 0);
    ERR(sys(SYS_riscv_flush_icache, 0, 0, 0x10), EINVAL);
}

static const struct area *
vdso(void)
{
    areas_read();
    const struct area *a = area_named("[vdso]");
    TRUE(a);
    return a;
}

/* gdb and profilers read the image through the section headers (tests/clients/sections.cc). */
TEST(section_headers_are_mapped, "the section headers lie past the mapping", "linker/vdso.lds")
{
    const struct area *a = vdso();
    const Elf64_Ehdr *e = (const Elf64_Ehdr *)a->start;
    TRUE(e->e_shoff && e->e_shnum > 3);
    TRUE(a->start + e->e_shoff + e->e_shnum * sizeof(Elf64_Shdr) <= a->end);
    /* Every byte of the mapping can be read. */
    for (unsigned long at = a->start; at < a->end; at += 64)
        WORKS(probe_read((char *)at));
}

/* One frame serves all processes: a write would be a write into all of them. */
TEST(image_and_data_are_read_only, "vDSO or vvar can be written", "kernel/vdso/image.c:/^vdso_map/")
{
    const struct area *a = vdso();
    char *image = (char *)a->start, *data = (char *)area_named("[vvar]")->start;
    FAULTS(probe_write(image), SIGSEGV, SEGV_ACCERR, image);
    FAULTS(probe_write(data), SIGSEGV, SEGV_ACCERR, data);
    FAULTS(probe_call(data), SIGSEGV, SEGV_ACCERR, data);
    /* What the kernel is asked to read is no way round. */
    int fds[2];
    OK(pipe(fds));
    EQ(write(fds[1], "x", 1), 1);
    ERR(sys(SYS_read, fds[0], image, 1), EFAULT);
    ERR(sys(SYS_read, fds[0], data, 1), EFAULT);
}

/* Linux refuses by VM_MAYWRITE and VM_MAYEXEC. Reading is all that can ever be had; the pages are
 * the kernel's to take, so MADV_DONTNEED is refused, too. To be moved changes nothing of it. */
static void
may_only_be_read(char *data, unsigned long size)
{
    static const int refused[] = { RW, PROT_WRITE, PROT_EXEC, PROT_READ | PROT_EXEC,
                                   RW | PROT_EXEC };
    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        FAILS(mprotect(data, size, refused[i]), EACCES);
    OK(mprotect(data, size, PROT_NONE));
    FAILS(mprotect(data, size, PROT_EXEC), EACCES);
    OK(mprotect(data, size, PROT_READ));
    FAULTS(probe_write(data), SIGSEGV, SEGV_ACCERR, data);
    FAULTS(probe_call(data), SIGSEGV, SEGV_ACCERR, data);
    ERR(sys(SYS_madvise, data, size, MADV_DONTNEED), EINVAL);
}

TEST(vvar_is_for_reading_only, "mprotect opens the kernel's data page",
     "kernel/vdso/image.c:/^map_vvar/, kernel/mm/map.c:/^check_areas/")
{
    vdso();
    const struct area *a = area_named("[vvar]");
    may_only_be_read((char *)a->start, a->end - a->start);
}

/* mprotect may be refused; where it is not, the write must stay in this process. */
static void
write_to_image(char *image)
{
    char old = image[8];
    if (mprotect(image, PAGE, RW | PROT_EXEC) == -1) {
        TRUE(errno == EACCES || errno == EPERM);
        return;
    }
    image[8] = old + 1;
    EQ(image[8], (char)(old + 1));
}

/* A breakpoint in the vDSO is a write; the others must not run into it. The second child looks
 * after the first has ended. */
TEST(a_write_to_the_image_is_private, "a debugger's write is seen by other processes",
     "kernel/vdso/image.c:/^vdso_map/, kernel/mm/fault.c:/^copy_on_write/")
{
    char *image = (char *)vdso()->start, old = image[8];
    EQ(IN_CHILD(write_to_image(image)), 0);
    EQ(image[8], old);
    EQ(IN_CHILD(EQ(image[8], old)), 0);
}

static volatile int count;

static void
handler(int signal)
{
    count++;
}

static void
live_without(unsigned long start, unsigned long end)
{
    struct timespec t;
    EQ(sys(SYS_munmap, start, end - start), 0);
    /* The call itself is as before; a handler has nowhere to return to. */
    EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC, &t), 0);
    EQ(IN_CHILD(signal(SIGUSR1, handler); sys(SYS_kill, sys(SYS_getpid), SIGUSR1)),
       KILLED(SIGSEGV));
}

/* Programs with a layout of their own do it. A signal handler then returns into a hole: the
 * process' death, nobody else's. */
TEST(removed_vdso_dies_cleanly, "munmap of the vDSO is refused, or a signal then hangs",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    const struct area *a = vdso();
    unsigned long start = a->start, end = a->end;
    EQ(IN_CHILD(live_without(start, end)), 0);
}

/* Moves all of the image and leaves vvar where it is, as CRIU does. */
static void
move(unsigned long from, unsigned long size, char *to)
{
    EQ(sys(SYS_mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
    sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
    EQ(count, 1);
    areas_read();
    EQ(area_named("[vdso]")->start, to);
    FAULTS(probe_read((char *)from), SIGSEGV, SEGV_MAPERR, from);
}

/* CRIU restores a process by moving it to where it was. The kernel must follow, or the next handler
 * returns to the old address. */
TEST(moved_vdso_works, "signals return to the old place", "kernel/annex/remap/remap.c:/^move_area/")
{
    const struct area *a = vdso();
    unsigned long start = a->start, size = a->end - a->start;
    char *to = mmap(NULL, size, PROT_NONE, ANON, -1, 0);
    signal(SIGUSR1, handler);
    EQ(IN_CHILD(move(start, size, to)), 0);
}

/* The image moves whole or not at all, and never becomes larger; a vvar that has moved has the same
 * rights. As on Linux. */
TEST(part_of_the_vdso_is_not_moved, "mremap tears the image in two, or opens the data page",
     "kernel/annex/remap/remap.c:/^remap/")
{
    const struct area *a = vdso();
    unsigned long start = a->start, size = a->end - a->start;
    char *to = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    if (size > PAGE)
        ERR(sys(SYS_mremap, start, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), EINVAL);
    ERR(sys(SYS_mremap, start, size, 2 * size, MREMAP_MAYMOVE), EFAULT);
    a = area_named("[vvar]");
    start = a->start;
    size = a->end - a->start;
    to = mmap(NULL, size, PROT_NONE, ANON, -1, 0);
    EQ(sys(SYS_mremap, start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
    may_only_be_read(to, size);
}

/* The place is drawn for each exec, so anything that depends on it would differ. */
TEST(same_in_all_processes, "a process sees other bytes of the image", "kernel/vdso/image.c")
{
    const struct area *a = vdso();
    const char *image = (const char *)a->start;
    size_t size = a->end - a->start;
    int fds[2];
    static char other[65536];
    OK(pipe(fds));
    EQ(IN_CHILD(dup2(fds[1], 1); execl(check_self, check_self, "@image", NULL)), 0);
    EQ(read(fds[0], other, sizeof(other)), size);
    EQ(memcmp(image, other, size), 0);
}

int
role(int argc, char **argv)
{
    areas_read();
    const struct area *a = area_named("[vdso]");
    size_t size = a->end - a->start;
    return write(1, (void *)a->start, size) != (ssize_t)size;
}
