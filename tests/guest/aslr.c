/* aslr.c - places are random: different at each exec, kept by fork, drawn one by one.
 *
 * The measured program is aslr_pie beside this one. Linux lets vDSO and interpreter move with the
 * mmap base; the check of independence asks more than Linux does (issue: each drawn by itself). */
#include "check.h"
#include "bases.h"

#define RUNS 24

static const char *const names[BASE_COUNT] = { "program", "interpreter", "heap",
                                               "mmap",    "vDSO",        "stack" };
static struct bases seen[RUNS];

/* Runs aslr_pie RUNS times. */
static void
collect(void)
{
    char path[300];
    int fds[2];
    snprintf(path, sizeof path, "%s_pie", check_self);
    OK(pipe(fds));
    for (int i = 0; i < RUNS; i++) {
        EQ(IN_CHILD(dup2(fds[1], 1); execl(path, path, NULL)), 0);
        EQ(read(fds[0], &seen[i], sizeof seen[i]), sizeof seen[i]);
    }
}

TEST(each_place_moves, "a base is the same at two execs", "kernel/proc (exec), kernel/mm (layout)")
{
    collect();
    for (int b = 0; b < BASE_COUNT; b++) {
        int same = 0;
        for (int i = 0; i < RUNS; i++)
            for (int k = 0; k < i; k++)
                same += seen[i].at[b] == seen[k].at[b];
        /* 18 bits: two equal ones among 24 come once in a thousand runs. */
        if (same > 1)
            FAIL("expected %d different places of the %s, seen %d pairs equal (0x%lx)", RUNS,
                 names[b], same, seen[0].at[b]);
    }
}

TEST(places_are_aligned, "a place is not on a page, or in page 0", "kernel/mm (layout)")
{
    collect();
    for (int i = 0; i < RUNS; i++)
        for (int b = 0; b < BASE_COUNT; b++) {
            TRUE(seen[i].at[b] >= PAGE && seen[i].at[b] < 0x4000000000);
            TRUE(seen[i].at[b] % (b == BASE_STACK || b == BASE_HEAP ? 16 : PAGE) == 0);
        }
}

TEST(enough_bits_move, "only a few bits are drawn", "kernel/mm (layout)")
{
    collect();
    for (int b = 0; b < BASE_COUNT; b++) {
        unsigned long ones = 0, zeros = 0;
        for (int i = 0; i < RUNS; i++) {
            ones |= seen[i].at[b];
            zeros |= ~seen[i].at[b];
        }
        int bits = __builtin_popcountl(ones & zeros & ~(PAGE - 1) & 0x3fffffffff);
        if (bits < 12)
            FAIL("expected 12 bits or more of the %s's page to change, seen %d", names[b], bits);
    }
}

TEST(places_are_independent, "one draw moves two parts together",
     "kernel/proc (exec), kernel/vdso (place)")
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
    while ((n = OK(read(fd, text, sizeof text))) > 0)
        for (long i = 0; i < n; i++)
            sum = sum * 33 + text[i];
    close(fd);
    return sum;
}

TEST(fork_keeps_all_places, "the child draws anew", "kernel/proc (fork)")
{
    /* Twice: the first reading itself may touch the stack. */
    sum_of_maps();
    unsigned long before = sum_of_maps();
    EQ(IN_CHILD(EQ(sum_of_maps(), before)), 0);
}
