/* novdso.c - what `vdso=0` on the kernel's command line takes away, and what must stay.
 *
 * Only for machines booted so (tests/host/test_guest.py). There is no such word in Linux for
 * riscv; the contract is docs/design.md's. */
#include "areas.h"
#include <sys/auxv.h>
#include <time.h>

TEST(no_sysinfo_ehdr, "AT_SYSINFO_EHDR is there, perhaps as 0: parsers crash on it",
     "kernel/proc (args)")
{
    errno = 0;
    EQ(getauxval(AT_SYSINFO_EHDR), 0);
    EQ(errno, ENOENT);
}

TEST(maps_without_vdso, "[vdso] or [vvar] is mapped", "kernel/vdso (place)")
{
    areas_read();
    TRUE(area_named("[vdso]") == NULL);
    TRUE(area_named("[vvar]") == NULL);
}

TEST(sigpage_is_there, "handlers have nowhere to return to", "kernel/vdso (place)")
{
    areas_read();
    const struct area *a = area_named("[sigpage]");
    TRUE(a != NULL);
    EQ(strcmp(a->prot, "r-xp"), 0);
}

static volatile int count;

static void
handler(int signal)
{
    count++;
}

TEST(handlers_return, "a handler returns into nothing", "kernel/proc (signal frame)")
{
    signal(SIGUSR1, handler);
    for (int i = 0; i < 10; i++)
        raise(SIGUSR1);
    EQ(count, 10);
}

TEST(clocks_by_call, "a clock needs the vDSO", "kernel/time")
{
    static const clockid_t ids[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11 };
    struct timespec a, b;
    for (int i = 0; i < 9; i++) {
        OK(clock_gettime(ids[i], &a));
        OK(clock_gettime(ids[i], &b));
        TRUE(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
    }
}
