/* novdso.c - what `vdso=0` on the kernel's command line takes away, and what must stay.
 *
 * Only for machines booted so (tests/host/test_guest.py). There is no such word in Linux for riscv;
 * vdso=0 on x86 is the model, and the contract is the one of kernel/vdso/vdso.h. That
 * programs find their way to the calls is also why clock, signal and pthread programs run there
 * again. */

#include "areas.h"
#include <sys/auxv.h>
#include <time.h>

/* getauxval(3): 0 with ENOENT is "not in the vector". An entry with the value 0 looks the same to
 * getauxval, but not to those who walk the vector and follow what they find. */
TEST(no_sysinfo_ehdr, "AT_SYSINFO_EHDR is there, perhaps as 0: parsers crash on it",
     "kernel/proc/args.c:/^auxv_fill/")
{
    errno = 0;
    EQ(getauxval(AT_SYSINFO_EHDR), 0);
    EQ(errno, ENOENT);
}

/* Neither image nor data may be mapped: a program that searches its own memory would find and use
 * them. */
TEST(maps_without_vdso, "[vdso] or [vvar] is mapped", "kernel/vdso/image.c:/^vdso_map/")
{
    areas_read();
    TRUE(!area_named("[vdso]"));
    TRUE(!area_named("[vvar]"));
}

/* riscv has no SA_RESTORER: the return from a handler is code that only the kernel can provide
 * (rt_sigreturn, sigreturn(2)). Without a vDSO one page with nothing else holds it. */
TEST(sigpage_is_there, "handlers have nowhere to return to", "kernel/vdso/image.c:/^vdso_map/")
{
    areas_read();
    const struct area *a = area_named("[sigpage]");
    TRUE(a);
    EQ(strcmp(a->prot, "r-xp"), 0);
}

static volatile int count;

static void
handler(int signal)
{
    count++;
}

/* Ten handlers in a row come back, through the code of the page above. */
TEST(handlers_return, "a handler returns into nothing",
     "kernel/vdso/image.c:/^vdso_map/, kernel/proc/sigframe.c:/^frame_push/")
{
    signal(SIGUSR1, handler);
    for (int i = 0; i < 10; i++)
        raise(SIGUSR1);
    EQ(count, 10);
}

/* All clocks that the vDSO serves (0, 1, 4-7, 11) and the two of CPU time. */
TEST(clocks_by_call, "a clock needs the vDSO", "kernel/syscall/time.c:/^sys_clock_gettime/")
{
    static const clockid_t ids[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11 };
    struct timespec a, b;
    for (int i = 0; i < 9; i++) {
        OK(clock_gettime(ids[i], &a));
        OK(clock_gettime(ids[i], &b));
        TRUE(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
    }
}
