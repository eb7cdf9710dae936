/* brk.c - the heap's end: brk as glibc, musl and plain programs use it.
 *
 * On failure the system call gives the old end, never an errno: libc compares and makes ENOMEM of
 * it. The checks use the raw call and neither malloc nor printf, who would move the end
 * themselves. What a malloc does with it is left to the programs that have one. Source: brk(2),
 * "C library/kernel differences". */

#include "probe.h"
#include "areas.h"
#include "fixture.h"

extern char _end[];

/* NULL only asks: 0 lies below the heap, so it is refused like any bad end. */
static char *
brk_to(char *to)
{
    return (char *)sys(SYS_brk, to);
}

/* The break itself may stand anywhere, areas begin and end with pages. */
static char *
page_up(char *at)
{
    return (char *)(((uintptr_t)at + PAGE - 1) & -PAGE);
}

/* How far behind is drawn at each exec (aslr.c). The program's own .bss must lie wholly below the
 * heap. */
TEST(starts_behind_the_program, "the first break lies inside bss",
     "kernel/proc/exec.c:/^draw_places/")
{
    char *now = brk_to(NULL);
    TRUE(now >= _end);
}

/* glibc's malloc hands such memory out as calloc's without clearing it. */
TEST(grows_and_is_zero, "brk returns 0 or the old end, or the memory is dirty",
     "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 10 * PAGE), old + 10 * PAGE);
    EQ(brk_to(NULL), old + 10 * PAGE);
    for (unsigned long i = 0; i < 10 * PAGE; i++)
        EQ(old[i], 0);
    memset(old, 1, 10 * PAGE);
}

/* sbrk(3) adds to what brk gave: rounded, each sbrk(1) would cost a page. 5000 lies in the second
 * page. */
TEST(is_exact_to_the_byte, "the break is rounded to a page", "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 1), old + 1);
    EQ(brk_to(NULL), old + 1);
    EQ(brk_to(old + 5000), old + 5000);
    WORKS(probe_write(old + 4999));
}

/* malloc_trim(3) shrinks, the next malloc grows again. Pages that were kept would show old data. */
TEST(shrinks_and_grows_zeroed, "old contents come back, or the pages stay mapped",
     "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    char *base = page_up(old);
    EQ(brk_to(base + 8 * PAGE), base + 8 * PAGE);
    memset(base, 7, 8 * PAGE);
    EQ(brk_to(base + 2 * PAGE), base + 2 * PAGE);
    EQ(base[2 * PAGE - 1], 7);
    FAULTS(probe_read(base + 2 * PAGE), SIGSEGV, SEGV_MAPERR, base + 2 * PAGE);
    EQ(brk_to(base + 8 * PAGE), base + 8 * PAGE);
    EQ(base[2 * PAGE], 0);
    EQ(base[8 * PAGE - 1], 0);
}

/* These ends are below the heap, behind user space and in the kernel's half: each names memory that
 * the call must not touch. -1 is also what a wrapped sum of sbrk looks like. */
TEST(failure_gives_the_old_end, "brk answers -ENOMEM or -1", "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    EQ(brk_to((char *)1), old);
    EQ(brk_to((char *)((uintptr_t)_end - PAGE)), old);
    EQ(brk_to((char *)USER_END), old);
    EQ(brk_to((char *)(USER_END - 1)), old);
    EQ(brk_to((char *)-1L), old);
    EQ(brk_to((char *)KERNEL_ADDRESS), old);
    EQ(brk_to(NULL), old);
}

/* MAP_FIXED_NOREPLACE proves that nothing was there before. A failed brk changes nothing: it may
 * still be moved up to the wall. */
TEST(stops_at_a_mapping, "the heap grows over a mapping", "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    char *base = page_up(old);
    char *wall = base + 20 * PAGE;
    EQ(mmap(wall, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), wall);
    wall[0] = 3;
    EQ(brk_to(base + 30 * PAGE), old);
    EQ(wall[0], 3);
    EQ(brk_to(base + 10 * PAGE), base + 10 * PAGE);
}

/* musl maps a PROT_NONE page over the start of its brk heap, as a guard. The area is split then,
 * and to grow it brk must find its last part, not its first. */
TEST(heap_pages_are_ordinary, "musl's PROT_NONE MAP_FIXED page over the heap is refused",
     "kernel/mm/map.c:/^space_brk/")
{
    char *old = brk_to(NULL);
    char *base = page_up(old);
    EQ(brk_to(base + 2 * PAGE), base + 2 * PAGE);
    EQ(mmap(base, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0), base);
    FAULTS(probe_read(base), SIGSEGV, SEGV_ACCERR, base);
    WORKS(probe_write(base + PAGE));
    EQ(brk_to(base + 4 * PAGE), base + 4 * PAGE);
    WORKS(probe_write(base + 3 * PAGE));
    OK(mprotect(base + PAGE, PAGE, PROT_READ));
    FAULTS(probe_write(base + PAGE), SIGSEGV, SEGV_ACCERR, base + PAGE);
}

/* The tools that say where an address is (pmap, gdb's `info proc mappings`) go by this name. */
TEST(heap_is_named, "[heap] is missing in /proc/self/maps", "kernel/proc/report.c:/^print_maps/")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 3 * PAGE), old + 3 * PAGE);
    areas_read();
    /* There may be two lines: Linux does not merge what was touched before fork with what was
     * not. */
    const struct area *heap = area_at(old + 2 * PAGE);
    TRUE(heap && strcmp(heap->name, "[heap]") == 0);
    EQ(heap->end, page_up(old + 3 * PAGE));
    EQ(strcmp(heap->prot, "rw-p"), 0);
}

/* The child's malloc goes on from where the parent's was. */
TEST(fork_keeps_the_break, "the child starts with another heap end",
     "kernel/mm/space.c:/^space_fork/")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + PAGE), old + PAGE);
    old[5] = 5;
    EQ(IN_CHILD(EQ(brk_to(NULL), old + PAGE); EQ(old[5], 5);
                EQ(brk_to(old + 9 * PAGE), old + 9 * PAGE)),
       0);
    EQ(brk_to(NULL), old + PAGE);
}

/* The break is drawn with room above it; a small program still wants tens of megabytes. Only
 * touched pages cost. */
TEST(large_heap, "the heap has no room for a few dozen megabytes",
     "kernel/proc/exec.c:/^draw_places/")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + (40L << 20)), old + (40L << 20));
    old[20L << 20] = 1;
    EQ(old[30L << 20], 0);
    EQ(brk_to(old), old);
}
