/* mremap.c - mremap: growing, shrinking, moving; realloc of large blocks lives on it.
 *
 * May be missing as a whole (ENOSYS: libc then copies); if it is there, it is right. Not here:
 * moving the vDSO (vdso.c), and whether other harts see the move in time (shootdown.c). Source:
 * mremap(2). */

#include "probe.h"
#include "areas.h"

/* Writable pages, each of which begins with its number from 1 on, so that a moved one is known. */
static char *
map(unsigned long pages)
{
    char *p = anonymous(pages, RW);
    for (unsigned long i = 0; i < pages; i++)
        p[i * PAGE] = i + 1;
    return p;
}

/* The raw call with its sizes in pages: the result or a negative errno. */
static long
remap(char *from, unsigned long pages, unsigned long wanted, int flags, char *to)
{
    return sys(SYS_mremap, from, pages * PAGE, wanted * PAGE, flags, to);
}

/* Ends the check when there is no mremap. */
static void
needed(void)
{
    if (sys(SYS_mremap, 1, 0, 0, 0) == -ENOSYS)
        _exit(0);
}

/* The block gets shorter: its head stays where it is, the rest is unmapped. */
TEST(shrinks_in_place, "the tail stays mapped", "kernel/annex/remap/remap.c:/^remap/")
{
    needed();
    char *p = map(6);
    EQ(remap(p, 6, 2, 0, 0), p);
    EQ(p[PAGE], 2);
    SHAPE(p, 6, "rw-p:2 hole:4");
}

/* Shrinking is the one change that may go over several areas, and over a hole: it only unmaps.
 * Growing across them is refused. */
TEST(shrinks_across_areas, "shrinking is refused where several areas, or none, go",
     "kernel/annex/remap/remap.c:/^remap/")
{
    needed();
    char *p = map(4);
    OK(mprotect(p + PAGE, PAGE, PROT_READ));
    OK(munmap(p + 2 * PAGE, PAGE));
    EQ(remap(p, 4, 1, 0, 0), p);
    SHAPE(p, 4, "rw-p:1 hole:3");
    ERR(remap(p, 2, 3, MREMAP_MAYMOVE, 0), EFAULT);
}

/* The room behind was mapped a moment ago, so its frames are dirty: the part that comes new must be
 * cleared as any fresh anonymous memory. */
TEST(grows_in_place, "room behind is not used, or the new part is dirty",
     "kernel/annex/remap/remap.c:/^remap/")
{
    needed();
    char *p = map(8);
    OK(munmap(p + 2 * PAGE, 6 * PAGE));
    EQ(remap(p, 2, 8, 0, 0), p);
    EQ(p[PAGE], 2);
    EQ(p[2 * PAGE], 0);
    SHAPE(p, 8, "rw-p:8");
}

/* A caller without MREMAP_MAYMOVE still holds pointers into the block, so it may not move. The
 * third page stands in the way: it is part of the same area, yet not of the range. */
TEST(no_room_without_maymove, "it moves without being allowed to",
     "kernel/annex/remap/remap.c:/^remap/")
{
    needed();
    char *p = map(3);
    ERR(remap(p, 2, 4, 0, 0), ENOMEM);
    EQ(p[2 * PAGE], 3);
}

/* Forty pages, so that the two beside which there is no room must really go elsewhere. The pages
 * move, not their bytes: that is why realloc of megabytes is cheap. */
TEST(moves_when_allowed, "contents are lost, or the old place stays",
     "kernel/annex/remap/remap.c:/^move_area/")
{
    needed();
    char *p = map(3);
    char *q = (char *)remap(p, 2, 40, MREMAP_MAYMOVE, 0);
    TRUE(q != p && (unsigned long)q < USER_END);
    EQ(q[0], 1);
    EQ(q[PAGE], 2);
    EQ(q[39 * PAGE], 0);
    FAULTS(probe_read(p), SIGSEGV, SEGV_MAPERR, p);
    EQ(p[2 * PAGE], 3);
}

/* mremap(2), MREMAP_FIXED: what was mapped there goes, as with mmap, and only within the two
 * pages. */
TEST(moves_to_a_place, "MREMAP_FIXED does not replace what is there",
     "kernel/annex/remap/remap.c:/^move_area/")
{
    needed();
    char *p = map(2), *q = map(4);
    EQ(remap(p, 2, 2, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE), q + PAGE);
    EQ(q[0], 1);
    EQ(q[PAGE], 1);
    EQ(q[2 * PAGE], 2);
    EQ(q[3 * PAGE], 4);
    FAULTS(probe_read(p), SIGSEGV, SEGV_MAPERR, p);
}

/* mremap(2), ERRORS: odd addresses, sizes of 0, unknown flags, MREMAP_FIXED without
 * MREMAP_MAYMOVE. */
TEST(refusals, "bad addresses, sizes or flags are taken", "kernel/annex/remap/remap.c:/^remap/")
{
    needed();
    char *p = map(4);
    ERR(sys(SYS_mremap, p + 1, PAGE, PAGE, 0), EINVAL);
    ERR(sys(SYS_mremap, p, PAGE, 0, 0), EINVAL);
    ERR(sys(SYS_mremap, p, PAGE, PAGE, 0x40), EINVAL);
    ERR(remap(p, 2, 2, MREMAP_FIXED, p + 8 * PAGE), EINVAL);
    ERR(sys(SYS_mremap, p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 1), EINVAL);
    /* Old and new place overlap: there is no order in which pages could be moved safely. */
    ERR(remap(p, 3, 3, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE), EINVAL);
    ERR(remap((char *)USER_END, 1, 2, MREMAP_MAYMOVE, 0), EFAULT);
    OK(munmap(p, 4 * PAGE));
    ERR(remap(p, 1, 2, MREMAP_MAYMOVE, 0), EFAULT);
}

/* Copy on write is a property of the frame. A move that makes the new page simply writable gives
 * the child its parent's memory. */
TEST(moved_pages_are_private_after_fork, "a moved page is shared with the child",
     "kernel/annex/remap/remap.c:/^move_area/, kernel/mm/area.c:/^area_share/")
{
    needed();
    char *p = map(3);
    EQ(IN_CHILD(char *q = (char *)remap(p, 3, 30, MREMAP_MAYMOVE, 0); q[0] = 50; EQ(q[PAGE], 2)),
       0);
    EQ(p[0], 1);
    EQ(p[PAGE], 2);
}

/* glibc: blocks above 128 KiB (M_MMAP_THRESHOLD) are mappings and grow by mremap. */
TEST(realloc_keeps_contents, "realloc of megabytes loses bytes",
     "kernel/annex/remap/remap.c:/^remap/")
{
    unsigned long size = 1 << 20;
    unsigned *p = malloc(size);
    for (int step = 0; step < 6; step++) {
        for (unsigned long i = 0; i < size / 4; i++)
            p[i] = i;
        p = realloc(p, 2 * size);
        for (unsigned long i = 0; i < size / 4; i += 512)
            EQ(p[i], i);
        size *= 2;
        if (size > 8 << 20)
            break;
    }
    free(p);
}
