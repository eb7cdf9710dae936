/* stack.c - the main stack: it grows on use, up to its limit, and stops before what is below.
 *
 * The stacks of threads are mmap's, with a guard page of glibc's making (threadend.c); the first
 * words on the main one are in start.c. Source: setrlimit(2) on RLIMIT_STACK, mmap(2) on
 * MAP_GROWSDOWN's guard gap. */

#include "probe.h"
#include "areas.h"
#include <sys/resource.h>

static char *
stack_pointer(void)
{
    return __builtin_frame_address(0);
}

/* Uses about 1 KiB of stack a level. */
static __attribute__((noinline)) int
recurse(int levels)
{
    volatile char room[1000];
    room[0] = levels;
    room[999] = 1;
    return levels == 0 ? 0 : recurse(levels - 1) + room[999];
}

/* 6,000 levels of a KiB: three quarters of the 8 MiB that Linux gives by default. */
TEST(grows_by_recursion, "the stack has a fixed small size", "kernel/mm/fault.c:/^find_or_grow/")
{
    EQ(recurse(6000), 6000);
}

/* A function with large arrays touches its far end first; what lies between stays untouched. Deep
 * ones before near ones, and zero in the middle. */
TEST(grows_by_a_jump, "only the page next to the stack may be touched",
     "kernel/mm/fault.c:/^find_or_grow/")
{
    char *sp = stack_pointer();
    WORKS(probe_write(sp - (1 << 20)));
    WORKS(probe_write(sp - (5 << 20)));
    EQ(sp[-(3 << 20)], 0);
}

/* read into a large local array that nobody has touched yet: the kernel's copy has to do what a
 * fault would. */
TEST(grows_for_a_call, "a system call cannot write into stack that is not there yet",
     "kernel/mm/usercopy.c:/^partly_to_space/, kernel/mm/fault.c:/^find_or_grow/")
{
    int fds[2];
    char *sp = stack_pointer() - (2 << 20);
    OK(pipe(fds));
    EQ(write(fds[1], "abc", 3), 3);
    EQ(sys(SYS_read, fds[0], sp, 3), 3);
    EQ(sp[2], 'c');
}

/* A MiB further than the limit, so that what lies above the first frame does not matter. */
TEST(limit_is_kept, "the stack grows without an end", "kernel/mm/fault.c:/^find_or_grow/")
{
    struct rlimit limit;
    OK(getrlimit(RLIMIT_STACK, &limit));
    char *below = stack_pointer() - limit.rlim_cur - (1 << 20);
    struct probe p = probe_write(below);
    EQ(p.signal, SIGSEGV);
    EQ(p.code, SEGV_MAPERR);
    EQ(p.address, (uintptr_t)below);
}

/* A recursion without end meets the limit. There is no room for a handler's frame, so the process
 * ends by SIGSEGV. */
TEST(overflow_kills, "endless recursion hangs, or writes into another area",
     "kernel/mm/fault.c:/^find_or_grow/")
{
    EQ(IN_CHILD(recurse(1 << 30)), KILLED(SIGSEGV));
}

/* Linux leaves 256 pages free below a stack ("stack clash", CVE-2017-1000364): a function that
 * skips over one guard page would write into the heap. The wall is nearer than the limit, and the
 * stack comes down to it page by page. */
TEST(does_not_run_into_a_mapping, "the stack grows up to the very next mapping",
     "kernel/mm/fault.c:/^find_or_grow/")
{
    char *sp = stack_pointer(), *wall = (char *)(((uintptr_t)sp - (4 << 20)) & -PAGE);
    EQ(mmap(wall, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), wall);
    wall[0] = wall[PAGE - 1] = 7;
    struct probe p = { 0 };
    for (char *at = sp; at > wall && !p.signal; at -= PAGE)
        p = probe_write(at);
    EQ(p.signal, SIGSEGV);
    TRUE(p.address >= (uintptr_t)wall + PAGE);
    EQ(wall[PAGE - 1], 7);
}

/* The tools that say where an address is go by this name, and glibc finds the end of the main stack
 * by it (pthread_getattr_np). */
TEST(is_named, "[stack] is missing in /proc/self/maps, or is not where sp is",
     "kernel/proc/exec.c:/^draw_places/, kernel/proc/report.c:/^print_maps/")
{
    areas_read();
    const struct area *a = area_named("[stack]");
    TRUE(a);
    TRUE(a == area_at(stack_pointer()));
    EQ(strcmp(a->prot, "rw-p"), 0);
}

/* An overrun of argv or the environment must fault, not meet the vDSO or a library. */
TEST(above_the_stack_is_nothing, "memory above the stack is mapped or not guarded",
     "kernel/proc/exec.c:/^draw_places/, kernel/mm/place.c:/^space_random_place/")
{
    areas_read();
    char *top = (char *)area_at(stack_pointer())->end;
    FAULTS(probe_read(top), SIGSEGV, SEGV_MAPERR, top);
}

/* The child has a copy of the stack, and it grows on its own. */
TEST(fork_keeps_the_stack, "the child's stack is not a copy, or cannot grow",
     "kernel/mm/space.c:/^space_fork/")
{
    volatile int here = 5;
    EQ(IN_CHILD(EQ(here, 5); here = 6; EQ(recurse(5000), 5000)), 0);
    EQ(here, 5);
}
