/* aslr.c - places are random: different at each exec, kept by fork, drawn one by one.
 *
 * Who knows where one part lies must not know another: a leaked pointer into the heap would else
 * give away the vDSO's code. The measured program is aslr_pie beside this one; what differs from
 * boot to boot is asked by tests/host/test_aslr.py. Postern promises more than Linux, where vDSO
 * and interpreter move with the mmap base, fewer bits are drawn, and the heap of a fixed program
 * lies near it: the checks of independence, bits, the two thirds and the heap fail there. Source:
 * proc(5) on randomize_va_space, personality(2), and docs/design.md, "Places are drawn one by
 * one". */

#include "fixture.h"
#include "bases.h"
#include <sys/personality.h>
#include <sys/resource.h>

/* Enough for all pairs to be compared, few enough to take a moment. */
#define RUNS 24
/* Enough to measure entropy with. */
#define MANY_RUNS 1000

/* Two thirds of user space belong to the program, as on Linux. */
#define PLACES_LOW 0x2aaaaaa000UL
#define GIB        (1UL << 30)

static const char *const names[BASE_COUNT] = { "program", "interpreter", "heap",
                                               "mmap",    "vDSO",        "stack" };
static struct bases seen[MANY_RUNS];

/* Fills seen[]: each exec draws anew, and tells its places through the pipe. */
static void
collect(int runs)
{
    char path[300];
    int fds[2];
    snprintf(path, sizeof(path), "%s_pie", check_self);
    OK(pipe(fds));
    for (int i = 0; i < runs; i++) {
        EQ(IN_CHILD(dup2(fds[1], 1); execl(path, path, NULL)), 0);
        EQ(read(fds[0], &seen[i], sizeof(seen[i])), sizeof(seen[i]));
    }
}

/* 24 runs make 276 pairs. With the 18 bits that Linux draws at least, one pair is equal in about a
 * thousand runs of this check, and two hardly ever. Postern draws some 24 bits. */
TEST(each_place_moves, "a base is the same at two execs",
     "kernel/proc/exec.c:/^draw_places/, kernel/proc/elf.c:/^place/")
{
    collect(RUNS);
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
    collect(RUNS);
    for (int i = 0; i < RUNS; i++)
        for (int b = 0; b < BASE_COUNT; b++) {
            TRUE(seen[i].at[b] >= PAGE && seen[i].at[b] < USER_END);
            TRUE(seen[i].at[b] % (b == BASE_STACK || b == BASE_HEAP ? 16 : PAGE) == 0);
        }
}

/* What the kernel places stays out of the program's way. */
TEST(places_are_in_the_upper_third, "the kernel's places collide with what a program maps fixed",
     "kernel/mm/place.c:/^space_random_place/, kernel/mm/layout.h")
{
    collect(RUNS);
    for (int i = 0; i < RUNS; i++)
        for (int b = 0; b < BASE_COUNT; b++)
            if (seen[i].at[b] < PLACES_LOW)
                FAIL("expected the %s at 0x%lx or above, seen it at 0x%lx", names[b], PLACES_LOW,
                     seen[i].at[b]);
}

/* How many of all pairs of draws have the same part of the page's number: bits `shift` and up, of
 * them `mask`. */
static double
equal_pairs(int base, int shift, unsigned long mask)
{
    static int count[512];
    double pairs = 0;
    memset(count, 0, sizeof(count));
    for (int i = 0; i < MANY_RUNS; i++)
        pairs += count[(seen[i].at[base] - PLACES_LOW) / PAGE >> shift & mask]++;
    return pairs;
}

/* The upper third has 2^24.4 pages. Of n equally likely values two draws meet in one pair of n; so
 * the share of equal pairs tells the bits. To see all 24 at once would take thousands of pairs of
 * thousands, so the page's number is measured in three parts: 8 bits, 8 bits, and the 342 values
 * above. With 1000 draws the sum is right to 0.06 bits, and 24 are 6 times that below 24.4. Linux
 * draws 18 to 24 bits. */
TEST(places_have_24_bits, "few places are drawn from, or some more often than others",
     "kernel/mm/place.c:/^draw/")
{
    double all = MANY_RUNS * (MANY_RUNS - 1) / 2;
    collect(MANY_RUNS);
    for (int b = 0; b < BASE_COUNT; b++) {
        double one_in = 1;
        one_in *= all / equal_pairs(b, 0, 255);
        one_in *= all / equal_pairs(b, 8, 255);
        one_in *= all / equal_pairs(b, 16, 511);
        if (one_in < 1 << 24)
            FAIL("expected 1 in 16777216 (24 bits) for the %s's page, seen 1 in %.0f", names[b],
                 one_in);
    }
}

/* If two parts share one draw, the distance between them stays the same at each exec. Distances are
 * taken in pages, because stack and heap also have random bits below the page. */
TEST(places_are_independent, "one draw moves two parts together",
     "kernel/proc/exec.c:/^draw_places/, kernel/vdso/image.c:/^vdso_map/")
{
    collect(RUNS);
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

/* --- the program's own part ------------------------------------------------------------------- */

#define RESERVED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

/* What sanitizers map: the shadow of gcc's AddressSanitizer on riscv64 (an eighth of user space), a
 * range as large as ThreadSanitizer's, and reservations wherever the kernel likes. 0, or which of
 * them failed. */
static int
reserve(void)
{
    char *shadow = (char *)0xd55550000, *wide = (char *)0x10000000;
    if (mmap(shadow, 32 * GIB, RW, RESERVED | MAP_FIXED_NOREPLACE, -1, 0) != shadow)
        return 1;
    munmap(shadow, 32 * GIB);
    if (mmap(wide, 160 * GIB, RW, RESERVED | MAP_FIXED_NOREPLACE, -1, 0) != wide)
        return 2;
    munmap(wide, 160 * GIB);
    char *any = mmap(NULL, 160 * GIB, PROT_NONE, RESERVED, -1, 0);
    if (any == MAP_FAILED)
        return 3;
    munmap(any, 160 * GIB);
    /* Small ones stay out of the program's part. */
    return (unsigned long)mmap(NULL, PAGE, RW, ANON, -1, 0) < PLACES_LOW ? 4 : 0;
}

/* Each time another draw. With Linux' heap of a fixed program the second step fails there. */
static void
reserve_often(void)
{
    for (int i = 0; i < 20; i++)
        EQ(exec_child(check_self, (char *[]){ check_self, "@reserve", NULL }, NULL), 0);
}

TEST(two_thirds_are_the_programs, "a sanitizer's fixed shadow meets what the kernel has placed",
     "kernel/mm/place.c:/^find_place/, kernel/mm/place.c:/^space_random_place/")
{
    reserve_often();
}

/* A stack without a limit must leave room, too, for itself and for all others. */
TEST(also_with_an_unlimited_stack, "the stack takes half of user space",
     "kernel/proc/exec.c:/^draw_places/")
{
    struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
    OK(setrlimit(RLIMIT_STACK, &none));
    reserve_often();
}

/* Reservations until there is no room: the heap can still grow. Linux keeps no way for it. */
TEST(the_heap_keeps_its_way, "mmap places areas right above the heap",
     "kernel/mm/place.c:/^gap_below/")
{
    char *heap = (char *)sys(SYS_brk, 0);
    for (unsigned long size = 4 * GIB; size >= 1 << 24; size >>= 4)
        while (mmap(NULL, size, PROT_NONE, RESERVED, -1, 0) != MAP_FAILED)
            continue;
    EQ(sys(SYS_brk, heap + (32 << 20)), heap + (32 << 20));
}

/* --- without chance --------------------------------------------------------------------------- */

/* gdb, gdbserver and `setarch -R` set it before they exec. It is inherited by fork and kept by
 * exec. All is the same at each run then; AT_RANDOM is no place. */
TEST(no_randomize_fixes_all_places, "personality(ADDR_NO_RANDOMIZE) is not obeyed",
     "kernel/mm/place.c:/^draw/, kernel/syscall/system.c:/^sys_personality/")
{
    EQ(sys(SYS_personality, ADDR_NO_RANDOMIZE), 0);
    collect(RUNS);
    for (int i = 1; i < RUNS; i++)
        for (int b = 0; b < BASE_COUNT; b++)
            EQ(seen[i].at[b], seen[0].at[b]);
    EQ(sys(SYS_personality, 0), ADDR_NO_RANDOMIZE);
    collect(2);
    for (int b = 0; b < BASE_COUNT; b++)
        TRUE(seen[0].at[b] != seen[1].at[b]);
}

/* personality(2): the old value comes back, 32 set bits only ask, and nothing is refused. exec
 * keeps the flags; what is below them names a foreign system, and a program of ours is of Linux. */
TEST(personality_is_kept, "personality forgets, refuses, or sets what only asked",
     "kernel/syscall/system.c:/^sys_personality/, kernel/proc/exec.c:/^enter/")
{
    EQ(sys(SYS_personality, 0xffffffff), 0);
    EQ(sys(SYS_personality, 0x12345678), 0);
    EQ(sys(SYS_personality, -1L), 0x12345678);
    EQ(sys(SYS_personality, 0xfffffffe), 0x12345678);
    EQ(sys(SYS_personality, 0xffffffff00040000), 0xfffffffe);
    EQ(sys(SYS_personality, 0xffffffff), 0x40000);
    EQ(IN_CHILD(EQ(sys(SYS_personality, 0), 0x40000)), 0);
    EQ(sys(SYS_personality, 0x40008), 0x40000);
    EQ(exec_child(check_self, (char *[]){ check_self, "@personality", NULL }, NULL), 0);
}

int
role(int argc, char **argv)
{
    if (strcmp(argv[1], "@reserve") == 0)
        return reserve();
    return sys(SYS_personality, 0xffffffff) != 0x40000;
}
