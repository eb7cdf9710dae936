/* brk.c - the heap's end: brk as glibc, musl and plain programs use it.
 *
 * On failure brk returns the old end, never an errno; that is how libc sees it. The checks use the
 * raw call and no malloc. Source: brk(2), notes on the Linux call. */
#include "probe.h"
#include "areas.h"

extern char _end[];

static char *
brk_to(char *to)
{
    return (char *)sys(SYS_brk, to);
}

TEST(starts_behind_the_program, "the first break lies inside bss", "kernel/proc (exec)")
{
    char *now = brk_to(NULL);
    TRUE(now >= _end);
    TRUE(now - _end < 64L << 20 || now - _end > 0);
}

TEST(grows_and_is_zero, "brk returns 0 or the old end, or the memory is dirty",
     "kernel/mm (space), kernel/syscall")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 10 * PAGE), old + 10 * PAGE);
    EQ(brk_to(NULL), old + 10 * PAGE);
    for (unsigned long i = 0; i < 10 * PAGE; i++)
        EQ(old[i], 0);
    memset(old, 1, 10 * PAGE);
}

TEST(is_exact_to_the_byte, "the break is rounded to a page", "kernel/syscall")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 1), old + 1);
    EQ(brk_to(NULL), old + 1);
    EQ(brk_to(old + 5000), old + 5000);
    WORKS(probe_write(old + 4999));
}

TEST(shrinks_and_grows_zeroed, "old contents come back, or the pages stay mapped",
     "kernel/mm (space)")
{
    char *old = brk_to(NULL);
    char *base = (char *)(((uintptr_t)old + PAGE - 1) & -PAGE);
    EQ(brk_to(base + 8 * PAGE), base + 8 * PAGE);
    memset(base, 7, 8 * PAGE);
    EQ(brk_to(base + 2 * PAGE), base + 2 * PAGE);
    EQ(base[2 * PAGE - 1], 7);
    FAULTS(probe_read(base + 2 * PAGE), SIGSEGV, SEGV_MAPERR, base + 2 * PAGE);
    EQ(brk_to(base + 8 * PAGE), base + 8 * PAGE);
    EQ(base[2 * PAGE], 0);
    EQ(base[8 * PAGE - 1], 0);
}

TEST(failure_gives_the_old_end, "brk answers -ENOMEM or -1", "kernel/syscall")
{
    char *old = brk_to(NULL);
    EQ(brk_to((char *)1), old);
    EQ(brk_to((char *)((uintptr_t)_end - PAGE)), old);
    EQ(brk_to((char *)0x4000000000), old);
    EQ(brk_to((char *)0x3fffffffff), old);
    EQ(brk_to((char *)-1L), old);
    EQ(brk_to((char *)0xffffffd600000000), old);
    EQ(brk_to(NULL), old);
}

TEST(stops_at_a_mapping, "the heap grows over a mapping", "kernel/mm (space)")
{
    char *old = brk_to(NULL);
    char *base = (char *)(((uintptr_t)old + PAGE - 1) & -PAGE);
    char *wall = base + 20 * PAGE;
    EQ(mmap(wall, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
            -1, 0),
       wall);
    wall[0] = 3;
    EQ(brk_to(base + 30 * PAGE), old);
    EQ(wall[0], 3);
    EQ(brk_to(base + 10 * PAGE), base + 10 * PAGE);
}

TEST(heap_pages_are_ordinary, "musl's PROT_NONE MAP_FIXED page over the heap is refused",
     "kernel/mm (space)")
{
    char *old = brk_to(NULL);
    char *base = (char *)(((uintptr_t)old + PAGE - 1) & -PAGE);
    EQ(brk_to(base + 2 * PAGE), base + 2 * PAGE);
    EQ(mmap(base, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), base);
    FAULTS(probe_read(base), SIGSEGV, SEGV_ACCERR, base);
    WORKS(probe_write(base + PAGE));
    EQ(brk_to(base + 4 * PAGE), base + 4 * PAGE);
    WORKS(probe_write(base + 3 * PAGE));
    OK(mprotect(base + PAGE, PAGE, PROT_READ));
    FAULTS(probe_write(base + PAGE), SIGSEGV, SEGV_ACCERR, base + PAGE);
}

TEST(heap_is_named, "[heap] is missing in /proc/self/maps", "kernel/proc (/proc files)")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + 3 * PAGE), old + 3 * PAGE);
    areas_read();
    /* There may be two lines: Linux does not merge what was touched before fork with what was
     * not. */
    const struct area *heap = area_at(old + 2 * PAGE);
    TRUE(heap && strcmp(heap->name, "[heap]") == 0);
    EQ(heap->end, ((uintptr_t)old + 4 * PAGE - 1) & -PAGE);
    EQ(strcmp(heap->prot, "rw-p"), 0);
}

TEST(fork_keeps_the_break, "the child starts with another heap end", "kernel/proc (fork)")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + PAGE), old + PAGE);
    old[5] = 5;
    EQ(IN_CHILD(EQ(brk_to(NULL), old + PAGE); EQ(old[5], 5);
                EQ(brk_to(old + 9 * PAGE), old + 9 * PAGE)),
       0);
    EQ(brk_to(NULL), old + PAGE);
}

TEST(large_heap, "the heap has no room for a few dozen megabytes", "kernel/mm (layout)")
{
    char *old = brk_to(NULL);
    EQ(brk_to(old + (40L << 20)), old + (40L << 20));
    old[20L << 20] = 1;
    EQ(old[30L << 20], 0);
    EQ(brk_to(old), old);
}
