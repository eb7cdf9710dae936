/* aslr.c - places are random: different at each exec, kept by fork, drawn one by one.
 *
 * Who knows where one part lies must not know another: a leaked pointer into the heap would else
 * give away the vDSO's code. The measured program is aslr_pie beside this one; what differs from
 * boot to boot is asked by tests/host/test_aslr.py. Linux lets vDSO and interpreter move with the
 * mmap base, so places_are_independent fails there; the other checks pass. Source: proc(5) on
 * randomize_va_space, and docs/design.md, "Places are drawn one by one". */

#include "fixture.h"
#include "bases.h"

/* Enough for all pairs to be compared, few enough to take a second. */
#define RUNS 24

static const char *const names[BASE_COUNT] = { "program", "interpreter", "heap",
                                               "mmap",    "vDSO",        "stack" };
static struct bases seen[RUNS];

/* Fills seen[]: each exec draws anew, and tells its places through the pipe. */
static void
collect(void)
{
    char path[300];
    int fds[2];
    snprintf(path, sizeof(path), "%s_pie", check_self);
    OK(pipe(fds));
    for (int i = 0; i < RUNS; i++) {
        EQ(IN_CHILD(dup2(fds[1], 1); execl(path, path, NULL)), 0);
        EQ(read(fds[0], &seen[i], sizeof(seen[i])), sizeof(seen[i]));
    }
}

/* 24 runs make 276 pairs. With the 18 bits that Linux draws at least, one pair is equal in about a
 * thousand runs of this check, and two hardly ever. Postern draws some 26 bits. */
TEST(each_place_moves, "a base is the same at two execs",
     "kernel/proc/exec.c:/^draw_places/, kernel/proc/elf.c:/^place/")
{
    collect();
    for (int b = 0; b < BASE_COUNT; b++) {
        int same = 0;
        for (int i = 0; i < RUNS; i++)
            for (int k = 0; k < i; k++)
                same += seen[i].at[b] == seen[k].at[b];
        if (same > 1)
            FAIL("expected %d different places of the %s, seen %d pairs equal (0x%lx)", RUNS,
                 names[b], same, seen[0].at[b]);
    }
}

/* Page 0 stays unmapped so that NULL faults. sp at the entry must be a multiple of 16 (RISC-V ELF
 * psABI, "Procedure Calling Convention"); a break need not stand on a page. */
TEST(places_are_aligned, "a place is not on a page, or in page 0",
     "kernel/mm/place.c:/^space_random_place/")
{
    collect();
    for (int i = 0; i < RUNS; i++)
        for (int b = 0; b < BASE_COUNT; b++) {
            TRUE(seen[i].at[b] >= PAGE && seen[i].at[b] < USER_END);
            TRUE(seen[i].at[b] % (b == BASE_STACK || b == BASE_HEAP ? 16 : PAGE) == 0);
        }
}

/* Different places may still be close together. A bit counts when it was 0 once and 1 once, which
 * 24 draws miss with 1 in 8 million each. */
TEST(enough_bits_move, "only a few bits are drawn", "kernel/mm/place.c:/^space_random_place/")
{
    collect();
    for (int b = 0; b < BASE_COUNT; b++) {
        unsigned long ones = 0, zeros = 0;
        for (int i = 0; i < RUNS; i++) {
            ones |= seen[i].at[b];
            zeros |= ~seen[i].at[b];
        }
        int bits = __builtin_popcountl(ones & zeros & -PAGE & (USER_END - 1));
        if (bits < 12)
            FAIL("expected 12 bits or more of the %s's page to change, seen %d", names[b], bits);
    }
}

/* If two parts share one draw, the distance between them stays the same at each exec. Distances are
 * taken in pages, because stack and heap also have random bits below the page. */
TEST(places_are_independent, "one draw moves two parts together",
     "kernel/proc/exec.c:/^draw_places/, kernel/vdso/image.c:/^vdso_map/")
{
    collect();
    for (int a = 0; a < BASE_COUNT; a++)
        for (int b = 0; b < a; b++) {
            int same = 0;
            for (int i = 1; i < RUNS; i++)
                same += (seen[i].at[a] - seen[i].at[b]) / PAGE ==
                        (seen[0].at[a] - seen[0].at[b]) / PAGE;
            if (same > 1)
                FAIL("expected the distance from %s to %s to change, seen it equal %d times",
                     names[b], names[a], same);
        }
}

static unsigned long
sum_of_maps(void)
{
    char text[16384];
    unsigned long sum = 5381;
    int fd = OK(open("/proc/self/maps", O_RDONLY));
    long n;
    while ((n = OK(read(fd, text, sizeof(text)))) > 0)
        for (long i = 0; i < n; i++)
            sum = sum * 33 + text[i];
    close(fd);
    return sum;
}

/* The child's pointers are the parent's. maps lists every area, so a sum over its text will do. */
TEST(fork_keeps_all_places, "the child draws anew", "kernel/mm/space.c:/^space_fork/")
{
    /* Twice: the first reading itself may touch the stack. */
    sum_of_maps();
    unsigned long before = sum_of_maps();
    EQ(IN_CHILD(EQ(sum_of_maps(), before)), 0);
}
