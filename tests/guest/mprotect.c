/* mprotect.c - what a page of anonymous memory may be used for: mprotect, the first touch after it,
 * execution, and the faults of what is not allowed.
 *
 * Elsewhere: places, refusals and splits (mmap.c), fork (cow.c), and whether other harts forget a
 * translation in time (shootdown.c). Source: mprotect(2), privileged ISA manual, "Sv39" and
 * "sfence.vma". Shapes of areas are read from /proc/self/maps. */

#include "probe.h"
#include "areas.h"

/* The shortest function: c.jr ra. */
#define RETURN 0x8082

/* The page is touched before each change, so its translation is in the TLB with the old right:
 * changing the page table alone is not enough (privileged ISA manual, "sfence.vma"). */
TEST(mprotect_changes_access, "the page table or the TLB keeps the old right",
     "kernel/mm/map.c:/^space_protect/, kernel/mm/active.c:/^space_flush/")
{
    char *p = anonymous(3, RW);
    memset(p, 7, 3 * PAGE);
    OK(mprotect(p + PAGE, PAGE, PROT_READ));
    WORKS(probe_read(p + PAGE));
    FAULTS(probe_write(p + PAGE + 9), SIGSEGV, SEGV_ACCERR, p + PAGE + 9);
    OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    FAULTS(probe_read(p + PAGE + 5), SIGSEGV, SEGV_ACCERR, p + PAGE + 5);
    OK(mprotect(p + PAGE, PAGE, RW));
    EQ(p[PAGE], 7);
    WORKS(probe_write(p + PAGE));
}

/* The page does not exist at the first mprotect: its right must come from the area, at the fault.
 * Reading brings it in read-only; the last mprotect then has to make that very page writable. */
TEST(mprotect_before_first_touch, "a lazy page comes in with the old right",
     "kernel/mm/fault.c:/^first_touch/")
{
    char *p = anonymous(3, RW);
    OK(mprotect(p, PAGE, PROT_READ));
    FAULTS(probe_write(p), SIGSEGV, SEGV_ACCERR, p);
    EQ(p[0], 0);
    FAULTS(probe_write(p), SIGSEGV, SEGV_ACCERR, p);
    OK(mprotect(p, PAGE, RW));
    WORKS(probe_write(p));
    EQ(p[0], 42);
}

/* Reading untouched memory may map one page of zeros that all share, as Linux does. The first write
 * must then take a page of its own: q is the neighbour that would see it. */
TEST(write_after_zero_read, "the shared zero page is written or stays read-only",
     "kernel/mm/fault.c:/^space_fault_locked/")
{
    char *p = anonymous(2, RW), *q = anonymous(2, RW);
    EQ(p[5], 0);
    EQ(q[5], 0);
    p[5] = 9;
    EQ(p[5], 9);
    EQ(q[5], 0);
}

/* glibc grows the heaps of threads by many small mprotects of one reservation. Without merging,
 * each leaves an area, every look-up gets slower, and Linux' vm.max_map_count would be met. */
TEST(mprotect_splits_and_merges, "areas pile up: each mprotect leaves one more",
     "kernel/mm/map.c:/^space_protect/, kernel/mm/area.c:/^area_merge/")
{
    char *p = anonymous(8, RW);
    OK(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ));
    SHAPE(p, 8, "rw-p:2 r--p:2 rw-p:4");
    OK(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
    SHAPE(p, 8, "rw-p:2 r--p:3 rw-p:3");
    OK(mprotect(p + 3 * PAGE, PAGE, RW));
    SHAPE(p, 8, "rw-p:2 r--p:1 rw-p:1 r--p:1 rw-p:3");
    OK(mprotect(p + 2 * PAGE, 3 * PAGE, RW));
    SHAPE(p, 8, "rw-p:8");
}

/* mprotect(2): ENOMEM for a hole or what cannot be mapped, EINVAL for the rest. Unlike mmap and
 * munmap it takes a length of 0. */
TEST(mprotect_refuses, "a hole in the range is not reported", "kernel/mm/map.c:/^space_protect/")
{
    char *p = anonymous(4, RW);
    ERR(sys(SYS_mprotect, p + 1, PAGE, RW), EINVAL);
    ERR(sys(SYS_mprotect, p, PAGE, 0x40), EINVAL);
    EQ(sys(SYS_mprotect, p, 0, PROT_READ), 0);
    WORKS(probe_write(p));
    ERR(sys(SYS_mprotect, p, -1L, PROT_READ), ENOMEM);
    OK(munmap(p + 2 * PAGE, PAGE));
    ERR(sys(SYS_mprotect, p, 4 * PAGE, PROT_READ), ENOMEM);
    ERR(sys(SYS_mprotect, p + 2 * PAGE, PAGE, PROT_READ), ENOMEM);
    ERR(sys(SYS_mprotect, KERNEL_ADDRESS, PAGE, PROT_READ), ENOMEM);
}

/* ACCERR, not MAPERR: the guard page below a thread's stack is such a page, and by the code a
 * handler tells an overflow from a wild pointer. */
TEST(prot_none_is_no_access, "PROT_NONE pages can be read",
     "kernel/mm/fault.c:/^space_fault_locked/")
{
    char *p = anonymous(2, PROT_NONE);
    FAULTS(probe_read(p), SIGSEGV, SEGV_ACCERR, p);
    FAULTS(probe_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    FAULTS(probe_call(p), SIGSEGV, SEGV_ACCERR, p);
    SHAPE(p, 2, "---p:2");
}

/* Privileged ISA manual, "Sv39": W without R is reserved. The maps file still shows what was
 * asked. */
TEST(write_only_is_readable_too, "a W-only pte is reserved: the page must get R as well",
     "kernel/mm/area.h:/^#define pte_rights/")
{
    char *p = anonymous(1, PROT_WRITE);
    WORKS(probe_write(p));
    WORKS(probe_read(p));
    SHAPE(p, 1, "-w-p:1");
}

/* Bytes that a program has read somewhere must not become its code: neither in fresh memory nor on
 * the stack. */
TEST(data_is_not_executable, "ptes of data have X", "kernel/mm/area.h:/^#define pte_rights/")
{
    char *p = anonymous(1, RW);
    *(uint16_t *)p = RETURN;
    FAULTS(probe_call(p), SIGSEGV, SEGV_ACCERR, p);
    char stack[16] __attribute__((aligned(4)));
    *(volatile uint16_t *)stack = RETURN;
    FAULTS(probe_call(stack), SIGSEGV, SEGV_ACCERR, stack);
}

/* A wild pointer must not change the code, which all processes of this program share. */
TEST(text_is_not_writable, "the program's text is writable", "kernel/proc/elf.c:/^map_segment/")
{
    char *text = (char *)(uintptr_t)&getpid;
    FAULTS(probe_write(text), SIGSEGV, SEGV_ACCERR, text);
}

/* The two ways of a JIT: all rights at once, or write first. Both need their flush (ISA,
 * Zifencei). */
TEST(write_and_execute_on_request, "an explicit PROT_WRITE|PROT_EXEC is refused",
     "kernel/syscall/memory.c:/^sys_mmap/, kernel/mm/map.c:/^space_protect/")
{
    char *p = anonymous(1, RW | PROT_EXEC);
    *(uint16_t *)p = RETURN;
    __builtin___clear_cache(p, p + 2);
    WORKS(probe_call(p));
    SHAPE(p, 1, "rwxp:1");
    char *q = anonymous(1, RW);
    *(uint16_t *)q = RETURN;
    OK(mprotect(q, PAGE, PROT_READ | PROT_EXEC));
    __builtin___clear_cache(q, q + 2);
    WORKS(probe_call(q));
    FAULTS(probe_write(q), SIGSEGV, SEGV_ACCERR, q);
}
