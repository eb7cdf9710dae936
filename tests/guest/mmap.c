/* mmap.c - mmap, munmap and mprotect of anonymous memory: places, refusals, splits, protections.
 *
 * Files are in filemap.c, fork in cow.c, the heap in brk.c. Source: mmap(2), mprotect(2), and
 * what Linux 6.12 does with Sv39. */
#include "probe.h"
#include "areas.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *
map(unsigned long pages, int prot)
{
    char *p = mmap(NULL, pages * PAGE, prot, ANON, -1, 0);
    if (p == MAP_FAILED)
        FAIL("expected mmap of %lu pages to work, seen %s", pages, strerrorname_np(errno));
    return p;
}

TEST(fresh_memory_is_zero, "a frame is given out with what it held before", "kernel/mm (frame)")
{
    for (int round = 0; round < 4; round++) {
        char *p = map(64, RW);
        for (unsigned long i = 0; i < 64 * PAGE; i += 8)
            EQ(*(long *)(p + i), 0);
        memset(p, 0xa5, 64 * PAGE);
        OK(munmap(p, 64 * PAGE));
    }
}

TEST(length_is_rounded_up, "a last part page is not mapped, or munmap of it is refused",
     "kernel/syscall")
{
    char *p = mmap(NULL, PAGE + 1, RW, ANON, -1, 0);
    WORKS(probe_write(p + 2 * PAGE - 1));
    OK(munmap(p, PAGE + 1));
    FAULTS(probe_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
}

TEST(mmap_refuses, "an argument is not checked", "kernel/syscall")
{
    ERR(sys(SYS_mmap, 0, 0, RW, ANON, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, 1), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, 77, 0), EBADF);
    ERR(sys(SYS_mmap, 0, -1L, RW, ANON, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, 0, 1UL << 40, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, 0, 1UL << 38, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
}

TEST(mmap_fixed_refuses, "MAP_FIXED takes an odd or a kernel address", "kernel/syscall")
{
    char *p = map(4, RW);
    ERR(sys(SYS_mmap, p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, 0x4000000000, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, 0x3ffffff000, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, 0xffffffd600000000, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, -PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
}

TEST(page_zero_stays_unmapped, "a null pointer can be made to work", "kernel/mm (space)")
{
    FAULTS(probe_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
    FAULTS(probe_write((char *)8), SIGSEGV, SEGV_MAPERR, 8);
    /* A hint of 0 or inside page 0 is no wish for it. */
    TRUE((unsigned long)mmap(NULL, PAGE, RW, ANON, -1, 0) >= PAGE);
    TRUE((unsigned long)mmap((void *)8, PAGE, RW, ANON, -1, 0) >= PAGE);
}

TEST(hint_is_used_when_free, "the hint is ignored", "kernel/mm (space)")
{
    char *p = map(8, RW);
    OK(munmap(p, 8 * PAGE));
    EQ(mmap(p + 2 * PAGE, PAGE, RW, ANON, -1, 0), p + 2 * PAGE);
    /* Rounded down to its page. */
    EQ(mmap(p + 4 * PAGE + 5, PAGE, RW, ANON, -1, 0), p + 4 * PAGE);
}

TEST(hint_taken_is_moved, "a hint replaces what is there", "kernel/mm (space)")
{
    char *p = map(4, RW);
    p[0] = 1;
    char *q = mmap(p, PAGE, RW, ANON, -1, 0);
    TRUE(q != MAP_FAILED && q != p);
    EQ(p[0], 1);
    EQ(q[0], 0);
}

TEST(hint_out_of_reach_is_ignored, "a hint above the user half fails: Go asks 0xc000000000",
     "kernel/mm (space)")
{
    static const unsigned long hints[] = { 0xc000000000, 0x4000000000, 0x3ffffff000,
                                           0xffffffd600000000, -PAGE };
    for (int i = 0; i < 5; i++) {
        char *p = mmap((void *)hints[i], 16 * PAGE, RW, ANON, -1, 0);
        TRUE(p != MAP_FAILED && (unsigned long)p < 0x4000000000);
        WORKS(probe_write(p + 16 * PAGE - 1));
    }
}

TEST(fixed_replaces, "MAP_FIXED keeps old pages or refuses", "kernel/mm (space)")
{
    char *p = map(4, RW);
    memset(p, 7, 4 * PAGE);
    EQ(mmap(p + PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), p + PAGE);
    EQ(p[0], 7);
    EQ(p[PAGE], 0);
    EQ(p[3 * PAGE - 1], 0);
    EQ(p[3 * PAGE], 7);
    FAULTS(probe_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    SHAPE(p, 4, "rw-p:1 r--p:2 rw-p:1");
}

TEST(fixed_noreplace_refuses, "MAP_FIXED_NOREPLACE is taken for a hint or for MAP_FIXED",
     "kernel/syscall")
{
    char *p = map(4, RW);
    p[0] = 7;
    FAILS(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    EQ(p[0], 7);
    OK(munmap(p, PAGE));
    EQ(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), p);
    EQ(p[0], 0);
}

TEST(munmap_splits, "a hole in the middle takes an end along", "kernel/mm (space)")
{
    char *p = map(5, RW);
    memset(p, 7, 5 * PAGE);
    OK(munmap(p + 2 * PAGE, PAGE));
    SHAPE(p, 5, "rw-p:2 hole:1 rw-p:2");
    FAULTS(probe_read(p + 2 * PAGE), SIGSEGV, SEGV_MAPERR, p + 2 * PAGE);
    EQ(p[2 * PAGE - 1], 7);
    EQ(p[3 * PAGE], 7);
}

TEST(munmap_across_areas, "only the first of several areas is removed", "kernel/mm (space)")
{
    char *p = map(9, RW);
    OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    OK(munmap(p + 4 * PAGE, PAGE));
    OK(mprotect(p + 6 * PAGE, PAGE, PROT_NONE));
    OK(munmap(p + PAGE, 7 * PAGE));
    SHAPE(p, 9, "rw-p:1 hole:7 rw-p:1");
}

TEST(munmap_of_nothing_is_fine, "a range without mappings is an error", "kernel/mm (space)")
{
    char *p = map(4, RW);
    OK(munmap(p, 4 * PAGE));
    OK(munmap(p, 4 * PAGE));
}

TEST(munmap_refuses, "an odd address or a zero length is taken", "kernel/syscall")
{
    char *p = map(4, RW);
    ERR(sys(SYS_munmap, p + 1, PAGE), EINVAL);
    ERR(sys(SYS_munmap, p, 0), EINVAL);
    ERR(sys(SYS_munmap, p, -1L), EINVAL);
    ERR(sys(SYS_munmap, 0xffffffd600000000, PAGE), EINVAL);
    ERR(sys(SYS_munmap, 0x3ffffff000, 2 * PAGE), EINVAL);
    WORKS(probe_write(p));
}

TEST(mprotect_changes_access, "the page table or the TLB keeps the old right", "kernel/mm (space)")
{
    char *p = map(3, RW);
    memset(p, 7, 3 * PAGE);
    OK(mprotect(p + PAGE, PAGE, PROT_READ));
    WORKS(probe_read(p + PAGE));
    FAULTS(probe_write(p + PAGE + 9), SIGSEGV, SEGV_ACCERR, p + PAGE + 9);
    OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    FAULTS(probe_read(p + PAGE + 5), SIGSEGV, SEGV_ACCERR, p + PAGE + 5);
    OK(mprotect(p + PAGE, PAGE, RW));
    EQ(p[PAGE], 7);
    WORKS(probe_write(p + PAGE));
}

TEST(mprotect_before_first_touch, "a lazy page comes in with the old right", "kernel/mm (fault)")
{
    char *p = map(3, RW);
    OK(mprotect(p, PAGE, PROT_READ));
    FAULTS(probe_write(p), SIGSEGV, SEGV_ACCERR, p);
    EQ(p[0], 0);
    FAULTS(probe_write(p), SIGSEGV, SEGV_ACCERR, p);
    OK(mprotect(p, PAGE, RW));
    WORKS(probe_write(p));
    EQ(p[0], 42);
}

TEST(write_after_zero_read, "the shared zero page is written or stays read-only",
     "kernel/mm (fault)")
{
    char *p = map(2, RW), *q = map(2, RW);
    EQ(p[5], 0);
    EQ(q[5], 0);
    p[5] = 9;
    EQ(p[5], 9);
    EQ(q[5], 0);
}

TEST(mprotect_splits_and_merges, "areas pile up: each mprotect leaves one more",
     "kernel/mm (space)")
{
    char *p = map(8, RW);
    OK(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ));
    SHAPE(p, 8, "rw-p:2 r--p:2 rw-p:4");
    OK(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
    SHAPE(p, 8, "rw-p:2 r--p:3 rw-p:3");
    OK(mprotect(p + 3 * PAGE, PAGE, RW));
    SHAPE(p, 8, "rw-p:2 r--p:1 rw-p:1 r--p:1 rw-p:3");
    OK(mprotect(p + 2 * PAGE, 3 * PAGE, RW));
    SHAPE(p, 8, "rw-p:8");
}

TEST(mprotect_refuses, "a hole in the range is not reported", "kernel/syscall")
{
    char *p = map(4, RW);
    ERR(sys(SYS_mprotect, p + 1, PAGE, RW), EINVAL);
    ERR(sys(SYS_mprotect, p, PAGE, 0x40), EINVAL);
    EQ(sys(SYS_mprotect, p, 0, PROT_READ), 0);
    WORKS(probe_write(p));
    ERR(sys(SYS_mprotect, p, -1L, PROT_READ), ENOMEM);
    OK(munmap(p + 2 * PAGE, PAGE));
    ERR(sys(SYS_mprotect, p, 4 * PAGE, PROT_READ), ENOMEM);
    ERR(sys(SYS_mprotect, p + 2 * PAGE, PAGE, PROT_READ), ENOMEM);
    ERR(sys(SYS_mprotect, 0xffffffd600000000, PAGE, PROT_READ), ENOMEM);
}

TEST(prot_none_is_no_access, "PROT_NONE pages can be read", "kernel/mm (fault)")
{
    char *p = map(2, PROT_NONE);
    FAULTS(probe_read(p), SIGSEGV, SEGV_ACCERR, p);
    FAULTS(probe_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    FAULTS(probe_call(p), SIGSEGV, SEGV_ACCERR, p);
    SHAPE(p, 2, "---p:2");
}

TEST(write_only_is_readable_too, "a W-only pte is reserved: the page must get R as well",
     "kernel/mm (pagetable)")
{
    char *p = map(1, PROT_WRITE);
    WORKS(probe_write(p));
    WORKS(probe_read(p));
    SHAPE(p, 1, "-w-p:1");
}

TEST(data_is_not_executable, "ptes of data have X", "kernel/mm (pagetable)")
{
    char *p = map(1, RW);
    /* c.jr ra */
    *(uint16_t *)p = 0x8082;
    FAULTS(probe_call(p), SIGSEGV, SEGV_ACCERR, p);
    char stack[16] __attribute__((aligned(4)));
    *(volatile uint16_t *)stack = 0x8082;
    FAULTS(probe_call(stack), SIGSEGV, SEGV_ACCERR, stack);
}

TEST(text_is_not_writable, "the program's text is writable", "kernel/proc (elf)")
{
    char *text = (char *)(uintptr_t)&getpid;
    FAULTS(probe_write(text), SIGSEGV, SEGV_ACCERR, text);
}

TEST(write_and_execute_on_request, "an explicit PROT_WRITE|PROT_EXEC is refused", "kernel/syscall")
{
    char *p = map(1, RW | PROT_EXEC);
    *(uint16_t *)p = 0x8082;
    __builtin___clear_cache(p, p + 2);
    WORKS(probe_call(p));
    SHAPE(p, 1, "rwxp:1");
    char *q = map(1, RW);
    *(uint16_t *)q = 0x8082;
    OK(mprotect(q, PAGE, PROT_READ | PROT_EXEC));
    __builtin___clear_cache(q, q + 2);
    WORKS(probe_call(q));
    FAULTS(probe_write(q), SIGSEGV, SEGV_ACCERR, q);
}

TEST(reserve_512_mib, "PROT_NONE costs page tables or is charged", "kernel/mm (space)")
{
    unsigned long size = 512UL << 20;
    char *a = mmap(NULL, size, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    char *b = mmap(NULL, size, PROT_NONE, ANON, -1, 0);
    TRUE(a != MAP_FAILED && b != MAP_FAILED);
    /* Pieces of it are made usable, as Go does. */
    EQ(mmap(a + (64 << 20), 1 << 20, RW, ANON | MAP_FIXED, -1, 0), a + (64 << 20));
    WORKS(probe_write(a + (64 << 20)));
    OK(mprotect(b + (100 << 20), PAGE, RW));
    WORKS(probe_write(b + (100 << 20)));
    OK(munmap(a, 64 << 20));
    OK(munmap(a + (65 << 20), size - (65 << 20)));
    WORKS(probe_write(a + (65 << 20) - 1));
}

TEST(madvise_dontneed_zeroes, "the old contents come back", "kernel/mm (space)")
{
    char *p = map(4, RW);
    memset(p, 7, 4 * PAGE);
    EQ(sys(SYS_madvise, p + PAGE, 2 * PAGE, MADV_DONTNEED), 0);
    EQ(p[0], 7);
    EQ(p[PAGE], 0);
    EQ(p[3 * PAGE - 1], 0);
    EQ(p[3 * PAGE], 7);
    p[PAGE] = 3;
    EQ(p[PAGE], 3);
}

TEST(madvise_refuses, "an odd address, unknown advice or a hole is taken", "kernel/syscall")
{
    char *p = map(3, RW);
    ERR(sys(SYS_madvise, p + 1, PAGE, MADV_DONTNEED), EINVAL);
    ERR(sys(SYS_madvise, p, PAGE, 999), EINVAL);
    EQ(sys(SYS_madvise, p, 0, MADV_DONTNEED), 0);
    OK(munmap(p + PAGE, PAGE));
    ERR(sys(SYS_madvise, p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    ERR(sys(SYS_madvise, p + PAGE, PAGE, MADV_WILLNEED), ENOMEM);
    for (int unknown = 5; unknown <= 7; unknown++)
        ERR(sys(SYS_madvise, p, PAGE, unknown), EINVAL);
}

TEST(madvise_does_not_lie, "advice with an effect is answered with 0, and nothing happens",
     "kernel/syscall/memory.c:/^sys_madvise/")
{
    /* A kernel may lack these; a program that hears 0 relies on them, with secrets even. */
    char *p = map(1, RW);
    *p = 1;
    if (sys(SYS_madvise, p, PAGE, MADV_WIPEONFORK) == 0)
        EQ(IN_CHILD(_exit(*p)), 0);
    char *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared = 1;
    if (sys(SYS_madvise, shared, PAGE, MADV_REMOVE) == 0)
        EQ(*shared, 0);
    p = map(1, RW);
    if (sys(SYS_madvise, p, PAGE, MADV_DONTFORK) == 0)
        EQ(IN_CHILD(_exit(sys(SYS_madvise, p, PAGE, MADV_NORMAL) != -ENOMEM)), 0);
}

TEST(msync_finds_holes, "only the first page of the range is looked at",
     "kernel/syscall/memory.c:/^sys_msync/")
{
    char *p = map(3, RW);
    EQ(sys(SYS_msync, p, 3 * PAGE, MS_SYNC), 0);
    OK(munmap(p + PAGE, PAGE));
    ERR(sys(SYS_msync, p, 3 * PAGE, MS_SYNC), ENOMEM);
    EQ(sys(SYS_msync, p + 2 * PAGE, PAGE, MS_SYNC), 0);
    ERR(sys(SYS_msync, p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
}

TEST(adjacent_mappings_merge, "ten thousand small mmaps make ten thousand areas",
     "kernel/mm (space)")
{
    char *p = map(16, RW);
    OK(munmap(p, 16 * PAGE));
    for (int i = 0; i < 16; i++)
        EQ(mmap(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), p + i * PAGE);
    SHAPE(p, 16, "rw-p:16");
}

TEST(many_areas, "a table of areas is full at some small number", "kernel/mm (space)")
{
    enum { N = 2000 };
    char *p = map(N, RW);
    for (int i = 0; i < N; i += 2)
        OK(mprotect(p + i * PAGE, PAGE, PROT_READ));
    for (int i = 0; i < N; i++)
        if (i % 2)
            p[i * PAGE] = 1;
        else
            EQ(p[i * PAGE], 0);
    OK(mprotect(p, N * PAGE, RW));
    OK(munmap(p, N * PAGE));
}

TEST(msync_and_mlock_do_no_harm, "libc's calls that may be no-ops crash", "kernel/syscall")
{
    char *p = map(2, RW);
    long r = sys(SYS_msync, p, PAGE, MS_SYNC);
    TRUE(r == 0 || r == -ENOSYS);
    r = sys(SYS_mlock, p, PAGE);
    TRUE(r == 0 || r == -ENOSYS);
}
