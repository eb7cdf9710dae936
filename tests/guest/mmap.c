/* mmap.c - mmap, munmap and madvise of anonymous memory: places, refusals, splits.
 *
 * Elsewhere: rights (mprotect.c), files (filemap.c), fork (cow.c), the heap (brk.c), moving
 * (mremap.c), and whether other harts forget a translation in time (shootdown.c). Source: mmap(2),
 * munmap(2), madvise(2); which of several errors comes first is what Linux 6.12 does with Sv39. The
 * user half ends at USER_END (fixture.h); shapes of areas are read from /proc/self/maps. */

#include "probe.h"
#include "areas.h"

/* mmap(2) on MAP_ANONYMOUS. Apart from the secrets of other processes: glibc's calloc does not
 * clear what comes fresh from mmap. Several rounds, because the first may get frames that nobody
 * had before. */
TEST(fresh_memory_is_zero, "a frame is given out with what it held before",
     "kernel/mm/frame.c:/^frame_alloc_zero/")
{
    for (int round = 0; round < 4; round++) {
        char *p = anonymous(64, RW);
        for (unsigned long i = 0; i < 64 * PAGE; i += 8)
            EQ(*(long *)(p + i), 0);
        memset(p, 0xa5, 64 * PAGE);
        OK(munmap(p, 64 * PAGE));
    }
}

/* mmap(2), munmap(2): a page that is touched by the range belongs to it whole. malloc and the
 * loader pass lengths as they are. */
TEST(length_is_rounded_up, "a last part page is not mapped, or munmap of it is refused",
     "kernel/mm/map.c:/^space_map/")
{
    char *p = mmap(NULL, PAGE + 1, RW, ANON, -1, 0);
    WORKS(probe_write(p + 2 * PAGE - 1));
    OK(munmap(p, PAGE + 1));
    FAULTS(probe_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
}

/* mmap(2), ERRORS. Some of these lengths wrap to 0 or below it when they are rounded up to pages,
 * so they must be refused before. */
TEST(mmap_refuses, "an argument is not checked", "kernel/syscall/memory.c:/^sys_mmap/")
{
    ERR(sys(SYS_mmap, 0, 0, RW, ANON, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, 1), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
    ERR(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, 77, 0), EBADF);
    /* Rounded up to pages -1 is 0: who checks only after rounding takes it for an empty mapping. */
    ERR(sys(SYS_mmap, 0, -1L, RW, ANON, -1, 0), ENOMEM);
    /* More than the user half, and all of it: page 0 alone makes the second impossible. */
    ERR(sys(SYS_mmap, 0, 1UL << 40, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, 0, USER_END, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
}

/* Each range is outside in another way: odd, all above, half above, in the kernel's half, and one
 * whose end wraps to 0. */
TEST(mmap_fixed_refuses, "MAP_FIXED takes an odd or a kernel address",
     "kernel/mm/place.c:/^claim_place/")
{
    char *p = anonymous(4, RW);
    ERR(sys(SYS_mmap, p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    ERR(sys(SYS_mmap, USER_END, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, USER_END - PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, KERNEL_ADDRESS, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    ERR(sys(SYS_mmap, -PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
}

/* Page 0 is never mapped, as Linux keeps it by vm.mmap_min_addr: the kernel must never follow a
 * null pointer of its own into a program's data. */
TEST(page_zero_stays_unmapped, "a null pointer can be made to work",
     "kernel/mm/place.c:/^claim_place/")
{
    FAULTS(probe_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
    FAULTS(probe_write((char *)8), SIGSEGV, SEGV_MAPERR, 8);
    /* A hint of 0 or inside page 0 is no wish for it. */
    TRUE((unsigned long)mmap(NULL, PAGE, RW, ANON, -1, 0) >= PAGE);
    TRUE((unsigned long)mmap((void *)8, PAGE, RW, ANON, -1, 0) >= PAGE);
}

/* Programs that keep to an address space of their own layout (Go, Wine, sanitizers) ask by hint
 * first and live with another answer, but slowly. */
TEST(hint_is_used_when_free, "the hint is ignored", "kernel/mm/place.c:/^find_place/")
{
    char *p = anonymous(8, RW);
    OK(munmap(p, 8 * PAGE));
    EQ(mmap(p + 2 * PAGE, PAGE, RW, ANON, -1, 0), p + 2 * PAGE);
    /* mmap(2), NOTES: the kernel may pick any page near it; Linux rounds down. */
    EQ(mmap(p + 4 * PAGE + 5, PAGE, RW, ANON, -1, 0), p + 4 * PAGE);
}

/* A hint never replaces a mapping that is there; only MAP_FIXED does. */
TEST(hint_taken_is_moved, "a hint replaces what is there", "kernel/mm/place.c:/^find_place/")
{
    char *p = anonymous(4, RW);
    p[0] = 1;
    char *q = mmap(p, PAGE, RW, ANON, -1, 0);
    TRUE(q != MAP_FAILED && q != p);
    EQ(p[0], 1);
    EQ(q[0], 0);
}

/* An address without MAP_FIXED is only a wish (mmap(2)). Go's first wish suits the 48 bits that
 * other machines have, and all its later ones lie above it: if they were refused, Go would find no
 * heap at all. */
TEST(hint_out_of_reach_is_ignored, "a hint above the user half fails: Go asks 0xc000000000",
     "kernel/mm/place.c:/^find_place/")
{
    static const unsigned long hints[] = { 0xc000000000, USER_END, USER_END - PAGE, KERNEL_ADDRESS,
                                           -PAGE };
    for (int i = 0; i < 5; i++) {
        char *p = mmap((void *)hints[i], 16 * PAGE, RW, ANON, -1, 0);
        TRUE(p != MAP_FAILED && (unsigned long)p < USER_END);
        WORKS(probe_write(p + 16 * PAGE - 1));
    }
}

/* Dynamic loaders need this: they reserve the whole span of a library by mapping the file once,
 * then put each segment and .bss over that with MAP_FIXED. */
TEST(fixed_replaces, "MAP_FIXED keeps old pages or refuses",
     "kernel/mm/place.c:/^claim_place/, kernel/mm/area.c:/^area_unmap/")
{
    char *p = anonymous(4, RW);
    memset(p, 7, 4 * PAGE);
    EQ(mmap(p + PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), p + PAGE);
    EQ(p[0], 7);
    EQ(p[PAGE], 0);
    EQ(p[3 * PAGE - 1], 0);
    EQ(p[3 * PAGE], 7);
    FAULTS(probe_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    SHAPE(p, 4, "rw-p:1 r--p:2 rw-p:1");
}

/* mmap(2): EEXIST, and nothing is changed. A kernel that does not know the flag takes it for a
 * hint, which is why the caller has to be able to tell the two apart. */
TEST(fixed_noreplace_refuses, "MAP_FIXED_NOREPLACE is taken for a hint or for MAP_FIXED",
     "kernel/mm/place.c:/^claim_place/")
{
    char *p = anonymous(4, RW);
    p[0] = 7;
    FAILS(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    EQ(p[0], 7);
    OK(munmap(p, PAGE));
    EQ(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), p);
    EQ(p[0], 0);
}

/* One area becomes two with a hole between them. The page that goes may not take its neighbours'
 * frames along. */
TEST(munmap_splits, "a hole in the middle takes an end along", "kernel/mm/area.c:/^area_unmap/")
{
    char *p = anonymous(5, RW);
    memset(p, 7, 5 * PAGE);
    OK(munmap(p + 2 * PAGE, PAGE));
    SHAPE(p, 5, "rw-p:2 hole:1 rw-p:2");
    FAULTS(probe_read(p + 2 * PAGE), SIGSEGV, SEGV_MAPERR, p + 2 * PAGE);
    EQ(p[2 * PAGE - 1], 7);
    EQ(p[3 * PAGE], 7);
}

/* One range over holes and over areas with different rights: its first and last area are cut, those
 * between go whole. */
TEST(munmap_across_areas, "only the first of several areas is removed",
     "kernel/mm/area.c:/^area_unmap/")
{
    char *p = anonymous(9, RW);
    OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    OK(munmap(p + 4 * PAGE, PAGE));
    OK(mprotect(p + 6 * PAGE, PAGE, PROT_NONE));
    OK(munmap(p + PAGE, 7 * PAGE));
    SHAPE(p, 9, "rw-p:1 hole:7 rw-p:1");
}

/* munmap(2): "not an error". Allocators trim ranges whose ends they gave back before. */
TEST(munmap_of_nothing_is_fine, "a range without mappings is an error",
     "kernel/mm/area.c:/^area_unmap/")
{
    char *p = anonymous(4, RW);
    OK(munmap(p, 4 * PAGE));
    OK(munmap(p, 4 * PAGE));
}

/* Here p + 1 is odd, -1 wraps to 0 when it is rounded up, and the last two ranges leave the user
 * half. */
TEST(munmap_refuses, "an odd address or a zero length is taken", "kernel/mm/map.c:/^space_unmap/")
{
    char *p = anonymous(4, RW);
    ERR(sys(SYS_munmap, p + 1, PAGE), EINVAL);
    ERR(sys(SYS_munmap, p, 0), EINVAL);
    ERR(sys(SYS_munmap, p, -1L), EINVAL);
    ERR(sys(SYS_munmap, KERNEL_ADDRESS, PAGE), EINVAL);
    ERR(sys(SYS_munmap, USER_END - PAGE, 2 * PAGE), EINVAL);
    WORKS(probe_write(p));
}

/* Go, Java and the sanitizers reserve far more than they use, and more than a small machine has.
 * Only what is made usable may cost frames. */
TEST(reserve_512_mib, "PROT_NONE costs page tables or is charged",
     "kernel/syscall/memory.c:/^sys_mmap/")
{
    unsigned long size = 512UL << 20;
    enum { USED_AT = 64 << 20, USED = 1 << 20 };
    char *a = (char *)OK(mmap(NULL, size, PROT_NONE, ANON | MAP_NORESERVE, -1, 0));
    char *b = anonymous(size / PAGE, PROT_NONE);
    /* A piece is made usable by mapping over it, as Go does, or by mprotect, as glibc does. */
    EQ(mmap(a + USED_AT, USED, RW, ANON | MAP_FIXED, -1, 0), a + USED_AT);
    WORKS(probe_write(a + USED_AT));
    OK(mprotect(b + (100 << 20), PAGE, RW));
    WORKS(probe_write(b + (100 << 20)));
    /* The reservation on both sides goes, the piece stays. */
    OK(munmap(a, USED_AT));
    OK(munmap(a + USED_AT + USED, size - USED_AT - USED));
    WORKS(probe_write(a + USED_AT + USED - 1));
}

/* madvise(2): private anonymous pages read as zeros afterwards, at once. glibc, jemalloc and Go
 * give memory back so; jemalloc also counts on the zeros. */
TEST(madvise_dontneed_zeroes, "the old contents come back", "kernel/mm/map.c:/^space_advise/")
{
    char *p = anonymous(4, RW);
    memset(p, 7, 4 * PAGE);
    EQ(sys(SYS_madvise, p + PAGE, 2 * PAGE, MADV_DONTNEED), 0);
    EQ(p[0], 7);
    EQ(p[PAGE], 0);
    EQ(p[3 * PAGE - 1], 0);
    EQ(p[3 * PAGE], 7);
    p[PAGE] = 3;
    EQ(p[PAGE], 3);
}

/* madvise(2), ERRORS: ENOMEM says that a part of the range is not mapped, though the rest was done.
 * 5 to 7 and 999 are advice that no kernel knows. */
TEST(madvise_refuses, "an odd address, unknown advice or a hole is taken",
     "kernel/syscall/memory.c:/^sys_madvise/, kernel/mm/map.c:/^space_advise/")
{
    char *p = anonymous(3, RW);
    ERR(sys(SYS_madvise, p + 1, PAGE, MADV_DONTNEED), EINVAL);
    ERR(sys(SYS_madvise, p, PAGE, 999), EINVAL);
    EQ(sys(SYS_madvise, p, 0, MADV_DONTNEED), 0);
    OK(munmap(p + PAGE, PAGE));
    ERR(sys(SYS_madvise, p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    ERR(sys(SYS_madvise, p + PAGE, PAGE, MADV_WILLNEED), ENOMEM);
    for (int unknown = 5; unknown <= 7; unknown++)
        ERR(sys(SYS_madvise, p, PAGE, unknown), EINVAL);
}

/* A kernel may lack these three. But a program that hears 0 relies on what it asked for: it keeps
 * keys in memory that a child must not find. */
TEST(madvise_does_not_lie, "advice with an effect is answered with 0, and nothing happens",
     "kernel/syscall/memory.c:/^sys_madvise/")
{
    char *p = anonymous(1, RW);
    *p = 1;
    if (sys(SYS_madvise, p, PAGE, MADV_WIPEONFORK) == 0)
        EQ(IN_CHILD(_exit(*p)), 0);
    char *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared = 1;
    if (sys(SYS_madvise, shared, PAGE, MADV_REMOVE) == 0)
        EQ(*shared, 0);
    p = anonymous(1, RW);
    if (sys(SYS_madvise, p, PAGE, MADV_DONTFORK) == 0)
        EQ(IN_CHILD(_exit(sys(SYS_madvise, p, PAGE, MADV_NORMAL) != -ENOMEM)), 0);
}

/* msync(2), ENOMEM: a part of the range is not mapped. Nothing has to be written for that, but
 * every page must be looked for. */
TEST(msync_finds_holes, "only the first page of the range is looked at",
     "kernel/syscall/memory.c:/^sys_msync/")
{
    char *p = anonymous(3, RW);
    EQ(sys(SYS_msync, p, 3 * PAGE, MS_SYNC), 0);
    OK(munmap(p + PAGE, PAGE));
    ERR(sys(SYS_msync, p, 3 * PAGE, MS_SYNC), ENOMEM);
    EQ(sys(SYS_msync, p + 2 * PAGE, PAGE, MS_SYNC), 0);
    ERR(sys(SYS_msync, p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
}

/* Sixteen mappings side by side with the same rights are one area. A program that maps page by page
 * would otherwise have thousands of them, and each page fault would search through all. */
TEST(adjacent_mappings_merge, "ten thousand small mmaps make ten thousand areas",
     "kernel/mm/area.c:/^area_merge/")
{
    char *p = anonymous(16, RW);
    OK(munmap(p, 16 * PAGE));
    for (int i = 0; i < 16; i++)
        EQ(mmap(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), p + i * PAGE);
    SHAPE(p, 16, "rw-p:16");
}

/* Linux allows 65,530 (vm.max_map_count), so programs have never learnt to be modest. */
TEST(many_areas, "a table of areas is full at some small number", "kernel/mm/area.c:/^area_clone/")
{
    enum { N = 2000 };
    char *p = anonymous(N, RW);
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

/* Files are memory here and memory is never swapped, so these calls have nothing to do. A kernel
 * may lack them, and then it says so. */
TEST(msync_and_mlock_do_no_harm, "libc's calls that may be no-ops crash",
     "kernel/syscall/memory.c:/^sys_msync/")
{
    char *p = anonymous(2, RW);
    long r = sys(SYS_msync, p, PAGE, MS_SYNC);
    TRUE(r == 0 || r == -ENOSYS);
    r = sys(SYS_mlock, p, PAGE);
    TRUE(r == 0 || r == -ENOSYS);
}
